"""What carriers find in documents and rules judge: policies, apiservers, and text that does not parse."""

from __future__ import annotations

import enum
from functools import cached_property

from auditlint.kubernetes.cluster import ORDINARY, Cluster
from auditlint.kubernetes.releases import DEFAULT, Target
from auditlint.records import Frozen, NamedTuple
from auditlint.typed import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from auditlint.change import Change
    from auditlint.finding import Places, Span
    from auditlint.kubernetes.analysis import Analysis
    from auditlint.kubernetes.container import Container, Fault, Files
    from auditlint.kubernetes.decode import Loaded
    from auditlint.kubernetes.decoding.problems import Value
    from auditlint.kubernetes.mounts import Mount, Part, Volume
    from auditlint.kubernetes.parsed_flags import FlagUse, ParsedFlags
    from auditlint.kubernetes.policy import Policy
    from auditlint.path import Path
    from auditlint.subjects.nodes import Node, NodeSpelling
    from auditlint.subjects.provided import ProvidedFile
    from auditlint.subjects.slips import Slip
    from auditlint.subjects.spelling_of_flags import Spelling
    from auditlint.subjects.spelling_of_mounts import Place
    from auditlint.subjects.spelling_of_mounts import Spelling as EntrySpelling


class Subject(Protocol):
    """What a rule judges: a thing found in one document of one file."""

    @property
    def path(self) -> str:
        """The file, as given on the command line or found in a folder."""

    @property
    def document(self) -> int:
        """The index of the document in the file, from 0."""

    @property
    def places(self) -> Places:
        """Where the values of the document stand."""


READ_FLAGS = ("audit-policy-file", "audit-webhook-config-file")
"""The flags that name files which kube-apiserver reads."""
ELISION = "elision"
"""What `UnreadText.problem` says where dots stand for lines that were left out: nothing behind them can be judged."""
TEMPLATE = "template"
"""The same where marks of a template may be why a text does not parse, with or without them."""


def _as_it_is(line: int, column: int) -> tuple[int, int]:
    return line, column


class UnreadText(NamedTuple):
    """A file whose text the server's reader refuses: what it says, where, and what it was meant to be."""

    path: str
    document: int
    places: Places
    minor: int
    meant: str
    """`policy`, `pod`, `settings` (flags, for the tool that starts a server), or `` when nothing tells."""
    message: str
    """The server's own words, such as `yaml: line 5: mapping values are not allowed in this context`."""
    span: Span
    lines: tuple[str, ...]
    """The lines of the file up to a little behind the span, for a rule that looks for the cause; index 0 is line 1."""
    problem: str = ""
    """The kind of mistake in one word, as the reader tells it, such as `tab`."""
    kubernetes_from: str = DEFAULT
    on_disk: Callable[[int, int], tuple[int, int]] = _as_it_is
    """Where a line and column of the text stand on disk; of an encoded one, in the decoded text."""
    file: str | None = None
    """Of a text inside a file: the path of the file that it becomes; empty if it becomes none, or nobody knows."""

    @property
    def refused(self) -> bool:
        """Whether a server or a kubelet gives up on it: they read the first document only."""
        return self.document == 0 and self.meant in {"policy", "pod"} and self.problem not in {ELISION, TEMPLATE}


class Holder(NamedTuple):
    """The ConfigMap or Secret that a policy is a value of."""

    kind: str
    name: str
    keys: tuple[str, ...]
    """The keys of all its values."""


class Decode(Protocol):
    """How a policy is decoded."""

    def __call__(self, minor: int, *, newer: bool = False) -> Loaded:
        """Return the policy as the server of 1.`minor` has it; `newer`: as one newer than that may have it."""


