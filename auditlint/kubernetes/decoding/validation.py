"""Validates a decoded policy as kube-apiserver does (k8s.io/apiserver/pkg/apis/audit/validation)."""

from __future__ import annotations

import re
from functools import cache

from auditlint.kubernetes.decoding.problems import Problem, ProblemKind
from auditlint.kubernetes.decoding.words import named_string, quote, strings
from auditlint.kubernetes.policy import LEVELS, STAGES
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.kubernetes.decoding.objects import Decoded
    from auditlint.kubernetes.decoding.problems import Path

ANY_GROUP_SINCE = 36
_RFC_WORDS_SINCE = 20
_LONGEST_NAME = 253
_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"


class Invalid(NamedTuple):
    """One error of the validation: the problem, and the server's words."""

    problem: Problem
    words: str


Fields = dict[str, "Decoded"]


def validate(policy: Fields, minor: int) -> list[Invalid]:
    """Return the errors in the server's order."""
    errors = list(_stages(policy, (), "omitStages", "policy"))
    for index, rule in enumerate(items(policy, "rules")):
        errors += _rule(rule, ("rules", index), minor)
    return errors


def aggregate(errors: list[Invalid]) -> str:
    """Return the errors as one, as the server joins them: each text once, in brackets if there are several."""
    words = list(dict.fromkeys(error.words for error in errors))
    return words[0] if len(words) == 1 else f"[{', '.join(words)}]"


def items(fields: Fields, name: str) -> list[Fields]:
    """Return the mappings of a decoded list."""
    value = fields.get(name)
    return [item if isinstance(item, dict) else {} for item in value] if isinstance(value, tuple) else []


def texts(fields: Fields, name: str) -> tuple[str, ...]:
    """Return the strings of a decoded list."""
    value = fields.get(name)
    return value if isinstance(value, tuple) else ()  # type: ignore[return-value]


def text(fields: Fields, name: str) -> str:
    """Return a decoded string, empty if it is absent."""
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _rule(rule: Fields, path: Path, minor: int) -> Iterator[Invalid]:
    place = f"rules[{path[1]}]"
    yield from _level(rule, path, place, minor)
    urls = texts(rule, "nonResourceURLs")
    for index, url in enumerate(urls):
        yield from _url(url, (*path, "nonResourceURLs", index), f"{place}.nonResourceURLs[{index}]")
    groups = items(rule, "resources")
    for index, group in enumerate(groups):
        yield from _group(group, (*path, "resources", index), f"{place}.resources", minor)
    yield from _stages(rule, path, f"{place}.omitStages", "rule")
    beside = [name for name in ("resources", "namespaces") if rule.get(name)]
    if urls and beside:
        problem = _problem(ProblemKind.MIXED_RULE, (*path, "nonResourceURLs"), urls, " and ".join(beside), on_key=True)
        reason = "rules cannot apply to both regular resources and non-resource URLs"
        yield Invalid(problem, f"{place}.nonResourceURLs: Invalid value: {strings(urls, minor)}: {reason}")


def _problem(
    kind: ProblemKind, path: Path, value: str | tuple[str, ...] | None, detail: str, *, on_key: bool = False
) -> Problem:
    plain = list(value) if isinstance(value, tuple) else value
    return Problem(kind, path, on_key, None, plain, detail, True)  # type: ignore[arg-type] # noqa: FBT003


def _level(rule: Fields, path: Path, place: str, minor: int) -> Iterator[Invalid]:
    level = text(rule, "level")
    if level in LEVELS:
        return
    if level:
        known = ", ".join(f'"{name}"' for name in LEVELS)
        words = f"{place}.level: Unsupported value: {named_string(level, minor)}: supported values: {known}"
        yield Invalid(_problem(ProblemKind.INVALID_LEVEL, (*path, "level"), level, "unknown"), words)
        return
    written = "level" in rule
    where = (*path, "level") if written else path
    problem = _problem(ProblemKind.INVALID_LEVEL, where, level if written else None, "missing", on_key=not written)
    yield Invalid(problem, f"{place}.level: Required value")


def _url(url: str, path: Path, place: str) -> Iterator[Invalid]:
    if url == "*" or (url.startswith("/") and "*" not in url[:-1]):
        return
    shown = f"{place}: Invalid value: {quote(url)}: non-resource URL"
    if not url.startswith("/"):
        yield Invalid(
            _problem(ProblemKind.INVALID_URL, path, url, "slash"), f"{shown} rules must begin with a '/' character"
        )
    if "*" in url[:-1]:
        words = f"{shown} wildcards '*' must be the final character of the rule"
        yield Invalid(_problem(ProblemKind.INVALID_URL, path, url, "star"), words)


def _group(entry: Fields, path: Path, place: str, minor: int) -> Iterator[Invalid]:
    group = text(entry, "group")
    reasons = _group_reasons(group, minor)
    if reasons:
        words = f"{place}.group: Invalid value: {quote(group)}: {reasons}"
        yield Invalid(_problem(ProblemKind.INVALID_GROUP, (*path, "group"), group, reasons), words)
    names = texts(entry, "resourceNames")
    if names and not texts(entry, "resources"):
        reason = "using resourceNames requires at least one resource"
        words = f"{place}.resourceNames: Invalid value: {strings(names, minor)}: {reason}"
        yield Invalid(
            _problem(ProblemKind.NAMES_WITHOUT_RESOURCES, (*path, "resourceNames"), names, "", on_key=True), words
        )


def _group_reasons(group: str, minor: int) -> str:
    if not group or (group == "*" and minor >= ANY_GROUP_SINCE):
        return ""
    reasons = []
    if len(group.encode(errors="replace")) > _LONGEST_NAME:
        reasons.append(f"must be no more than {_LONGEST_NAME} characters")
    if not _subdomain().fullmatch(group):
        kind = "lowercase RFC 1123" if minor >= _RFC_WORDS_SINCE else "DNS-1123"
        reasons.append(
            f"a {kind} subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
            f"end with an alphanumeric character (e.g. 'example.com', regex used for validation is '{_SUBDOMAIN}')"
        )
    return ",".join(reasons)


@cache
def _subdomain() -> re.Pattern[str]:
    return re.compile(_SUBDOMAIN)


def _stages(fields: Fields, path: Path, place: str, scope: str) -> Iterator[Invalid]:
    for index, stage in enumerate(texts(fields, "omitStages")):
        if stage not in STAGES:
            words = f"{place}[{index}]: Invalid value: {quote(stage)}: allowed stages are {','.join(STAGES)}"
            yield Invalid(_problem(ProblemKind.INVALID_STAGE, (*path, "omitStages", index), stage, scope), words)
