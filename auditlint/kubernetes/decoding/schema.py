"""The fields that kube-apiserver knows in an audit policy, with their types, for each minor version.

Source: types.go of k8s.io/apiserver/pkg/apis/audit/v1 (v1alpha1 and v1beta1 hold the same fields of a policy) and of
k8s.io/apimachinery/pkg/apis/meta/v1.
"""

from __future__ import annotations

from functools import cache

OMIT_MANAGED_FIELDS_SINCE = 23
CLUSTER_NAME_UNTIL = 24
MANAGED_SUBRESOURCE_SINCE = 22


class Text:
    """A string; `go` is its Go type."""

    __slots__ = ("go",)
    wanted = "a string"

    def __init__(self, go: str = "string") -> None:
        self.go = go


class Flag:
    """A boolean; an `optional` one can also be absent."""

    __slots__ = ("go", "optional")
    wanted = "true or false"

    def __init__(self, *, optional: bool) -> None:
        self.go = "bool"
        self.optional = optional


class Integer:
    """A whole number of 64 bits."""

    __slots__ = ()
    go = "int64"
    wanted = "a whole number"


class Moment:
    """A time as RFC 3339 writes it."""

    __slots__ = ()
    go = "string"
    wanted = "a time such as 2006-01-02T15:04:05Z"


class Raw:
    """A value that the server keeps as it is."""

    __slots__ = ()
    go = ""
    wanted = "any value"


class Texts:
    """A map from strings to strings."""

    __slots__ = ()
    go = "map[string]string"
    wanted = "a mapping of strings to strings"
    element = Text()


class ListOf:
    """A list of strings or of structs."""

    __slots__ = ("element", "go", "wanted")

    def __init__(self, element: Text | Struct) -> None:
        self.element = element
        self.go = f"[]{element.go}"
        self.wanted = "a list of strings" if isinstance(element, Text) else f"a list of {element.plural}"


class Struct:
    """A mapping with known fields.

    `scope` is the word that messages use for it, `unsupported` are fields that only later minor versions know,
    `embedded` fields that come from an embedded ObjectMeta, and `package` is its Go package, `audit` standing for the
    version of the policy.
    """

    __slots__ = ("embedded", "fields", "go", "name", "plural", "scope", "unsupported", "wanted")

    def __init__(
        self,
        name: str,
        scope: str,
        plural: str,
        fields: dict[str, Kind],
        *,
        unsupported: frozenset[str] = frozenset(),
        embedded: frozenset[str] = frozenset(),
        package: str = "v1",
    ) -> None:
        self.name = name
        self.go = f"{package}.{name}"
        self.scope = scope
        self.plural = plural
        self.wanted = "a mapping" if plural == scope else f"a {scope} (a mapping)"
        self.fields = fields
        self.unsupported = unsupported
        self.embedded = embedded


Kind = Text | Flag | Integer | Moment | Raw | Texts | ListOf | Struct


@cache
def policy(minor: int) -> Struct:
    """Return the type of a policy as the server of `minor` (18 for 1.18) knows it."""
    later = frozenset() if minor >= OMIT_MANAGED_FIELDS_SINCE else frozenset({"omitManagedFields"})
    fields: dict[str, Kind] = {
        "apiVersion": Raw(),  # both are judged when the head of the file is read, before anything else
        "kind": Raw(),
        "metadata": _metadata(minor),
        "rules": ListOf(_rule(later)),
        "omitStages": ListOf(Text("audit.Stage")),
    }
    if not later:
        fields["omitManagedFields"] = Flag(optional=False)
    return Struct("Policy", "policy", "policy", fields, unsupported=later, package="audit")


@cache
def headless(minor: int) -> Struct:
    """Return the type that the server decodes a document without apiVersion into: its internal one, with Go's names."""
    named = _go_named(policy(minor))
    own = {name: kind for name, kind in named.fields.items() if name not in {"ApiVersion", "Kind", "Metadata"}}
    embedded = _metadata(minor).fields
    fields: dict[str, Kind] = {"apiVersion": Raw(), "kind": Raw(), **embedded, **own}
    return Struct("Policy", "policy", "policy", fields, embedded=frozenset(embedded), package="audit")


def _go_named(struct: Struct) -> Struct:
    fields = {name[0].upper() + name[1:]: _with_go_names(kind) for name, kind in struct.fields.items()}
    return Struct(struct.name, struct.scope, struct.plural, fields, package="audit")


def _with_go_names(kind: Kind) -> Kind:
    if isinstance(kind, ListOf) and isinstance(kind.element, Struct):
        return ListOf(_go_named(kind.element))
    return kind


def metadata_fields() -> frozenset[str]:
    """Return the fields of a policy's metadata, of any minor version."""
    return frozenset(_metadata(CLUSTER_NAME_UNTIL).fields)


def _rule(later: frozenset[str]) -> Struct:
    strings = ListOf(Text())
    group = Struct(
        "GroupResources",
        "group entry",
        "group entries",
        {"group": Text(), "resources": strings, "resourceNames": strings},
        package="audit",
    )
    fields: dict[str, Kind] = {
        "level": Text("audit.Level"),
        "users": strings,
        "userGroups": strings,
        "verbs": strings,
        "resources": ListOf(group),
        "namespaces": strings,
        "nonResourceURLs": strings,
        "omitStages": ListOf(Text("audit.Stage")),
    }
    if not later:
        fields["omitManagedFields"] = Flag(optional=True)
    return Struct("PolicyRule", "rule", "rules", fields, unsupported=later, package="audit")


def _metadata(minor: int) -> Struct:
    fields: dict[str, Kind] = {
        "name": Text(),
        "generateName": Text(),
        "namespace": Text(),
        "selfLink": Text(),
        "uid": Text("types.UID"),
        "resourceVersion": Text(),
        "generation": Integer(),
        "creationTimestamp": Moment(),
        "deletionTimestamp": Moment(),
        "deletionGracePeriodSeconds": Integer(),
        "labels": Texts(),
        "annotations": Texts(),
        "ownerReferences": ListOf(_owner_reference()),
        "finalizers": ListOf(Text()),
        "managedFields": ListOf(_managed_fields(minor)),
    }
    if minor <= CLUSTER_NAME_UNTIL:
        fields["clusterName"] = Text()
    return Struct("ObjectMeta", "metadata", "metadata", fields)


def _owner_reference() -> Struct:
    fields: dict[str, Kind] = {
        "apiVersion": Text(),
        "kind": Text(),
        "name": Text(),
        "uid": Text("types.UID"),
        "controller": Flag(optional=True),
        "blockOwnerDeletion": Flag(optional=True),
    }
    return Struct("OwnerReference", "owner reference", "owner references", fields)


def _managed_fields(minor: int) -> Struct:
    fields: dict[str, Kind] = {
        "manager": Text(),
        "operation": Text("v1.ManagedFieldsOperationType"),
        "apiVersion": Text(),
        "time": Moment(),
        "fieldsType": Text(),
        "fieldsV1": Raw(),
    }
    if minor >= MANAGED_SUBRESOURCE_SINCE:
        fields["subresource"] = Text()
    return Struct("ManagedFieldsEntry", "managed field", "managed fields", fields)