class PolicySubject(Frozen):
    """An audit policy found in a document, as the server of the target version decodes it.

    What is made is a `LoadedPolicy` where the server loads it, and then a `ClusterPolicy` where it is kube-apiserver's:
    a rule declares which of the three it needs.
    """

    path: str
    document: int
    places: Places
    base: Path
    """The way to the policy in the document: () for a policy file."""
    minor: int
    """The target version's minor number: 29 for 1.29."""
    kubernetes_from: str = DEFAULT
    """Who says so: `option`, `config`, `file`, `server`, or `default`, where it is only assumed."""
    loaded: Loaded
    value: Value = None
    """The policy as plain values."""
    newer: bool = False
    """The target version is newer than that, the newest known: what is unknown may be new."""
    shape: str = "policy"
    """`policy`; `headless` (rules without apiVersion and kind); `snippet` (a bare list of rules)."""
    later: bool = False
    """A later document of a file whose first document is a policy: the server never reads it."""
    decode: Decode
    """Decodes it as the server of 1.n does."""
    cluster: Cluster = ORDINARY
    """What is known of the cluster beyond its release."""
    file: str | None = None
    """Of a text inside a file: the path of the file that it becomes; empty if it becomes none, or nobody knows."""
    tool: str = ""
    """What reads the object that it stands in, and allows one policy alone, such as `Talos`."""

    def __new__(cls, **values: Any) -> PolicySubject:  # noqa: PYI034 -- it makes one of the kinds below
        """Return an object of the kind that fits what is known of the policy."""
        loaded: Loaded | None = values.get("loaded")
        if loaded is None or loaded.policy is None or (loaded.refused and not loaded.head_only):
            return object.__new__(PolicySubject)
        aggregated = values.get("cluster", ORDINARY).aggregated
        return object.__new__(LoadedPolicy if aggregated else ClusterPolicy)

    def replace(self, **changes: Any) -> PolicySubject:
        """Return a copy with some values changed, of the kind that then fits."""
        return PolicySubject(**{name: getattr(self, name) for name in self._fields()} | changes)

    holder: Holder | None = None
    """What it is a value of, if a server can mount that."""

    @property
    def judged(self) -> Policy | None:
        """The policy if it is judged further: the server loads it, or would with the right apiVersion and kind."""
        return None

    @property
    def analysis(self) -> Analysis | None:
        """What the engine says of the policy; None if it is refused for more than its head."""
        return None

    @property
    def release(self) -> Target:
        """The release that it is judged for."""
        return Target(self.minor, origin=self.kubernetes_from, newer=self.newer)

    def judged_for(self, release: Target, cluster: Cluster) -> PolicySubject:
        """Return the policy as the server of another release, or of another cluster, has it; the same each time."""
        wanted = (release, cluster)
        if wanted == (self.release, self.cluster):
            return self
        found = self._others.get(wanted)
        if found is None:
            alike = (release.minor, release.newer) == (self.minor, self.newer)
            changed = self.replace(
                minor=release.minor,
                kubernetes_from=release.origin,
                newer=release.newer,
                cluster=cluster,
                loaded=self.loaded if alike else self.decode(release.minor, newer=release.newer),
            )
            found = self._others[wanted] = changed
        return found

    @cached_property
    def _others(self) -> dict[tuple[Target, Cluster], PolicySubject]:
        return {}

    def at(self, *steps: str | int) -> Path:
        """Return the path of a value of the policy within the document; a snippet has no key `rules` around it."""
        inner = steps[1:] if self.shape == "snippet" and steps[:1] == ("rules",) else steps
        return (*self.base, *inner)


class LoadedPolicy(PolicySubject):
    """A policy that the server loads, or would with the right apiVersion and kind: every request has an outcome."""

    @cached_property
    def analysis(self) -> Analysis:
        """What the engine says of the policy."""
        from auditlint.kubernetes.analysis import Analysis  # a run without policies does not pay for it
        from auditlint.kubernetes.well_known import Known

        return Analysis(self.judged, Known(self.minor, self.cluster))

    @cached_property
    def judged(self) -> Policy:
        """The policy as the server holds it."""
        if self.loaded.policy is None:
            raise ValueError("only a policy that loads is made a LoadedPolicy")
        return self.loaded.policy


class ClusterPolicy(LoadedPolicy):
    """A loaded policy of kube-apiserver itself: what it serves, and who asks for it, is known."""


class WordPlace(NamedTuple):
    """Where a word stands in a string: from an offset to another, behind the last word with `gap` between them."""

    start: int
    end: int
    gap: str


class Argument(NamedTuple):
    """One argument of kube-apiserver's command line, and where it stands."""

    text: str
    path: Path
    """The way to the list item, or to the key."""
    value_path: Path | None = None
    """The way to the value, where that is a node of its own."""
    by_key: bool = False
    """It stands at a key of a mapping: that is the place to report."""
    written: str = ""
    """What the file says for the flag, where that is not the argument itself."""
    word: WordPlace | None = None
    """Where it stands in the string at `path`, if it is one of several words there."""
    expanded: bool = False
    """The file has a variable where it has the value: it is not to be written anew."""


