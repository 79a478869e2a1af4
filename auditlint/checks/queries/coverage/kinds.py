"""The requests that a policy should log, as data: one row says who asks for what, and which rule speaks of it.

A kind is made of calls: requests that a server serves alike, so that a witness is one that somebody can send.
"""

from __future__ import annotations

from functools import cache

from auditlint.kubernetes.engine.region import EVERYTHING, Region, Target
from auditlint.kubernetes.served import ANONYMOUS, UNAUTHENTICATED
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WRITES = ("delete", "create", "patch", "update", "deletecollection")
"""The verbs that change something, the most telling first."""
_WRITES = " ".join(WRITES)
_ALL = f"get list watch {_WRITES}"
_GRANTS = "create update patch delete deletecollection"
_PROXY = "get create update patch delete"
_CHATTER = frozenset(
    {
        ("", "events"),
        ("events.k8s.io", "events"),
        ("coordination.k8s.io", "leases"),
        ("coordination.k8s.io", "leasecandidates"),
        ("", "endpoints"),
        ("discovery.k8s.io", "endpointslices"),
    }
)
"""What an idle cluster writes all the time."""
_UNNAMED = ("create", "deletecollection")
_OF_MANY = ("list", "watch")
_OF_ONE = ("get", "update", "patch", "delete")
_RBAC = "rbac.authorization.k8s.io"
_ADMISSION = "admissionregistration.k8s.io"
_CERTIFICATES = "certificates.k8s.io"


class Row(NamedTuple):
    """Resources of one group that are asked for with the same verbs, from a release (its minor number) on."""

    group: str
    resources: str
    verbs: str
    namespaced: bool = True
    since: int = 0


class Kind(NamedTuple):
    """Requests of which one rule says that they are not logged."""

    rule: str
    rows: tuple[Row, ...]
    who: Region = EVERYTHING
    """Whose requests count."""

    @property
    def of_strangers(self) -> bool:
        """Whether only requests of people without a login count."""
        return self.who != EVERYTHING


class Calls(NamedTuple):
    """Requests that a server serves alike."""

    region: Region
    placed: bool = False
    """They go to a namespace."""
    named: bool = False
    """They carry the name of an object."""


_PROBES = (
    Row("", "pods", "list"),
    Row("", "secrets", "get"),
    Row("", "pods/exec", "create"),
)
"""What somebody tries who should not be here."""

KINDS = (
    Kind("secrets-not-audited", (Row("", "secrets", _ALL),)),
    Kind(
        "token-requests-not-audited",
        (Row("", "serviceaccounts/token", "create"),),
    ),
    Kind(
        "exec-not-audited",
        (
            Row("", "pods/exec pods/attach pods/portforward", "get create"),
            Row("", "pods/ephemeralcontainers", "patch update"),
            Row("", "pods/proxy services/proxy", _PROXY),
            Row("", "nodes/proxy", _PROXY, namespaced=False),
        ),
    ),
    Kind(
        "rbac-not-audited",
        (
            Row(_RBAC, "clusterrolebindings clusterroles", _GRANTS, namespaced=False),
            Row(_RBAC, "rolebindings roles", _GRANTS),
        ),
    ),
    Kind(
        "workload-changes-not-audited",
        (
            Row("", "pods replicationcontrollers", _WRITES),
            Row("apps", "deployments daemonsets statefulsets replicasets", _WRITES),
            Row("batch", "cronjobs jobs", _WRITES),
        ),
    ),
    Kind(
        "control-plane-changes-not-audited",
        (
            Row(_ADMISSION, "validatingwebhookconfigurations mutatingwebhookconfigurations", _WRITES, namespaced=False),
            Row(_CERTIFICATES, "certificatesigningrequests/approval", "update", namespaced=False),
            Row(_CERTIFICATES, "certificatesigningrequests/approval", "patch", namespaced=False, since=19),
            Row("", "nodes", _WRITES, namespaced=False),
            Row("apiextensions.k8s.io", "customresourcedefinitions", _WRITES, namespaced=False),
            Row("apiregistration.k8s.io", "apiservices", _WRITES, namespaced=False),
            Row(_CERTIFICATES, "certificatesigningrequests", _WRITES, namespaced=False),
            Row(
                _ADMISSION,
                "validatingadmissionpolicies validatingadmissionpolicybindings",
                _WRITES,
                namespaced=False,
                since=26,
            ),
            Row(
                _ADMISSION,
                "mutatingadmissionpolicies mutatingadmissionpolicybindings",
                _WRITES,
                namespaced=False,
                since=32,
            ),
        ),
    ),
    Kind(
        "failed-logins-not-audited",
        _PROBES,
        Region(nobody=True),
    ),
    Kind(
        "anonymous-not-audited",
        _PROBES,
        Region(users=(ANONYMOUS,), exact_groups=(UNAUTHENTICATED,)),
    ),
)
PRIVILEGED = Kind("privileged-user-not-audited", ())
ANY_WRITES = Kind("writes-not-audited", ())


