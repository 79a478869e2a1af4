"""What carriers find in documents and rules judge: policies, apiservers, and text that does not parse."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from auditlint.kubernetes.cluster import ORDINARY, Cluster

if TYPE_CHECKING:
    from auditlint.finding import Finding, Path, Places, Span
    from auditlint.kubernetes.analysis import Analysis
    from auditlint.kubernetes.container import Fault
    from auditlint.kubernetes.decode import Loaded
    from auditlint.kubernetes.decoding.problems import Value
    from auditlint.kubernetes.mounts import Mount, Volume
    from auditlint.kubernetes.parsed_flags import ParsedFlags
    from auditlint.kubernetes.policy import Policy


if TYPE_CHECKING:
    from typing_extensions import Self, dataclass_transform
else:

    def dataclass_transform(**_: bool):  # noqa: ANN201
        """Do nothing: it only tells type checkers how the class below is made."""
        return lambda kind: kind


@dataclass_transform(frozen_default=True, eq_default=False, kw_only_default=True)
class _Frozen:
    """What a frozen dataclass is, but for the millisecond that each of those takes to be made at every start."""

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)
        missing = [name for name in type(self).__annotations__ if not hasattr(self, name)]
        if missing:
            raise TypeError(f"{type(self).__name__} lacks {', '.join(missing)}")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} is read-only")

    def replace(self, **changes: Any) -> Self:
        """Return a copy with some values changed; nothing that was worked out from the old ones."""
        known = type(self).__annotations__
        return type(self)(**{name: getattr(self, name) for name in known} | changes)


class UnreadText(NamedTuple):
    """A file whose text the server's reader refuses: what it says, where, and what it was meant to be."""

    path: str
    document: int
    places: Places
    minor: int
    meant: str
    """`policy`, `pod`, or `` when nothing tells."""
    message: str
    """The server's own words, such as `yaml: line 5: mapping values are not allowed in this context`."""
    span: Span
    lines: tuple[str, ...]
    """The lines of the file up to a little behind the span, for a rule that looks for the cause; index 0 is line 1."""
    problem: str = ""
    """The kind of mistake in one word, as the reader tells it, such as `tab`."""

    @property
    def refused(self) -> bool:
        """Whether a server or a kubelet gives up on it: they read the first document only."""
        return self.document == 0 and self.meant != ""


class PolicySubject(_Frozen):
    """An audit policy found in a document, as the server of the target version decodes it."""

    path: str
    document: int
    places: Places
    base: Path
    """The way to the policy in the document: () for a policy file."""
    minor: int
    """The target version's minor number: 29 for 1.29."""
    loaded: Loaded
    shape: str = "policy"
    """`policy`; `headless` (rules without apiVersion and kind); `snippet` (a bare list of rules)."""
    later: bool = False
    """A later document of a file whose first document is a policy: the server never reads it."""
    server: ApiServer | None = None
    """The apiserver of the same run that names this file, if one does."""
    value: Value = None
    """The policy as plain values, to be decoded again for another release."""
    from_json: bool = False
    cluster: Cluster = ORDINARY
    """What is known of the cluster beyond its release."""

    @property
    def judged(self) -> Policy | None:
        """The policy if it is judged further: the server loads it, or would with the right apiVersion and kind."""
        loaded = self.loaded
        return loaded.policy if loaded.policy and (not loaded.refused or loaded.head_only) else None

    @cached_property
    def analysis(self) -> Analysis | None:
        """What the engine says of the policy; None if it is refused for more than its head."""
        if self.judged is None:
            return None
        from auditlint.kubernetes.analysis import Analysis  # a run without policies does not pay for it
        from auditlint.kubernetes.well_known import Known

        return Analysis(self.judged, Known(self.minor, self.cluster))

    def at(self, *steps: str | int) -> Path:
        """Return the path of a value of the policy within the document; a snippet has no key `rules` around it."""
        inner = steps[1:] if self.shape == "snippet" and steps[:1] == ("rules",) else steps
        return (*self.base, *inner)


class Argument(NamedTuple):
    """One argument of kube-apiserver's command line and the list item it stands in."""

    text: str
    path: Path