class NotText(NamedTuple):
    """An argument that is no string: the kubelet refuses the Pod."""

    path: Path
    flag: str = ""
    """The flag that was meant, where a colon behind its name makes a mapping of it."""
    text: str = ""
    """What stands there, or behind the colon, as a string; empty where that says nothing."""


class Runs(enum.Enum):
    """What runs a kube-apiserver: whether a kubelet stands between the file and the process."""

    STATIC_POD = enum.auto()
    """A kubelet, from a file in its manifest folder."""
    POD = enum.auto()
    """A kubelet, by way of the API or from where its manifest will be put."""
    PROCESS = enum.auto()
    """No kubelet: systemd, k3s, a snap."""
    UNKNOWN = enum.auto()


class DefaultPolicy(NamedTuple):
    """The policy that a tool gives a server for which nobody wrote one: it logs nothing."""

    path: Path
    """The way to what makes the tool do so."""
    file: str = ""
    """Where the tool looks for a policy of the user's; empty where the file itself has to name one."""
    advice: str = ""
    """What to write where the file itself has to name one."""


class AuditProfile(NamedTuple):
    """A profile of audit levels that stands for a policy, as OpenShift has them."""

    path: Path
    """The way to its name."""
    name: str
    group: str = ""
    """Whose requests it is for; empty for all."""


