"""Reads apiVersion and kind as kube-apiserver does, before it decodes the rest.

Source: k8s.io/apimachinery/pkg/runtime/serializer/json (meta.go and json.go), pkg/runtime/scheme.go, and
k8s.io/apiserver/pkg/audit (scheme.go, policy/reader.go).
"""

from __future__ import annotations

import re

from auditlint.kubernetes.decoding.problems import Problem, ProblemKind, wrong_type
from auditlint.kubernetes.decoding.words import head_error, quote
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from auditlint.kubernetes.decoding.problems import Path, Value

GROUP = "audit.k8s.io"
OLD_VERSIONS = ("v1alpha1", "v1beta1")
OLD_VERSIONS_UNTIL = 23
DEPRECATED_SINCE = 21
NO_HEAD = "unknown group version field audit.k8s.io/__internal, Kind=Policy in policy"
"""The server's words for a document without apiVersion."""
_INTERNAL = "__internal"
_AUDIT_KINDS = frozenset({"Event", "EventList", "Policy", "PolicyList"})
_OPTIONS = frozenset({"CreateOptions", "DeleteOptions", "GetOptions", "ListOptions", "PatchOptions", "UpdateOptions"})
_EXPORT_OPTIONS_UNTIL = 20
_FIELD_BY_FIELD_UNTIL = 18
"""The last minor version that converts one type into any other, as far as it has the same fields."""
_ANY_VERSION = frozenset({"APIGroup", "APIGroupList", "APIResourceList", "APIVersions", "Status"})
_KEYS_AS_WRITTEN_SINCE = 38
"""The first minor version built with Go 1.27, whose encoding/json names a key as the text writes it."""
_SCHEME_LINES = ((38, 110), (35, 111), (33, 110), (20, 100), (0, 101))
"""The line of scheme.go that the server's error names, from that minor version on."""


class Head(NamedTuple):
    """What apiVersion and kind make of the document."""

    version: str
    """The version of audit.k8s.io, if it is one that this server reads."""
    problems: tuple[Problem, ...]
    error: str
    """The server's words if it refuses the document for its head, or decodes it as something else than a policy."""


class _Written(NamedTuple):
    """apiVersion or kind as the server reads it: the text, and the way to the key that counts."""

    text: str
    path: Path | None


def read_head(pairs: tuple[tuple[str, Value], ...], minor: int, *, from_json: bool, newer: bool = False) -> Head:
    """Return what the server makes of the head of a mapping.

    Keys count in any letter case here, and the last one wins, in the order of the text or, from YAML, of the keys.
    `newer`: the server is newer than any that is known; a version that none of those has is taken for v1.
    """
    ordered = list(pairs) if from_json else sorted(dict(pairs).items(), key=lambda pair: pair[0])
    api_version, kind = _written(ordered, "apiversion"), _written(ordered, "kind")
    wrong = _wrong_types(ordered)
    if wrong:
        key = str(wrong[0].path[0])
        field = "apiVersion" if _folded(key) == "apiversion" else "kind"
        field = key if minor >= _KEYS_AS_WRITTEN_SINCE else field
        error = f"failed decoding: {head_error(wrong[0].value, field)}"
        return Head("", tuple(wrong), error)
    if newer and version_may_be_new(api_version.text):
        new = _at_head(ProblemKind.WRONG_API_VERSION, api_version, "new", refuses=False)
        error = _error(f"{GROUP}/v1", kind.text or "Policy", minor)
        return Head("v1", (new, *_kind_problems(kind)), error)
    problems = (*_version_problems(api_version, minor), *_kind_problems(kind))
    version = api_version.text.removeprefix(f"{GROUP}/")
    return Head(version, problems, _error(api_version.text, kind.text or "Policy", minor))


def version_may_be_new(api_version: str) -> bool:
    """Tell whether no known release has a version of audit.k8s.io, but a newer one may: its name is of their kind."""
    group, _, version = api_version.partition("/")
    of_their_kind = re.fullmatch(r"v[0-9]+(?:(?:alpha|beta)[0-9]+)?", version) is not None
    return group == GROUP and of_their_kind and version not in {*OLD_VERSIONS, "v1"}


def _folded(name: str) -> str:
    return name.casefold()


def _written(pairs: list[tuple[str, Value]], folded: str) -> _Written:
    found = _Written("", None)
    for name, value in pairs:
        if _folded(name) == folded:
            found = _Written(value if isinstance(value, str) else found.text, (name,))
    return found


