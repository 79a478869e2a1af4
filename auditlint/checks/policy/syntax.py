"""Rules about how kube-apiserver reads a policy: what it refuses, and what it ignores without a word."""

from __future__ import annotations

from auditlint import english, spelling
from auditlint.checks.queries import effects
from auditlint.checks.repairs import reading
from auditlint.checks.suggestions import fields, groups, levels, pasteable, right_types, unknown_keys, urls
from auditlint.english import quoted
from auditlint.finding import DecodedSpan, Related, Severity, Span
from auditlint.kubernetes.decoding.problems import ProblemKind
from auditlint.kubernetes.policy import LEVELS, STAGES
from auditlint.kubernetes.releases import DEFAULT, MAINTAINED, name
from auditlint.placeholders import is_placeholder
from auditlint.rule import LONGEST_MESSAGE, Category, Context
from auditlint.subjects.model import ELISION, TEMPLATE, PolicySubject, UnreadText
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from auditlint.change import Repair
    from auditlint.finding import Finding
    from auditlint.kubernetes.decoding.problems import Problem
    from auditlint.kubernetes.policy import GroupResources, PolicyRule
    from auditlint.kubernetes.requests import Request
    from auditlint.path import Path

rule = Category("policy-syntax", PolicySubject)
_REFUSES = "so kube-apiserver refuses this policy"
_NO_RULES = "loaded illegal policy with 0 rules"
_STRICT_SINCE = 26
_SEVERAL = 100
"""The items of lists that are joined in an advice: more are no line to paste."""
_ABSENCES = frozenset({"missing", "absent", "null", "empty", ""})
"""Details of problems that something which is not there brings up."""
_HEAD = "`apiVersion: audit.k8s.io/v1`"


@rule(
    "yaml-syntax",
    severity=Severity.ERROR,
    refuses=True,
    summary="text that does not parse",
    subject=UnreadText,
    gives_way_to=("wrong-args-shape",),
)
def yaml_syntax(text: UnreadText, context: Context) -> Iterator[Finding]:
    """Report the likely cause where it is, else the place where the server's reader gives up, with its words."""
    if text.problem in {ELISION, TEMPLATE}:
        return
    from auditlint.checks.suggestions import broken_text  # its many patterns are compiled only where a text is broken

    cause = broken_text.likely_cause(text.lines, text.span, text.message, text.on_disk)
    outcomes = {
        "policy": f'{_REFUSES} ("failed decoding: {text.message}")',
        "pod": f'so the kubelet cannot read this Pod ("{text.message}")',
    }
    unread = f'so this text does not parse ("{text.message}")'
    outcome = outcomes.get(text.meant, unread) if text.refused else unread
    pointer = text.places.pointer(())
    yield context.at(
        _line_of(text, cause.line), pointer, f"{cause.fault}, {outcome}", help=cause.help, refused=text.refused
    )


def _line_of(text: UnreadText, number: int) -> Span:
    """Return the span of a line of a text, where something is wrong; 0 or its own line: where the reader gave up."""
    given_up = text.places.value(())
    if number in {0, text.span.line} or isinstance(given_up, DecodedSpan):
        return given_up
    line = text.lines[number - 1].rstrip()
    start = len(line) - len(line.lstrip()) + 1
    return Span(*text.on_disk(number, start), *text.on_disk(number, len(line) + 1))


