"""Who can send the requests that a rule matches, the most powerful first, and what such people send at all.

Source: plugin/pkg/auth/authorizer/node/node_authorizer.go, plugin/pkg/admission/noderestriction/admission.go and
plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go (system:node, system:node-bootstrapper).
"""

from __future__ import annotations

from functools import cache

from auditlint.checks.suggestions.names import identity_names
from auditlint.kubernetes.engine.region import Region, Target, meet
from auditlint.kubernetes.served import AUTHENTICATED, MASTERS, NODE, NODES, SERVICE_ACCOUNTS
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.kubernetes.engine.region import Values
    from auditlint.kubernetes.requests import Request

SOMEBODY = Region(groups=((AUTHENTICATED,),))
"""Whoever is logged in: of the others it is enough to see that they tried."""
_BOOTSTRAPPERS = "system:bootstrappers"
_MAY_BE_DEAD = ("system", "kube", "serviceaccount")
"""What names begin with that Kubernetes gives; of any other nobody can say that it is nobody's."""


def _sent(verbs: str, group: str, resource: str, subresource: str = "") -> Region:
    return Region(verbs=tuple(verbs.split()), targets=(Target(group, resource, subresource),), urls=())


_BY_KUBELETS = (
    _sent("get", "", "secrets"),
    _sent("get", "", "configmaps"),
    _sent("create", "", "serviceaccounts", "token"),
    _sent("create", "authentication.k8s.io", "tokenreviews"),
    _sent("delete create", "", "pods"),
    _sent("patch create update", "", "nodes"),
    _sent("create", "certificates.k8s.io", "certificatesigningrequests"),
)
"""What kubelets may send of what a policy should log: objects of their own Pods and of their own node."""
_BY_BOOTSTRAPPERS = (_sent("create", "certificates.k8s.io", "certificatesigningrequests"),)


def parts(region: Region, minor: int) -> Iterator[Region]:
    """Yield the parts of a region that somebody sends, those of the most powerful senders first."""
    if region.users is None:
        yield from _by_groups(region, minor)
        return
    alive = [user for user in region.users if not is_dead("users", user, minor)]
    kubelets = tuple(user for user in alive if user.startswith(NODE))
    others = tuple(user for user in alive if not user.startswith(NODE))
    if others:
        yield from _by_groups(region._replace(users=others), minor)
    if kubelets:
        yield from _only(region._replace(users=kubelets), _BY_KUBELETS)


def _by_groups(region: Region, minor: int) -> Iterator[Region]:
    limits = [choice for choice in region.groups if choice != (AUTHENTICATED,)]
    if not limits:
        yield region
        return
    rest = tuple(choice for choice in region.groups if choice is not limits[0])
    by_rank: dict[int, list[str]] = {}
    for group in limits[0]:
        if not is_dead("userGroups", group, minor):
            by_rank.setdefault(_rank(group), []).append(group)
    for rank, groups in sorted(by_rank.items()):
        part = region._replace(groups=(*rest, tuple(groups)))
        yield from _only(part, _LIMITED[rank]) if rank in _LIMITED else (part,)


def is_limited(request: Request) -> bool:
    """Tell whether what else the sender of a request may send is limited."""
    return (request.user or "").startswith(NODE) or any(_rank(group) in _LIMITED for group in request.groups)


def _only(region: Region, sent: tuple[Region, ...]) -> Iterator[Region]:
    return (meet(region, one) for one in sent)


def _rank(group: str) -> int:
    """Return how little members of a group can do."""
    if group == MASTERS:
        return 0
    if group == NODES:
        return 3
    if group.startswith(_BOOTSTRAPPERS):
        return 4
    return 2 if group.startswith(SERVICE_ACCOUNTS) else 1


_LIMITED = {3: _BY_KUBELETS, 4: _BY_BOOTSTRAPPERS}


@cache
def is_dead(field: str, name: str, minor: int) -> bool:
    """Tell whether nobody has a name, by what Kubernetes itself calls users and groups."""
    return name.lower().startswith(_MAY_BE_DEAD) and identity_names.dead(field, name, minor) is not None


def alive(field: str, names: Values, minor: int) -> Values:
    """Return the names that somebody may have; what holds a star is compared letter by letter."""
    return tuple(name for name in names if "*" not in name and not is_dead(field, name, minor))