def is_chatter(group: str, resource: str, subresource: str) -> bool:
    """Tell whether writes of a resource are what an idle cluster does all the time, or change nothing."""
    return subresource == "status" or resource.endswith("reviews") or (group, resource) in _CHATTER


def takes_only_chatter(target: Target) -> bool:
    """Tell without the catalogue that a target takes nothing but what changes all the time."""
    if target.group is None or target.resource is None:
        return target.subresource == "status"
    return is_chatter(target.group, target.resource, target.subresource or "")


@cache
def outline_of(kind: Kind, minor: int) -> Region:
    """Return a region that holds all requests of a kind and more: who shares nothing with it has none of them."""
    rows = [row for row in kind.rows if row.since <= minor]
    targets = (Target(row.group, name.partition("/")[0]) for row in rows for name in row.resources.split())
    verbs = (verb for row in rows for verb in row.verbs.split())
    return kind.who._replace(verbs=tuple(dict.fromkeys(verbs)), targets=tuple(dict.fromkeys(targets)), urls=())


@cache
def calls_of(kind: Kind, minor: int) -> tuple[Calls, ...]:
    """Return what a release serves of a kind, the most telling first."""
    rows = (row for row in kind.rows if row.since <= minor)
    return tuple(
        calls
        for row in rows
        for calls in served_calls(
            [Target(row.group, *_split(name)) for name in row.resources.split()],
            tuple(row.verbs.split()),
            namespaced=row.namespaced,
        )
    )


@cache
def targets_of(kind: Kind, minor: int) -> tuple[tuple[Target, tuple[Calls, ...]], ...]:
    """Return each resource of a kind that a release has, with its calls: the reads, then the changes."""
    found: dict[Target, tuple[Calls, ...]] = {}
    for row in kind.rows:
        verbs = row.verbs.split()
        sorts = [tuple(verb for verb in verbs if (verb in WRITES) is changes) for changes in (False, True)]
        for name in row.resources.split() if row.since <= minor else ():
            target = Target(row.group, *_split(name))
            calls = (one for sort in sorts if sort for one in served_calls([target], sort, namespaced=row.namespaced))
            found[target] = (*found.get(target, ()), *calls)
    return tuple(found.items())


def _split(name: str) -> tuple[str, str]:
    resource, _, subresource = name.partition("/")
    return resource, subresource


def served_calls(targets: Iterable[Target], verbs: tuple[str, ...], *, namespaced: bool) -> Iterator[Calls]:
    """Yield the calls of these verbs to resources and subresources of one scope, as a server serves them."""
    targets = tuple(targets)
    below = tuple(target for target in targets if target.subresource)
    itself = tuple(target for target in targets if not target.subresource)
    nameless = tuple(target._replace(names=("",)) for target in itself if target.names is None or "" in target.names)
    # Lists go to one namespace or to all of them.
    found = (
        _calls(itself, _some(verbs, _OF_ONE), namespaced=namespaced, named=True),
        _calls(nameless, _some(verbs, _UNNAMED), namespaced=namespaced),
        _calls(itself, _some(verbs, _OF_MANY), namespaced=namespaced)._replace(placed=False),
    )
    some = [calls for calls in found if calls.region.targets and calls.region.verbs]
    yield from sorted(some, key=lambda calls: verbs.index((calls.region.verbs or verbs)[0]))
    if below:
        yield _calls(below, verbs, namespaced=namespaced, named=True)


def _some(verbs: tuple[str, ...], these: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(verb for verb in verbs if verb in these)


def _calls(targets: tuple[Target, ...], verbs: tuple[str, ...], *, namespaced: bool, named: bool = False) -> Calls:
    region = Region(namespaces=None if namespaced else ("",), verbs=verbs, targets=targets, urls=())
    return Calls(region, namespaced, named)