@rule(
    "empty-policy",
    severity=Severity.ERROR,
    refuses=True,
    summary="no document, or no rules",
)
def empty_policy(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report a policy without rules, at the key that comes nearest to them."""
    faults = {
        "document": "there is no document here",
        "absent": "there is no `rules:`",
        "null": "`rules:` is empty",
        "empty": "`rules:` is empty",
        "spec": "the rules are under `spec:`, not at the top level",
    }
    advice = {
        "document": f"Begin with {_HEAD}, `kind: Policy` and `rules:` with a rule such as `- level: Metadata`",
        "absent": "Write `rules:` with at least one rule, such as `- level: Metadata`",
        "spec": "Move `rules:` to the top level, and delete `spec:`",
    }
    for problem in _unexplained(policy, ProblemKind.EMPTY_POLICY):
        words = policy.loaded.error if problem.detail == "document" else _NO_RULES
        said = f' ("{words}")' if policy.loaded.error == words else ""
        help = advice.get(problem.detail, "Write at least one rule, such as `- level: Metadata`")
        yield _report(policy, context, problem, f"{faults[problem.detail]}, {_REFUSES}{said}", help)


@rule(
    "wrong-api-version",
    severity=Severity.ERROR,
    fixable=True,
    refuses=True,
    summary="apiVersion missing, unknown, removed or deprecated",
)
def wrong_api_version(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report an apiVersion other than audit.k8s.io/v1."""
    no_kind = any(problem.detail == "missing" for problem in _problems(policy, ProblemKind.WRONG_KIND))
    for problem in _unexplained(policy, ProblemKind.WRONG_API_VERSION):
        value = quoted(problem.value)
        message = {
            "missing": f"apiVersion is missing, {_REFUSES}",
            "removed": f"{value} was removed in 1.24, so kube-apiserver 1.{policy.minor} refuses this policy",
            "deprecated": f"{value} is deprecated since 1.21, and kube-apiserver 1.24 refuses it",
            "new": f"{value} is no apiVersion of a policy up to {name(policy.minor)}, the newest release known here",
        }.get(problem.detail, f"apiVersion {value} is not that of an audit policy, {_REFUSES}")
        help = {
            "missing": f"Write {_HEAD}{' and `kind: Policy`' if no_kind else ''} at the top",
            "removed": f"Write {_HEAD}; the fields are the same",
            "deprecated": f"Write {_HEAD}; the fields are the same",
            "new": f"Write {_HEAD}, unless your release has this one",
        }.get(problem.detail, f"Write {_HEAD}")
        severity = None if problem.refuses else Severity.WARNING
        fix = reading.api_version(policy, problem, with_kind=no_kind)
        yield _report(policy, context, problem, message, help, severity=severity, fix=fix)


@rule(
    "wrong-kind",
    severity=Severity.ERROR,
    fixable=True,
    refuses=True,
    summary="kind is not Policy",
)
def wrong_kind(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report a kind other than Policy; a missing one is only untidy."""
    for problem in _problems(policy, ProblemKind.WRONG_KIND):
        if policy.shape == "headless" and problem.detail == "missing":
            continue  # wrong-api-version names both lines
        if problem.detail == "missing":
            message = "kind is missing: kube-apiserver reads the policy all the same, other tools may not"
            fix = reading.kind(policy, problem)
            yield _report(policy, context, problem, message, "Write `kind: Policy`", severity=Severity.INFO, fix=fix)
        elif _is_something_else(policy):
            message = f"this is a {problem.value}, not an audit policy, so kube-apiserver refuses it"
            help = f"Name a file here that holds the policy itself: {_HEAD}, `kind: Policy` and `rules:`"
            yield _report(policy, context, problem, message, help)
        else:
            message = f"kind {quoted(problem.value)} is not that of an audit policy, {_REFUSES}"
            yield _report(policy, context, problem, message, "Write `kind: Policy`", fix=reading.kind(policy, problem))


@rule(
    "wrong-type",
    severity=Severity.ERROR,
    fixable=True,
    refuses=True,
    summary="a value of another type than the field has",
    gives_way_to=("unrendered-template",),
)
def wrong_type(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report values of the wrong type; the items of one list that are wrong in the same way are one finding."""
    for group in _by_list(_problems(policy, ProblemKind.WRONG_TYPE)):
        first, *others = group
        related = tuple(context.related(policy.at(*other.path), "the same here", key=False) for other in others)
        message = f"{right_types.mismatch(first)}, {_REFUSES}"
        fix = reading.right_type(policy, group)
        yield _report(policy, context, first, message, right_types.right(group), related=related, fix=fix)


@rule(
    "unknown-field",
    severity=Severity.ERROR,
    fixable=True,
    refuses=True,
    summary="a key that kube-apiserver does not know and ignores",
    gives_way_to=("widened-rule",),
)
def unknown_field(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report keys that are ignored, with what the rule means without them and what was probably meant."""
    explained = _explained(policy)
    empty = {problem.path for problem in _problems(policy, ProblemKind.EMPTY_POLICY)}
    for problem in _problems(policy, ProblemKind.UNKNOWN_FIELD):
        drop = unknown_keys.dropped(problem, policy)
        if problem.detail not in fields.FIELDS:
            message = f"{quoted(drop.key)} is not a field of {problem.detail} and is ignored"
            yield _report(policy, context, problem, message, "Delete it", severity=Severity.INFO)
            continue
        refusal = explained.get(problem.path)
        meaning = unknown_keys.meaning(drop, policy.loaded.policy)
        outcome = f", {_REFUSES}" if refusal else f": {meaning}" if meaning else ""
        message = f"{_ignored(policy, drop.key)}{outcome}"
        if problem.path not in empty:
            help, fix = unknown_keys.advice(drop), reading.field(policy, problem, drop)
            yield _report(policy, context, problem, message, help, refused=refusal is not None, fix=fix)


@rule(
    "widened-rule",
    severity=Severity.ERROR,
    fixable=True,
    summary="a rule that matches more than written, because an unknown key was to limit it",
)
def widened_rule(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report keys that were meant to limit a rule and are ignored, with one request that the rule matches."""
    held, explained = policy.loaded.policy, _explained(policy)
    for problem in _problems(policy, ProblemKind.UNKNOWN_FIELD):
        drop = unknown_keys.dropped(problem, policy)
        meant = unknown_keys.intended(drop, held) if held else None
        if held is None or meant is None or drop.rule is None or problem.path in explained:
            continue
        request = effects.taken_beyond(policy, drop.rule, meant)
        meaning = unknown_keys.meaning(drop, held) or "this rule matches more than written"
        message = f"{_ignored(policy, drop.key)}: {meaning}"
        witness = effects.witness(request) if request else None
        example = _effect(policy, drop.rule, request) if request else None
        help = unknown_keys.advice(drop)
        fix = reading.field(policy, problem, drop)
        yield _report(policy, context, problem, message, help, example=example, witness=witness, fix=fix)


@rule(
    "duplicate-key",
    severity=Severity.ERROR,
    summary="the same key twice in one mapping",
)
def duplicate_key(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report each repetition of a key, at the later one."""
    for problem in _problems(policy, ProblemKind.DUPLICATE_KEY):
        path = policy.at(*problem.path)
        first = policy.places.key(path, 0)
        holder = "entry" if problem.detail == fields.ENTRY else problem.detail
        message = (
            f"{quoted(problem.path[-1])} is listed twice in this {holder}: kube-apiserver ignores the one in line "
            f"{first.line}{_silently(policy)}"
        )
        related = (Related(policy.path, first, "the first one"),)
        help, fix = _joined(policy, problem, first.line), reading.duplicate(policy, problem)
        yield _report(policy, context, problem, message, help, related=related, fix=fix)


@rule(
    "ignored-document",
    severity=Severity.ERROR,
    summary="a policy that is not the first document of its file",
)
def ignored_document(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report policies in later documents."""
    if policy.later:
        message = "this policy is never read: kube-apiserver reads only the first document of a file"
        help = "Move its rules into the first policy, or into a file of their own"
        yield context.key(policy.at(), message, help=help)


@rule(
    "invalid-level",
    severity=Severity.ERROR,
    fixable=True,
    refuses=True,
    summary="a level that is missing, misspelt or in the wrong case",
)
def invalid_level(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules without one of the four levels; a placeholder is `unrendered-template`'s."""
    for problem in _unexplained(policy, ProblemKind.INVALID_LEVEL):
        text = str(problem.value)
        if is_placeholder(text):
            continue
        stage = levels.as_stage(text)
        if problem.detail == "missing":
            message, help = f"this rule has no level, {_REFUSES}", "Write a level, such as `level: Metadata`"
        elif stage:
            message = f"{quoted(text)} is a stage, not a level, {_REFUSES}"
            help = "Write `level: Metadata`, or `level: RequestResponse` to log bodies too; each stage is logged anyway"
        else:
            meant = levels.level_meant(text)
            message = f"level {quoted(text)} does not exist, {_REFUSES}"
            help = f"Write `level: {meant}`" if meant else f"Write one of the levels {english.listing(LEVELS)}"
        fix = reading.value(policy, problem, meant) if problem.detail != "missing" and not stage and meant else None
        yield _report(policy, context, problem, message, help, fix=fix)


@rule(
    "invalid-stage",
    severity=Severity.ERROR,
    fixable=True,
    refuses=True,
    summary="an unknown stage in omitStages",
    gives_way_to=("unrendered-template",),
)
def invalid_stage(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report stages that do not exist."""
    for problem in _problems(policy, ProblemKind.INVALID_STAGE):
        text = str(problem.value)
        meant = spelling.nearest(text, STAGES)
        if levels.as_level(text):
            message = f"{quoted(text)} is a level, not a stage, {_REFUSES}"
            mended = _without_levels(policy, problem.path[:-1])
            help = f"{mended}; `level: Metadata` in a rule keeps bodies out of the log"
        else:
            message = f"stage {quoted(text)} does not exist, {_REFUSES}"
            help = f"Write `{meant}`" if meant else f"Write one of the stages {english.listing(STAGES)}"
        fix = reading.value(policy, problem, meant) if meant and not levels.as_level(text) else None
        yield _report(policy, context, problem, message, help, fix=fix)


@rule(
    "invalid-group",
    severity=Severity.ERROR,
    fixable=True,
    refuses=True,
    summary="an API group with a version, in upper case, or not a DNS name",
    gives_way_to=("unrendered-template",),
)
def invalid_group(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report groups that the server's validation refuses."""
    for problem in _problems(policy, ProblemKind.INVALID_GROUP):
        group = str(problem.value)
        server = f"so kube-apiserver 1.{policy.minor} refuses this policy" if group == "*" else _REFUSES
        entry = _entry(policy, problem.path)
        help = groups.right(group, entry.resources if entry else ())
        fix = reading.group(policy, problem)
        yield _report(policy, context, problem, f"{groups.fault(group)}, {server}", help, fix=fix)


@rule(
    "invalid-url",
    severity=Severity.ERROR,
    fixable=True,
    refuses=True,
    summary="a URL without a leading slash, or with a star before its end",
    gives_way_to=("unrendered-template",),
)
def invalid_url(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report URLs that the server's validation refuses; two faults of one entry are one finding."""
    seen: set[Path] = set()
    for problem in _problems(policy, ProblemKind.INVALID_URL):
        if problem.path in seen:
            continue
        seen.add(problem.path)
        url = str(problem.value)
        fault = "does not begin with a slash" if problem.detail == "slash" else "has a star before its end"
        asked, held = urls.of_resource(url), _rule_at(policy, problem.path)
        if asked and held:
            fault = f"asks for a resource and {fault}"
        help = urls.write_resource(asked, held) if asked and held else urls.valid(url)
        yield _report(
            policy, context, problem, f"{quoted(url)} {fault}, {_REFUSES}", help, fix=reading.url(policy, problem)
        )


@rule(
    "mixed-rule",
    severity=Severity.ERROR,
    refuses=True,
    summary="nonResourceURLs together with resources or namespaces",
)
def mixed_rule(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules that ask for URLs and for resources at once."""
    for problem in _problems(policy, ProblemKind.MIXED_RULE):
        message = f"this rule has nonResourceURLs beside {problem.detail}, {_REFUSES}"
        help = f"Write two rules of the same level: one with `nonResourceURLs`, one with {_code(problem.detail)}"
        yield _report(policy, context, problem, message, help)


@rule(
    "names-without-resources",
    severity=Severity.ERROR,
    refuses=True,
    summary="resourceNames without resources",
)
def names_without_resources(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report entries that give names and do not say of what."""
    for problem in _unexplained(policy, ProblemKind.NAMES_WITHOUT_RESOURCES):
        message = f"this entry has resourceNames but no resources, {_REFUSES}"
        help = 'Write the resources that have these names, such as `resources: ["configmaps"]`'
        yield _report(policy, context, problem, message, help)


@rule(
    "unsupported-field",
    severity=Severity.WARNING,
    summary="a field that only later releases know",
)
def unsupported_field(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report fields that the target version ignores."""
    for problem in _problems(policy, ProblemKind.UNSUPPORTED_FIELD):
        message = (
            f"kube-apiserver 1.{policy.minor} ignores {quoted(problem.path[-1])}, which came with 1.23: managedFields "
            "stay in the logged bodies"
        )
        yield _report(policy, context, problem, message, "Delete it, or upgrade to 1.23")


@rule(
    "version-dependent",
    severity=Severity.WARNING,
    summary="what another maintained release refuses or reads otherwise, where the release is only assumed",
)
def version_dependent(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report what not all maintained releases read alike, where nothing says for which the policy is."""
    # What one release reads otherwise, all before it do: the oldest tells whether there is anything.
    if policy.kubernetes_from != DEFAULT or policy.loaded.refused or _reads_alike(policy, MAINTAINED[0]):
        return
    others = [minor for minor in MAINTAINED if minor != policy.minor and not _reads_alike(policy, minor)]
    servers = f"kube-apiserver {english.listing([name(minor) for minor in others])}"
    state = f"tate the release: `--kubernetes-version {name(policy.minor)}`"
    refusing = [problem for problem in policy.decode(others[0]).problems if problem.refuses]
    alike: dict[tuple[str, str], list[Problem]] = {}
    for problem in refusing:
        alike.setdefault((_written(problem), _for_all(policy, problem)), []).append(problem)
    for (written, advice), (first, *more) in alike.items():
        verb = "refuses" if len(others) == 1 else "refuse"
        message = f"{servers} {verb} {written}, which {name(policy.minor)} accepts"
        related = tuple(context.related(policy.at(*one.path), "the same here", key=False) for one in more)
        yield _report(policy, context, first, message, f"{advice}, or s{state}", refused=False, related=related)
    if not refusing:
        verb = "reads" if len(others) == 1 else "read"
        message = f"{servers} {verb} this policy otherwise than {name(policy.minor)}"
        yield context.key(policy.base, message, help=f"S{state}")


@rule(
    "misplaced-metadata",
    severity=Severity.INFO,
    summary="labels, a namespace and the like on a policy, which nothing uses",
)
def misplaced_metadata(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report metadata other than a name."""
    for problem in _problems(policy, ProblemKind.MISPLACED_METADATA):
        message = f"metadata.{problem.path[-1]} has no effect: an audit policy is a file, not an object in the cluster"
        yield _report(policy, context, problem, message, "Delete it")


def _reads_alike(policy: PolicySubject, minor: int) -> bool:
    """Tell whether the server of another release loads the same policy."""
    loaded = policy.decode(minor)
    return not loaded.refused and loaded.policy == policy.loaded.policy


def _written(problem: Problem) -> str:
    """Return the field and value that a release refuses."""
    return f"`{problem.path[-1]}: {quoted(problem.value)}`" if problem.path else "this policy"


def _for_all(policy: PolicySubject, problem: Problem) -> str:
    """Return what to write for releases that refuse what others accept."""
    if problem.kind is not ProblemKind.INVALID_GROUP:
        return "Write what all of them accept"
    entry = _entry(policy, problem.path)
    return groups.right(str(problem.value), entry.resources if entry else ())


def _problems(policy: PolicySubject, kind: ProblemKind) -> list[Problem]:
    """Return the problems of a kind; in a bare list of rules nothing that is absent counts, in another object all."""
    if kind is not ProblemKind.WRONG_KIND and _is_something_else(policy):
        return []
    found = [problem for problem in policy.loaded.problems if problem.kind == kind]
    if policy.shape == "snippet":
        return [problem for problem in found if problem.path[:1] == ("rules",) and len(problem.path) > 1]
    return found


def _is_something_else(policy: PolicySubject) -> bool:
    """Tell whether another object, such as a ConfigMap, is where a policy belongs: its kind says all there is."""
    kinds = [
        str(one.value).lower() for one in policy.loaded.problems if one.kind is ProblemKind.WRONG_KIND and one.value
    ]
    return bool(kinds) and "polic" not in kinds[0] and not reading.written(policy).values(("rules",))


def _explained(policy: PolicySubject) -> Mapping[Path, Problem]:
    """Return the refusals that come from a key which is ignored, by the way to that key."""
    if not policy.loaded.refused:
        return {}
    refusals = {(problem.kind, problem.path): problem for problem in policy.loaded.problems if problem.refuses}
    found = {}
    for problem in _problems(policy, ProblemKind.UNKNOWN_FIELD):
        for consequence in _consequences(unknown_keys.dropped(problem, policy), problem.path):
            refusal = refusals.get(consequence)
            if refusal and refusal.detail in _ABSENCES:
                found[problem.path] = refusal
    return found


def _consequences(drop: unknown_keys.Dropped, path: Path) -> Iterator[tuple[ProblemKind, Path]]:
    """Yield kind and path of the problems that the loss of a key may bring up."""
    field = drop.meaning.field if drop.meaning else ""
    holder = path[:-1]
    if drop.place == fields.POLICY and (drop.is_item or field == "rules"):
        yield from ((ProblemKind.EMPTY_POLICY, ()), (ProblemKind.EMPTY_POLICY, ("rules",)))
    elif drop.place == fields.POLICY and field == "apiVersion":
        yield ProblemKind.WRONG_API_VERSION, ()
    elif drop.place == fields.RULE and field == "level":
        yield ProblemKind.INVALID_LEVEL, holder
    elif drop.place == fields.ENTRY and field == "resources":
        yield ProblemKind.NAMES_WITHOUT_RESOURCES, (*holder, "resourceNames")


def _unexplained(policy: PolicySubject, kind: ProblemKind) -> Iterator[Problem]:
    """Yield the problems of a kind that do not come from a key which is ignored: those are told there."""
    explained = {(problem.kind, problem.path) for problem in _explained(policy).values()}
    return (problem for problem in _problems(policy, kind) if (kind, problem.path) not in explained)


def _report(
    policy: PolicySubject,
    context: Context,
    problem: Problem,
    message: str,
    help: str,
    *,
    severity: Severity | None = None,
    refused: bool | None = None,
    example: str | None = None,
    related: tuple[Related, ...] = (),
    witness: dict[str, object] | None = None,
    fix: Repair | None = None,
) -> Finding:
    """Return a finding where the problem is."""
    place = context.key if problem.on_key else context.value
    return place(
        policy.at(*problem.path),
        message,
        help=help,
        example=example,
        occurrence=problem.occurrence,
        refused=problem.refuses if refused is None else refused,
        severity=severity,
        related=related,
        witness=witness,
        fix=fix,
    )


def _ignored(policy: PolicySubject, key: str) -> str:
    """Return that a key is ignored, and whether the target version says so in its log."""
    return f"{quoted(key)} does not exist and is ignored{_silently(policy)}"


def _silently(policy: PolicySubject) -> str:
    return "" if policy.minor >= _STRICT_SINCE else f" silently (by kube-apiserver 1.{policy.minor})"


def _effect(policy: PolicySubject, index: int, request: Request) -> str:
    """Return what becomes of one request that a widened rule matches, held against what the rules below would do."""
    here, otherwise = effects.levels(policy, index, request)
    if here == otherwise:
        what = "matches too"
    elif here == "None":
        what = "is not logged"
    else:
        what = f"is logged at {here}" + (f" instead of {otherwise}" if otherwise != "None" else "")
    return f"{effects.command(policy, request)} {what}"


def _joined(policy: PolicySubject, problem: Problem, line: int) -> str:
    """Return how to write a key once that is written twice: both lists in one, if they are lists of strings."""
    name = problem.path[-1]
    both = reading.doubled(policy, problem)
    lists = [value for value in both[: _SEVERAL + 1] if isinstance(value, list)]
    texts = [item for value in lists for item in value[: _SEVERAL + 1] if isinstance(item, str)]
    few = len(both) <= _SEVERAL and sum(map(len, lists)) <= _SEVERAL and sum(map(len, texts)) <= LONGEST_MESSAGE
    if not both or not few or len(lists) != len(both) or len(texts) != sum(map(len, lists)) or name not in fields.LISTS:
        return "Keep the one that you mean, and delete the other"
    joined = pasteable.inline(dict.fromkeys(texts))
    return f"Write `{name}: {joined}` if both are meant, and delete line {line}"


def _without_levels(policy: PolicySubject, path: Path) -> str:
    """Return how to mend a list of stages that names levels; the other stages may omit too much."""
    listed = next(reversed(reading.written(policy).values(path)), None)
    written = listed if isinstance(listed, list) else []
    return 'Write `omitStages: ["RequestReceived"]`' if "ResponseComplete" in written else "Delete it"


def _rule_at(policy: PolicySubject, path: Path) -> PolicyRule | None:
    """Return the policy's rule that a path leads into."""
    held = policy.loaded.policy
    index = path[1] if held and path[:1] == ("rules",) and len(path) > 1 else None
    return held.rules[index] if held and isinstance(index, int) and index < len(held.rules) else None


def _entry(policy: PolicySubject, path: Path) -> GroupResources | None:
    """Return the entry of `resources` that a path leads into."""
    held = _rule_at(policy, path)
    index = path[3] if held and path[2:3] == ("resources",) and len(path) > 3 else None  # noqa: PLR2004
    return held.resources[index] if held and isinstance(index, int) and index < len(held.resources) else None


def _code(words: str) -> str:
    return english.listing([f"`{word}`" for word in words.split(" and ")])


def _by_list(problems: list[Problem]) -> list[list[Problem]]:
    """Return wrong types grouped: items of one list that are wrong in the same way belong together."""
    groups: dict[tuple[object, ...], list[Problem]] = {}
    for number, problem in enumerate(problems):
        is_item = bool(problem.path) and isinstance(problem.path[-1], int)
        groups.setdefault((problem.path[:-1], problem.detail) if is_item else (number,), []).append(problem)
    return list(groups.values())