def _wrong_types(pairs: list[tuple[str, Value]]) -> list[Problem]:
    names = [name for name, _ in pairs]
    return [
        wrong_type((name,), value, "a string", names[:index].count(name) if names.count(name) > 1 else None)
        for index, (name, value) in enumerate(pairs)
        if _folded(name) in {"apiversion", "kind"} and value is not None and not isinstance(value, str)
    ]


def _version_problems(written: _Written, minor: int) -> list[Problem]:
    group, _, version = written.text.rpartition("/")
    detail, refuses = "unknown", True
    if not written.text:
        detail = "missing"
    elif group == GROUP and version == "v1":
        return []
    elif group == GROUP and version in OLD_VERSIONS:
        refuses = minor > OLD_VERSIONS_UNTIL
        detail = "removed" if refuses else "deprecated"
        if minor < DEPRECATED_SINCE:
            return []
    return [_at_head(ProblemKind.WRONG_API_VERSION, written, detail, refuses=refuses)]


def _kind_problems(written: _Written) -> list[Problem]:
    if written.text == "Policy":
        return []
    detail = "other" if written.text else "missing"
    return [_at_head(ProblemKind.WRONG_KIND, written, detail, refuses=bool(written.text))]


def _at_head(kind: ProblemKind, written: _Written, detail: str, *, refuses: bool) -> Problem:
    path = written.path or ()
    return Problem(kind, path, not path, None, written.text if path else None, detail, refuses)


def _error(api_version: str, kind: str, minor: int) -> str:
    """Return the server's words, empty if the head is right."""
    if api_version.count("/") > 1:
        return f"failed decoding: unexpected GroupVersion string: {api_version}"
    group, version = _group_version(api_version)
    if not version:
        return "failed decoding: Object 'apiVersion' is missing in '"
    go = _go_type(group, version, kind, minor)
    if not go:
        return f"failed decoding: {_not_registered(group, version, kind, minor)}"
    if kind != "Policy":
        return f"failed decoding: {_not_convertible(go, minor)}"
    return NO_HEAD if version == _INTERNAL else ""


def _group_version(api_version: str) -> tuple[str, str]:
    """Return group and version, with the defaults that the server takes from the type it decodes into."""
    group, _, version = api_version.rpartition("/")
    if not version and group in {"", GROUP}:
        return GROUP, _INTERNAL
    return group, version


def _go_type(group: str, version: str, kind: str, minor: int) -> str:
    """Return the Go type that this server registers for a kind; empty if it knows none."""
    if kind in _ANY_VERSION:
        return f"v1.{kind}"
    external = (group, version) in _external_versions(minor)
    if kind == "WatchEvent" and group in {"", GROUP} and (external or version == _INTERNAL):
        return "v1.WatchEvent" if external else "v1.InternalEvent"
    if external and (kind in _OPTIONS or (kind == "ExportOptions" and minor <= _EXPORT_OPTIONS_UNTIL)):
        return f"v1.{kind}"
    if group == GROUP and kind in _AUDIT_KINDS and (external or version == _INTERNAL):
        return f"{version if external else 'audit'}.{kind}"
    return ""


def _external_versions(minor: int) -> set[tuple[str, str]]:
    old = {(GROUP, version) for version in OLD_VERSIONS} if minor <= OLD_VERSIONS_UNTIL else set()
    return {("", "v1"), (GROUP, "v1")} | old


def _not_registered(group: str, version: str, kind: str, minor: int) -> str:
    line = next(line for since, line in _SCHEME_LINES if minor >= since)
    scheme = f'in scheme "pkg/runtime/scheme.go:{line}"'
    if version == _INTERNAL:
        return f"no kind {quote(kind)} is registered for the internal version of group {quote(group)} {scheme}"
    full = f"{group}/{version}" if group else version
    return f"no kind {quote(kind)} is registered for version {quote(full)} {scheme}"


def _not_convertible(go: str, minor: int) -> str:
    reason = "unknown conversion"
    if minor <= _FIELD_BY_FIELD_UNTIL:
        absent = {"v1.WatchEvent": "TypeMeta", "v1.InternalEvent": "TypeMeta"}
        absent |= {f"{version}.Event": "Rules" for version in OLD_VERSIONS}
        reason = f"{absent.get(go, 'ObjectMeta')} not present in src"
    return f"converting ({go}) to (audit.Policy): {reason}"