class ApiServer(_Frozen):
    """A kube-apiserver that a document starts: its arguments, mounts and what surrounds them."""

    path: str
    document: int
    places: Places
    base: Path
    """The way to the container (or to the list of flags) in the document."""
    minor: int
    carrier: str
    """`static-pod`, `workload` (Deployment, StatefulSet …), `fragment` (part of a Pod), or `flags` (a bare list)."""
    arguments: tuple[Argument, ...]
    flags: ParsedFlags
    mounts: tuple[Mount, ...] = ()
    volumes: tuple[Volume, ...] = ()
    pod_path: Path = ()
    """The way to the Pod (or Pod template) in the document."""
    spec_path: Path = ()
    """The way to what holds the containers and `volumes`: the Pod's `spec`; in fragments maybe the document itself."""
    other_mounts: tuple[Mount, ...] = ()
    """The mounts of the Pod's other containers."""
    not_text: tuple[Path, ...] = ()
    """Items of `command` and `args` that are no strings: the kubelet does not take such a Pod."""
    read_only_root: bool = False
    run_as_user: int | None = None
    host_network: bool = False
    dns_policy: str = ""
    arguments_path: Path = ()
    """The way to the list that holds the arguments: where a missing flag is reported."""
    opaque: bool = False
    """Arguments or mounts are only known at run time (templates, `$(X)` from valueFrom, shell variables).

    They are not among `arguments` and `mounts`.
    """
    version_notice: str = ""
    """What to tell the user where another release than the manifest's stands for it."""
    policies: tuple[PolicySubject, ...] = ()
    """The policy of the same run that `--audit-policy-file` names, if one does."""
    other_policies: tuple[PolicySubject, ...] = ()
    """Where no policy of the run has the name that the flag gives: those beside the manifest that nothing names."""
    webhook: WebhookConfig | None = None
    """The kubeconfig of the same run that `--audit-webhook-config-file` names, if one does."""

    def at(self, *steps: str | int) -> Path:
        """Return the path of a value of the container within the document."""
        return (*self.base, *steps)

    @property
    def complete(self) -> bool:
        """Whether what is absent here is absent on the server: not so in fragments and bare lists of flags."""
        return self.carrier in {"static-pod", "workload"} and not self.opaque

    @property
    def refused_by(self) -> list[str]:
        """What keeps kube-apiserver from starting, some of `policy`, `flags`, `files`, `pod`."""
        reasons = {fault.by for fault in self.faults} - {""}
        if any(policy.loaded.refused for policy in self.policies):
            reasons.add("policy")
        if self.flags.refused:
            reasons.add("flags")
        if self.not_text:
            reasons.add("pod")
        return [reason for reason in ("policy", "flags", "files", "pod") if reason in reasons]

    @cached_property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with the mounts and with the files that audit flags name."""
        from auditlint.kubernetes import container  # a run of policies alone does not pay for it

        return container.faults(
            container.Container(
                flags=self.flags,
                mounts=self.mounts,
                volumes=self.volumes,
                other_mounts=self.other_mounts,
                whole=self.complete,
                has_volumes=self.carrier in {"static-pod", "workload"},
                static=self.carrier == "static-pod" and (self.host_network or container.in_manifest_folder(self.path)),
                read_only_root=self.read_only_root,
                run_as_user=self.run_as_user,
                webhook=self.webhook.value if self.webhook else None,
            )
        )


class ManifestFile(NamedTuple):
    """A static Pod file as a whole, with what the kubelet does to each of its documents."""

    path: str
    document: int
    places: Places
    minor: int
    ignored: tuple[tuple[int, Span], ...] = ()
    """Documents after the first one: index and span of their first key."""
    is_list: bool = False
    """The first document is a `List` that wraps the Pod: the kubelet refuses it."""


class AuditSink(NamedTuple):
    """An AuditSink of the removed dynamic auditing."""

    path: str
    document: int
    places: Places
    base: Path
    minor: int


class WebhookConfig(NamedTuple):
    """A kubeconfig, which describes the audit webhook of the apiserver whose flag names it."""

    path: str
    document: int
    places: Places
    value: Value
    server: ApiServer | None = None
    """The apiserver of the same run that names this file, if one does."""


class Ignore(NamedTuple):
    """One ignore comment: the rules it names, and the part of the file it covers."""

    span: Span
    names: tuple[str, ...]
    reason: str
    first: tuple[int, int]
    last: tuple[int, int]
    """Line and column; findings that start from `first` up to, and not including, `last` are covered."""

    def covers(self, finding: Finding) -> bool:
        """Tell whether the comment names the finding's rule and covers its start."""
        return finding.rule in self.names and self.first <= finding.span[:2] < self.last


class IgnoreComments(NamedTuple):
    """The ignore comments of one file, for the rules that judge them."""

    path: str
    document: int
    places: Places
    known: frozenset[str]
    """The names of all rules."""
    ignores: tuple[Ignore, ...]
    unused: tuple[tuple[Ignore, str], ...]
    """Each comment with one name in it that covered no finding."""
    malformed: tuple[tuple[Span, str], ...]
    """Comments that speak to auditlint and are not understood: where, and what they say."""
