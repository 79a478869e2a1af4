"""Says what kube-apiserver makes of an audit policy: accepted or refused, in which words, and what it holds then.

Source: LoadPolicyFromFile of k8s.io/apiserver/pkg/audit/policy, minor versions from 1.18 on.
"""

from __future__ import annotations

from auditlint.kubernetes.decoding import schema
from auditlint.kubernetes.decoding.head import NO_HEAD, Head, read_head
from auditlint.kubernetes.decoding.objects import Decoder
from auditlint.kubernetes.decoding.problems import Path, Problem, ProblemKind, Value, wrong_type
from auditlint.kubernetes.decoding.schema import Moment
from auditlint.kubernetes.decoding.validation import Fields, aggregate, items, text, texts, validate
from auditlint.kubernetes.decoding.words import JSON_ITERATOR_UNTIL, decode_error, head_error
from auditlint.kubernetes.policy import GroupResources, Policy, PolicyRule
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from auditlint.kubernetes.decoding.schema import Struct
    from auditlint.kubernetes.decoding.validation import Invalid

__all__ = ["Loaded", "Path", "Problem", "ProblemKind", "Value", "load"]

_NO_RULES = "loaded illegal policy with 0 rules"
_DROPPED = frozenset({ProblemKind.UNKNOWN_FIELD, ProblemKind.UNSUPPORTED_FIELD, ProblemKind.DUPLICATE_KEY})


class Loaded(NamedTuple):
    """What the server of one minor version makes of a document that is meant to be a policy."""

    policy: Policy | None
    """What it holds after decoding, what it drops left out; None where there is nothing to decode.

    Of a refused document, what it would hold if it went on; a wrong type leaves its field empty, and a wrong
    apiVersion or kind is taken for the right one.
    """
    problems: tuple[Problem, ...]
    """All of them, in no special order."""
    refused: bool
    error: str
    """The server's words, as it writes them before `: from file …`; empty if accepted.

    Left out are pieces of the text that it quotes and what it says of a second error at once.
    """
    lenient: bool
    """Whether it drops something that is written and goes on: from 1.26 with one warning, before that silently.

    True as well where it goes on only to refuse the document when it validates it.
    """
    head_only: bool
    """Whether it refuses the document for nothing but apiVersion or kind."""


def load(value: Value, minor: int, *, from_json: bool = False, newer: bool = False) -> Loaded:
    """Return what the server of `minor` (29 for 1.29) makes of a document.

    `from_json`: its text is JSON. `newer`: the server is newer than that, the newest known, and may know more versions.
    """
    if value is None:
        nothing = Problem(ProblemKind.EMPTY_POLICY, (), True, None, None, "document", True)  # noqa: FBT003
        return Loaded(None, (nothing,), True, NO_HEAD, False, False)  # noqa: FBT003
    if not isinstance(value, tuple):
        problem = wrong_type((), value, "a mapping")
        return Loaded(None, (problem,), True, f"failed decoding: {head_error(value)}", False, False)  # noqa: FBT003
    head = read_head(value, minor, from_json=from_json, newer=newer)
    reading = _read(schema.policy(minor), value, minor, head.version, from_json=from_json)
    taken = reading  # as the server takes it
    if head.error == NO_HEAD:
        taken = _read(schema.headless(minor), value, minor, "audit", from_json=from_json)
    invalid = validate(reading.fields, minor)
    broken = [problem for problem in reading.problems if problem.refuses]
    found = [error.problem for error in invalid] + _no_rules(value, reading.fields)
    body = (*reading.problems, *_still_true(found, broken))
    error = _error(head, taken, invalid)
    head_only = any(problem.refuses for problem in head.problems) and not any(problem.refuses for problem in body)
    return Loaded(
        policy=_policy(reading.fields),
        problems=(*head.problems, *body, *_misplaced(value)),
        refused=bool(error),
        error=error,
        lenient=_falls_back(head, taken),
        head_only=head_only,
    )


class _Reading(NamedTuple):
    """One decoding of the document: what came of it, and the server's words if it failed."""

    fields: Fields
    problems: list[Problem]
    failure: str


def _read(root: Struct, value: Value, minor: int, version: str, *, from_json: bool) -> _Reading:
    decoder = Decoder(minor, from_json=from_json)
    decoded = decoder.decode(root, value, ())
    failure = _failure(decoder, root, minor, version)
    return _Reading(decoded if isinstance(decoded, dict) else {}, decoder.problems, failure)


