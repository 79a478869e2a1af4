"""Audit policies in documents of their own: by what they say, or by the shape of their rules."""

from __future__ import annotations

import re

from auditlint.carriers.carrier import Carrier
from auditlint.carriers.recorded import is_event
from auditlint.text.values import get, has, items, pairs, text
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate
    from auditlint.kubernetes.decode import Loaded
    from auditlint.path import Path
    from auditlint.subjects.model import PolicySubject
    from auditlint.text.plain import Plain

GROUP = "audit.k8s.io"
_LEVEL_KEY = rb"""(?m)(?:^|[\s[{,?-])["']?level["']?[ \t]*:"""
"""Compiled where it is first used: most runs do not need it."""
_EVENTS = frozenset({"Event", "EventList"})
_LEVELS = frozenset({"none", "metadata", "request", "requestresponse"})
_RULE_FIELDS = frozenset({"users", "userGroups", "verbs", "resources", "namespaces", "nonResourceURLs", "omitStages"})


def find(candidate: Candidate) -> Iterator[PolicySubject]:
    """Yield the policy that a document is, or was meant to be."""
    shape = "policy" if candidate.as_kind else _shape(candidate.value)
    if shape is not None:
        yield _subject(candidate, shape, _around(candidate.value) if shape == "snippet" else candidate.value)


def inside(candidate: Candidate, value: Plain, base: Path, file: str, tool: str = "") -> Iterator[PolicySubject]:
    """Yield the policy that stands as an object in another one, at base.

    `file` is what it becomes on the node, `tool` what reads the object around it and takes one policy alone.
    """
    if isinstance(value, tuple):
        shape = "policy" if has(value, "apiVersion") or has(value, "kind") else "headless"
        yield _subject(candidate, shape, value, base).replace(base=base, file=file, tool=tool)


def rules_inside(candidate: Candidate, rules: Plain, base: Path) -> PolicySubject:
    """Return rules that stand as a list in another object, at base: what is around them is not known."""
    return _subject(candidate, "snippet", _around(rules)).replace(base=base, file="")


def is_one(value: Plain) -> bool:
    """Tell whether an object says that it is an audit policy."""
    return text(value, "apiVersion").lower().startswith(GROUP) and _says_policy(value)


def is_list_of_rules(value: Plain) -> bool:
    """Tell whether some item of a list is a rule of an audit policy."""
    return isinstance(value, list) and _any_rule(value)


def _subject(candidate: Candidate, shape: str, value: Plain, base: Path = ()) -> PolicySubject:
    from auditlint.kubernetes.decode import load
    from auditlint.kubernetes.releases import choose
    from auditlint.subjects.model import PolicySubject
    from auditlint.subjects.templates import excuse, in_part

    release = choose(candidate.minor, candidate.origin)

    def decode(minor: int, *, newer: bool = False) -> Loaded:
        loaded = load(value, minor, from_json=candidate.from_json, newer=newer)
        if candidate.as_kind:
            return loaded
        if not candidate.partial:
            return excuse(loaded)
        return in_part(excuse(loaded), lambda path: candidate.is_chosen((*base, *path)))

    return PolicySubject(
        path=candidate.path,
        document=candidate.document,
        places=candidate.places,
        base=(),
        minor=release.minor,
        kubernetes_from=release.origin,
        newer=release.newer,
        loaded=decode(release.minor, newer=release.newer),
        value=value,
        shape=shape,
        decode=decode,
        file=candidate.file,
        holder=candidate.holder,
    )


def _around(rules: Plain) -> Plain:
    """Return a policy made of a bare list of rules."""
    return (("apiVersion", f"{GROUP}/v1"), ("kind", "Policy"), ("rules", rules))


def _shape(value: Plain) -> str | None:
    """Tell what a document is: `policy`, `headless` or `snippet`; None if it is no policy."""
    if isinstance(value, list):
        return "snippet" if _any_rule(value) else None
    if not isinstance(value, tuple):
        return None
    if not has(value, "apiVersion") and not has(value, "kind"):
        return "headless" if _any_rule(items(get(value, "rules"))) else None
    return "policy" if _says_policy(value) else None


def _says_policy(value: Plain) -> bool:
    """Tell whether apiVersion and kind, with all the mistakes that people make in them, mean an audit policy."""
    version, kind = text(value, "apiVersion"), text(value, "kind")
    if version.lower().startswith(GROUP):
        return kind not in _EVENTS or has(value, "rules")
    if _any_rule(items(get(value, "rules"))):
        return _means_policy(kind) or not kind or not version or "audit" in version.lower()
    return _means_policy(kind) and "audit" in (version + kind).lower()


def _means_policy(kind: str) -> bool:
    return kind.lower() in {"policy", "auditpolicy", "audit-policy", "policies", "policylist"}


def _any_rule(rules: list[Plain]) -> bool:
    return any(_is_rule(rule) for rule in rules)


def _is_rule(rule: Plain) -> bool:
    """Tell whether a list's item has a level as audit rules have it, or a level and another field of theirs."""
    if not isinstance(rule, tuple) or not has(rule, "level") or is_event(rule):
        return False
    level = get(rule, "level")
    return (isinstance(level, str) and level.strip().lower() in _LEVELS) or any(
        k in _RULE_FIELDS for k, _ in pairs(rule)
    )


def _has_rare_spelling(data: bytes) -> bool:
    """Tell whether a text names auditing in letters of any case, or has a key `level` as rules do."""
    if b"udit" in data or b"UDIT" in data:
        return b"audit" in data.lower()
    return b"level" in data and re.search(_LEVEL_KEY, data) is not None


CARRIER = Carrier(
    title="Audit policies",
    checked=(
        "Objects of `audit.k8s.io` of kind Policy, as the server loads them; and what was meant to be one: a policy "
        "without apiVersion and kind, or with wrong ones, and a bare list of rules, of which only the rules are judged."
    ),
    words=(b"audit",),
    look=_has_rare_spelling,
    in_document=find,
    whole=True,
)