class ApiServer(Frozen):
    """A kube-apiserver that a document starts: its arguments, mounts and what surrounds them."""

    path: str
    document: int
    places: Places
    base: Path
    """The way to the container (or to the list of flags) in the document."""
    minor: int
    carrier: str
    """The file format that describes it, such as `static-pod`; for the report, not for rules."""
    runs: Runs
    files: Files
    whole: bool
    """The file describes all of the server: what is absent here is absent there, unless it is `opaque`."""
    arguments: tuple[Argument, ...]
    flags: ParsedFlags
    spelling: Spelling
    mounts: tuple[Mount, ...] = ()
    """All mounts of the container, also those that the carrier's tool makes by itself."""
    volumes: tuple[Volume, ...] = ()
    mount_places: tuple[Place | None, ...] = ()
    """Where each mount stands; None for those that the tool makes by itself."""
    volume_places: tuple[Place | None, ...] = ()
    mount_spelling: EntrySpelling
    """What the carrier calls a mount and its parts."""
    volume_spelling: EntrySpelling
    mounts_path: Path = ()
    """The way to the list that holds the mounts: where a missing one is added."""
    volumes_path: Path = ()
    """The way to the list that holds the volumes; the same list where a mount brings its volume along."""
    other_mounts: tuple[Mount, ...] = ()
    """The mounts of the Pod's other containers."""
    not_text: tuple[NotText, ...] = ()
    """Arguments that are no strings: the kubelet refuses such a Pod."""
    read_only_root: bool = False
    run_as_user: int | None = None
    host_network: bool = False
    dns_policy: str = ""
    pod: str = ""
    """The namespace and name of the static Pod whose file this is, such as `kube-system/kube-apiserver`."""
    pod_name_path: Path = ()
    """The way to that name."""
    tool: str = ""
    """What makes the server of the file and mounts folders by itself, such as `kubeadm`; empty if there is no such."""
    sorts_arguments: bool = False
    """The tool sorts the arguments before the server gets them."""
    slips: tuple[Slip, ...] = ()
    """What the tool does not understand as it is written."""
    default_policy: DefaultPolicy | None = None
    """The policy that the tool makes, where the file names none."""
    audit_profiles: tuple[AuditProfile, ...] = ()
    """What the document names for a policy, the one for all requests first."""
    provided: tuple[ProvidedFile, ...] = ()
    """The files that the document writes to the nodes."""
    nodes: tuple[Node, ...] = ()
    """The nodes that run it, where these are containers that a tool makes."""
    node_spelling: NodeSpelling | None = None
    """How the tool writes the mounts of its nodes."""
    folder: str = ""
    """A folder that the tool mounts for the files of its users, where they cannot mount one themselves."""
    no_log_folder: bool = False
    """Neither the tool nor its users can mount a folder for the log."""
    arguments_path: Path = ()
    """The way to what holds the arguments: where a missing flag is added."""
    arguments_place: Path = ()
    """As much of that way as leads somewhere: where a missing flag is reported."""
    opaque: bool = False
    """Arguments or mounts are only known at run time (templates, `$(X)` from valueFrom, shell variables).

    They are not among `arguments` and `mounts`.
    """
    unfilled: tuple[Argument, ...] = ()
    """The arguments among those with a placeholder that somebody is still to fill in."""
    kubernetes_from: str = DEFAULT
    """Who says which release it is: `option`, `config`, `file`, or `default`, where it is only assumed."""
    newer: bool = False
    """As of a policy."""
    version_notice: str = ""
    """What to tell the user where another release than the manifest's stands for it."""

    @property
    def complete(self) -> bool:
        """Whether what is absent here is absent on the server: not so in fragments and bare lists of flags."""
        return self.whole and not self.opaque

    def named(self, flag: str) -> str:
        """Return what a sentence calls a flag: `--audit-log-path`, or as the carrier has it."""
        return self.spelling.name(flag)

    def written(self, flag: str, value: str | None = None) -> str:
        """Return a flag with its value as the carrier writes it, to be pasted; None is a flag that stands alone."""
        return self.spelling.text(flag, value)

    def mount_path(self, mount: Mount, part: Part) -> Path | None:
        """Return the way to a part of a mount; None where the carrier's tool makes the mount by itself."""
        place = self.mount_places[mount.position]
        return place.at(part) if place else None

    def volume_path(self, volume: Volume, part: Part, source: str = "") -> Path | None:
        """Return the way to a part of a volume; None where the carrier's tool makes the volume by itself."""
        place = self.volume_places[volume.position]
        return place.at(part, source) if place else None

    def with_flag(self, flag: str, value: str | None = None) -> tuple[Change, ...]:
        """Return what sets a flag to a value, where it is given already, given wrongly, or not at all."""
        use = self.flags.last(flag)
        if use is not None:
            return (*self.rewritten(use.position, flag, value), *self._without_value(use))
        wrong = next((error.position for error in self.flags.errors if error.name == flag), None)
        return self.added(flag, value) if wrong is None else self.rewritten(wrong, flag, value)

    def rewritten(self, position: int, flag: str, value: str | None = None) -> tuple[Change, ...]:
        """Return what makes an argument another flag; () where the file has a variable there."""
        from auditlint.change import Rewrite
        from auditlint.subjects.spelling_of_flags import WORDS

        argument = self.arguments[position]
        if argument.expanded:
            return ()
        if argument.word:
            return (Rewrite(argument.path, *argument.word[:2], WORDS.item(flag, value)),)
        return self.spelling.changed(argument.path, flag, value)

    def added(self, flag: str, value: str | None = None) -> tuple[Change, ...]:
        """Return what adds a flag behind the others; () where it is not known how."""
        from auditlint.change import Rewrite
        from auditlint.subjects.spelling_of_flags import WORDS

        last = next((argument for argument in reversed(self.arguments) if argument.word), None)
        if last is None or last.word is None:
            return (self.spelling.added(self.arguments_path, flag, value),)
        if last.expanded:
            return ()
        return (Rewrite(last.path, last.word.end, last.word.end, (last.word.gap or " ") + WORDS.item(flag, value)),)

    def removed(self, position: int) -> tuple[Change, ...]:
        """Return what takes an argument out."""
        from auditlint.change import Rewrite

        argument = self.arguments[position]
        if argument.word:
            return (Rewrite(argument.path, argument.word.start - len(argument.word.gap), argument.word.end, ""),)
        return (self.spelling.deleted(argument.path),)

    def with_mount(self, mount: Mount, volume: Volume) -> tuple[Change, ...]:
        """Return what adds a mount and its volume, a path of the host."""
        from auditlint.change import Append

        added = self.mount_spelling.entry_of(mount, volume)
        if self.volumes_path == self.mounts_path:
            return (Append(self.mounts_path, added),)
        return Append(self.mounts_path, added), Append(self.volumes_path, self.volume_spelling.entry_of(mount, volume))

    def without(self, use: FlagUse) -> tuple[Change, ...]:
        """Return what takes a flag out."""
        return (*self.removed(use.position), *self._without_value(use))

    def _without_value(self, use: FlagUse) -> tuple[Change, ...]:
        return self.removed(use.value_position) if use.separate else ()

    @property
    def refused_by(self) -> frozenset[str]:
        """What of its own keeps kube-apiserver from starting, some of `flags`, `files`, `pod`."""
        reasons = {fault.by for fault in self.faults} - {""}
        if self.flags.refused:
            reasons.add("flags")
        if self.not_text:
            reasons.add("pod")
        if any(self.unreadable(flag) or self.without_file(flag) for flag in READ_FLAGS):
            reasons.add("files")
        return frozenset(reasons)

    def on_node(self, flag: str) -> str:
        """Return where the file that a flag names lies on the host; its path in the container if no mount tells."""
        from auditlint.kubernetes.container import host_path

        path = self.flags.text(flag)
        return host_path(self.container, path) or path

    def on_disk(self, flag: str) -> str:
        """Return where the file that a flag names lies on the machine that the nodes run on, or on the node."""
        path = self.on_node(flag)
        return self.nodes[0].on_machine(path) if self.nodes and path else path

    def without_file(self, flag: str) -> tuple[Node, ...]:
        """Return the nodes to which nothing brings the file that a flag names."""
        path = self.flags.text(flag)
        if not self.nodes or not path.startswith("/"):
            return ()
        from auditlint.kubernetes.container import host_path

        on_node = host_path(self.container, path)
        return tuple(node for node in self.nodes if on_node and node.known and node.covering(on_node) is None)

    def unreadable(self, flag: str) -> ProvidedFile | None:
        """Return the file that a flag names if the document writes it so that the server may not read it."""
        if not self.provided:
            return None
        from auditlint.subjects.provided import of_path

        file = of_path(self.provided, self.on_node(flag))
        return None if file is None or file.readable_by(self.run_as_user) else file

    @cached_property
    def container(self) -> Container:
        """Where it runs, in the words of Kubernetes."""
        from auditlint.kubernetes.container import Container

        return Container(
            flags=self.flags,
            mounts=self.mounts,
            volumes=self.volumes,
            other_mounts=self.other_mounts,
            files=self.files,
            whole=self.complete,
            has_volumes=self.whole,
            static=self.runs is Runs.STATIC_POD,
            read_only_root=self.read_only_root,
            run_as_user=self.run_as_user,
        )

    @cached_property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with the mounts and with the files that audit flags name."""
        from auditlint.kubernetes import container  # a run of policies alone does not pay for it

        return tuple(fault for fault in container.faults(self.container) if not self._is_brought(fault))

    def _is_brought(self, fault: Fault) -> bool:
        """Tell whether a file that the host may lack is mounted into every node."""
        path = fault.volume.host_path if fault.volume and fault.case == "unchecked" else ""
        return bool(path and self.nodes) and all(node.covering(path) for node in self.nodes)


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


class EventsFile(NamedTuple):
    """A file of recorded audit events, which looks like rules and is no policy."""

    path: str
    document: int
    places: Places
    minor: int


class AuditSink(NamedTuple):
    """An AuditSink of the removed dynamic auditing."""

    path: str
    document: int
    places: Places
    base: Path
    minor: int


class ManagedService(NamedTuple):
    """A cluster of a cloud that runs kube-apiserver itself, for which a file tries to set something about auditing."""

    path: str
    document: int
    places: Places
    base: Path
    """The way to what it tries to set."""
    service: str
    """Such as `EKS`."""
    instead: str
    """How audit events are got there."""


class AppliedFiles(NamedTuple):
    """Files that are sent to the API: by a kustomization, or by kubectl in a script."""

    path: str
    document: int
    places: Places
    files: tuple[tuple[str, Path], ...]
    """Each with the way to its name; paths are those of the run."""


class WebhookConfig(Frozen):
    """A kubeconfig, which describes the audit webhook of the apiserver whose flag names it."""

    path: str
    document: int
    places: Places
    value: Value
    file: str | None = None
    """As of a policy."""


class Ignore(NamedTuple):
    """One ignore comment: the rules it names, and the part of the file it covers."""

    span: Span
    names: tuple[str, ...]
    reason: str
    first: tuple[int, int]
    last: tuple[int, int]
    """Line and column; findings that start from `first` up to, and not including, `last` are covered."""
    within: Span | None = None
    """The place of the encoded text that the comment stands in: lines and columns are those of the decoded one."""


class IgnoreComments(NamedTuple):
    """The ignore comments of one file, for the rules that judge them."""

    path: str
    document: int
    places: Places
    known: frozenset[str]
    """The names of all rules."""
    ignores: tuple[Ignore, ...]
    unused: tuple[tuple[int, str], ...]
    """Each name that covered no finding, with the number of its comment, from 0."""
    missed: Mapping[str, int]
    """The first line with a finding of a rule that some comment names and none covers."""
    malformed: tuple[tuple[Span, str], ...]
    """Comments that speak to auditlint and are not understood: where, and what they say."""