def _failure(decoder: Decoder, root: Struct, minor: int, version: str) -> str:
    """Return the decoder's words for the wrong type that it reports: the first, but times come before all others.

    From YAML the order is that of the keys, from JSON that of the text.
    """
    if decoder.too_large:
        return "failed decoding: "  # its words are all about the text around the number
    wrong = [problem for problem in decoder.problems if problem.refuses]
    if not wrong:
        return ""
    if minor > JSON_ITERATOR_UNTIL:
        wrong = [problem for problem in wrong if Moment.wanted in problem.detail] or wrong
    first = wrong[0] if decoder.from_json else min(wrong, key=lambda problem: problem.path)
    return f"failed decoding: {decode_error(root, first, minor, version)}"


def _error(head: Head, taken: _Reading, invalid: list[Invalid]) -> str:
    """Return the first error in the server's order, or nothing."""
    if head.error not in {"", NO_HEAD}:
        return head.error
    if taken.failure or head.error:
        return taken.failure or head.error
    if invalid:
        return aggregate(invalid)
    return "" if taken.fields.get("rules") else _NO_RULES


def _falls_back(head: Head, taken: _Reading) -> bool:
    """Say whether the server's strict decoding fails for nothing but what its lenient one then drops."""
    decodes = head.error in {"", NO_HEAD} and not taken.failure
    return decodes and any(problem.kind in _DROPPED for problem in taken.problems)


def _still_true(found: list[Problem], broken: list[Problem]) -> list[Problem]:
    """Return the problems that do not merely come from a field that a wrong type left empty."""
    if not broken:
        return found
    wrong = {problem.path for problem in broken}
    return [problem for problem in found if not any(path in wrong for path in _rests_on(problem))]


def _rests_on(problem: Problem) -> list[Path]:
    """Return the paths of the values whose loss alone could bring up the problem."""
    path = problem.path
    inside = [path[: length + 1] for length in range(len(path))]
    if problem.kind is ProblemKind.INVALID_LEVEL:
        return [*inside, (*path[:2], "level")]
    if problem.kind is ProblemKind.NAMES_WITHOUT_RESOURCES:
        return [*inside, (*path[:-1], "resources")]
    return [*inside, ("rules",)] if problem.kind is ProblemKind.EMPTY_POLICY else inside


def _no_rules(pairs: tuple[tuple[str, Value], ...], fields: Fields) -> list[Problem]:
    """Return the problem of a policy without rules, at the key that comes nearest."""
    if fields.get("rules"):
        return []
    written = dict(pairs)
    path: Path = ("rules",) if "rules" in written else ()
    detail = "null" if path and written["rules"] is None else "empty" if path else "absent"
    spec = written.get("spec")
    if not path and isinstance(spec, tuple) and "rules" in dict(spec):
        path, detail = ("spec",), "spec"
    return [Problem(ProblemKind.EMPTY_POLICY, path, True, None, written.get("rules"), detail, True)]  # noqa: FBT003


def _misplaced(pairs: tuple[tuple[str, Value], ...]) -> list[Problem]:
    """Return the metadata that a policy has no use for: all but its name."""
    metadata = dict(pairs).get("metadata")
    known = schema.metadata_fields()
    return [
        Problem(ProblemKind.MISPLACED_METADATA, ("metadata", name), True, None, value, "", False)  # noqa: FBT003
        for name, value in (dict(metadata).items() if isinstance(metadata, tuple) else ())
        if name in known and name != "name" and value
    ]


def _policy(fields: Fields) -> Policy:
    shared: dict[int, PolicyRule] = {}
    rules = []
    for rule in items(fields, "rules"):
        if id(rule) not in shared:
            shared[id(rule)] = _rule(rule)
        rules.append(shared[id(rule)])
    omit_managed_fields = fields.get("omitManagedFields") is True
    return Policy(tuple(rules), texts(fields, "omitStages"), omit_managed_fields)


def _rule(rule: Fields) -> PolicyRule:
    omit_managed_fields = rule.get("omitManagedFields")
    return PolicyRule(
        level=text(rule, "level"),
        users=texts(rule, "users"),
        user_groups=texts(rule, "userGroups"),
        verbs=texts(rule, "verbs"),
        resources=tuple([_group(entry) for entry in items(rule, "resources")]),
        namespaces=texts(rule, "namespaces"),
        non_resource_urls=texts(rule, "nonResourceURLs"),
        omit_stages=texts(rule, "omitStages"),
        omit_managed_fields=omit_managed_fields if isinstance(omit_managed_fields, bool) else None,
    )


def _group(entry: Fields) -> GroupResources:
    return GroupResources(text(entry, "group"), texts(entry, "resources"), texts(entry, "resourceNames"))
