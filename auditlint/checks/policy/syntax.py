"""Rules about how kube-apiserver reads a policy: what it refuses, and what it drops without a word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditlint import english, spelling
from auditlint.checks.queries import effects
from auditlint.checks.suggestions import fields, unknown_keys
from auditlint.checks.suggestions.pasteable import inline
from auditlint.english import quoted
from auditlint.finding import Related, Severity
from auditlint.kubernetes.decoding.problems import ProblemKind
from auditlint.kubernetes.policy import LEVELS, STAGES
from auditlint.kubernetes.well_known import home_of
from auditlint.rule import Category, Context
from auditlint.subjects.model import PolicySubject, UnreadText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.finding import Finding, Path
    from auditlint.kubernetes.decoding.problems import Problem, Value
    from auditlint.kubernetes.policy import Policy
    from auditlint.kubernetes.requests import Request

rule = Category("policy-syntax", PolicySubject)
_REFUSES = "kube-apiserver refuses this policy"
_STRICT_SINCE = 26
_HEAD = "`apiVersion: audit.k8s.io/v1`"
_TEMPLATE = r"\$\{[^}]*\}|\$\([A-Za-z_]\w*\)|\{\{.*?\}\}|\{%.*?%\}|<[A-Za-z][\w .:/-]*>|^\$[A-Za-z_]\w*$"
_LEVEL_WORDS = {
    "None": "none no off false disabled disable never nothing silent skip ignore",
    "Metadata": "metadata meta metadatas metdata minimal basic low",
    "Request": "request requests requestbody requestonly requestobject",
    "RequestResponse": (
        "requestresponse requestresponses requestandresponse responserequest requestresponsebody response all full "
        "everything verbose high max debug"
    ),
}


@rule(
    "yaml-syntax",
    severity=Severity.ERROR,
    refuses=True,
    summary="text that does not parse",
    subject=UnreadText,
)
def yaml_syntax(text: UnreadText, context: Context) -> Iterator[Finding]:
    """Report the place where the server's reader gives up, with its words and the likely cause."""
    from auditlint.checks.suggestions import broken_text  # its many patterns are compiled only where a text is broken

    cause = broken_text.likely_cause(text.lines, text.span, text.message)
    hint = cause or "look at the indentation, colons, quotes and brackets of this line and of those above it"
    who = {"policy": "kube-apiserver refuses this policy", "pod": "the kubelet cannot read this Pod"}
    outcome = who.get(text.meant) if text.refused else None
    message = f'{outcome or "the text does not parse"} ("{text.message}"): {hint}'
    yield context.value((), message, refused=text.refused)


@rule(
    "empty-policy",
    severity=Severity.ERROR,
    refuses=True,
    summary="no document, or no rules",
)
def empty_policy(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report a policy without rules, at the key that comes nearest to them."""
    reasons = {
        "document": "there is nothing here",
        "absent": "there is no `rules:`",
        "null": "`rules:` is empty",
        "empty": "`rules:` is empty",
        "spec": "the rules stand under `spec:`, where nothing looks for them",
    }
    advice = {
        "document": f"begin with {_HEAD}, `kind: Policy` and `rules:`",
        "spec": "move `rules:` to the top level and delete `spec:`",
    }
    for problem in _problems(policy, ProblemKind.EMPTY_POLICY):
        write = advice.get(problem.detail, "write at least one rule, such as `- level: Metadata`")
        words = policy.loaded.error if problem.detail == "document" else "loaded illegal policy with 0 rules"
        message = f'{reasons[problem.detail]}, so {_REFUSES} ("{words}"): {write}'
        yield _report(policy, context, problem, message)


@rule(
    "wrong-api-version",
    severity=Severity.ERROR,
    refuses=True,
    summary="apiVersion missing, unknown, removed or deprecated",
)
def wrong_api_version(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report an apiVersion other than audit.k8s.io/v1."""
    for problem in _problems(policy, ProblemKind.WRONG_API_VERSION):
        value = quoted(problem.value)
        message = {
            "missing": f"apiVersion is missing, so {_REFUSES}: write {_HEAD} and `kind: Policy` at the top",
            "removed": f"{value} was removed in Kubernetes 1.24, so kube-apiserver 1.{policy.minor} refuses this "
            f"policy: write {_HEAD}, the fields are the same",
            "deprecated": f"{value} is deprecated since Kubernetes 1.21 and 1.24 refuses it: "
            f"write {_HEAD}, the fields are the same",
        }.get(problem.detail, f"apiVersion {value} holds no audit policy, so {_REFUSES}: write {_HEAD}")
        severity = None if problem.refuses else Severity.WARNING
        yield _report(policy, context, problem, message, severity)


@rule(
    "wrong-kind",
    severity=Severity.ERROR,
    refuses=True,
    summary="kind is not Policy",
)
def wrong_kind(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report a kind other than Policy; a missing one is only untidy."""
    for problem in _problems(policy, ProblemKind.WRONG_KIND):
        if policy.shape == "headless" and problem.detail == "missing":
            continue  # wrong-api-version names both lines
        if problem.detail == "missing":
            message = "kind is missing: kube-apiserver takes the file for a policy all the same, other tools may not; "
            yield _report(policy, context, problem, message + "write `kind: Policy`", Severity.INFO)
        else:
            message = (
                f"kind {quoted(problem.value)} is not that of an audit policy, so {_REFUSES}: write `kind: Policy`"
            )
            yield _report(policy, context, problem, message)


@rule(
    "wrong-type",
    severity=Severity.ERROR,
    refuses=True,
    summary="a value of another type than the field takes",
    gives_way_to=("unrendered-template",),
)
def wrong_type(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report values of the wrong type; the items of one list that are wrong in the same way are one finding."""
    for group in _by_list(_problems(policy, ProblemKind.WRONG_TYPE)):
        first, *others = group
        related = tuple(context.related(policy.at(*other.path), "the same here", key=False) for other in others)
        found, wanted = first.detail.removesuffix(" belongs").split(" where ", 1)
        mismatch = f"{_holder(first.path)} takes {_wanted(first.path, wanted)}, not {_found(first.value, found)}"
        yield _report(policy, context, first, f"{mismatch}: {_right_type(group)}; {_REFUSES}", related=related)


@rule(
    "unknown-field",
    severity=Severity.ERROR,
    summary="a key that kube-apiserver does not know and drops",
    gives_way_to=("widened-rule",),
)
def unknown_field(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report keys that are dropped, with what the rule means without them and what was probably meant."""
    for problem in _problems(policy, ProblemKind.UNKNOWN_FIELD):
        drop = unknown_keys.dropped(problem, policy)
        if problem.detail not in fields.FIELDS:
            message = f"{quoted(drop.key)} is not a field of {problem.detail} and is dropped: delete it"
            yield _report(policy, context, problem, message, Severity.INFO)
            continue
        consequence = unknown_keys.consequence(drop, policy.loaded.policy)
        message = f"{quoted(drop.key)} is not a field and is dropped{_silently(policy)}{consequence}"
        yield _report(policy, context, problem, f"{message}. {unknown_keys.advice(drop)}")


@rule(
    "widened-rule",
    severity=Severity.ERROR,
    summary="a rule that takes more than written, because an unknown key was to limit it",
)
def widened_rule(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report keys that were meant to limit a rule and are dropped, with one request that the rule now takes."""
    held = policy.loaded.policy
    for problem in _problems(policy, ProblemKind.UNKNOWN_FIELD):
        drop = unknown_keys.dropped(problem, policy)
        meant = unknown_keys.intended(drop, held) if held else None
        if held is None or meant is None or drop.rule is None:
            continue
        request = effects.taken_beyond(policy, drop.rule, meant)
        means = _means_now(drop, held, reached=request is not None)
        effect = _effect(policy, drop.rule, request) if request else ""
        message = f"{quoted(drop.key)} is not a field and is dropped{_silently(policy)}, so {means}{effect}"
        witness = effects.witness(request) if request else None
        yield _report(policy, context, problem, f"{message}. {unknown_keys.advice(drop)}", witness=witness)


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
            f"{quoted(problem.path[-1])} stands twice in this {holder}: kube-apiserver keeps only the last and "
            f"drops the one in line {first.line}{_silently(policy)}. Keep one"
        )
        related = (Related(policy.path, first, "the first one"),)
        yield _report(policy, context, problem, message, related=related)


@rule(
    "ignored-document",
    severity=Severity.ERROR,
    summary="a policy that is not the first document of its file",
)
def ignored_document(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report policies in later documents."""
    if policy.later:
        message = (
            "this policy is never read: kube-apiserver reads only the first document of a file. "
            "Move its rules into the first policy, or into a file of their own"
        )
        yield context.key(policy.at(), message)


@rule(
    "invalid-level",
    severity=Severity.ERROR,
    refuses=True,
    summary="a level that is missing, misspelt or in the wrong case",
)
def invalid_level(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules without one of the four levels; a placeholder is `unrendered-template`'s."""
    for problem in _problems(policy, ProblemKind.INVALID_LEVEL):
        if _is_placeholder(problem.value):
            continue
        if problem.detail == "missing":
            where = f'("rules[{problem.path[1]}].level: Required value")'
            message = f"this rule has no level, so {_REFUSES} {where}: write one, such as `level: Metadata`"
        else:
            guess = _level_meant(str(problem.value))
            hint = f'did you mean "{guess}"?' if guess else f"write {english.listing(LEVELS, 'or')};"
            message = f"level {quoted(problem.value)} is not a level, {hint} {_REFUSES}"
        yield _report(policy, context, problem, message)


@rule(
    "invalid-stage",
    severity=Severity.ERROR,
    refuses=True,
    summary="an unknown stage in omitStages",
    gives_way_to=("unrendered-template",),
)
def invalid_stage(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report stages that do not exist."""
    for problem in _problems(policy, ProblemKind.INVALID_STAGE):
        guess = spelling.nearest(str(problem.value), STAGES)
        hint = f'did you mean "{guess}"?' if guess else f"write {english.listing(STAGES, 'or')};"
        yield _report(policy, context, problem, f"{quoted(problem.value)} is not a stage, {hint} {_REFUSES}")


@rule(
    "invalid-group",
    severity=Severity.ERROR,
    refuses=True,
    summary="an API group with a version, in upper case, or not a DNS name",
    gives_way_to=("unrendered-template",),
)
def invalid_group(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report groups that the server's validation refuses."""
    for problem in _problems(policy, ProblemKind.INVALID_GROUP):
        group = str(problem.value)
        server = f"kube-apiserver 1.{policy.minor} refuses this policy" if "*" in group else _REFUSES
        message = f"group {quoted(group)} is not the name of an API group, so {server}: {_group_advice(group)}"
        yield _report(policy, context, problem, message)


@rule(
    "invalid-url",
    severity=Severity.ERROR,
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
        yield _report(policy, context, problem, f"{quoted(url)} {fault}, so {_REFUSES}: {_url_advice(url)}")


@rule(
    "mixed-rule",
    severity=Severity.ERROR,
    refuses=True,
    summary="nonResourceURLs together with resources or namespaces",
)
def mixed_rule(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules that ask for URLs and for resources at once."""
    for problem in _problems(policy, ProblemKind.MIXED_RULE):
        message = (
            f"nonResourceURLs cannot stand beside {problem.detail}, so {_REFUSES} "
            '("rules cannot apply to both regular resources and non-resource URLs"): write two rules of the same level'
        )
        yield _report(policy, context, problem, message)


@rule(
    "names-without-resources",
    severity=Severity.ERROR,
    refuses=True,
    summary="resourceNames without resources",
)
def names_without_resources(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report entries that give names and do not say of what."""
    for problem in _problems(policy, ProblemKind.NAMES_WITHOUT_RESOURCES):
        message = (
            f'resourceNames do not say of which resource, so {_REFUSES} ("using resourceNames requires at least one '
            'resource"): add `resources:`, such as `resources: ["configmaps"]`'
        )
        yield _report(policy, context, problem, message)


@rule(
    "unsupported-field",
    severity=Severity.WARNING,
    summary="a field that only later releases know",
)
def unsupported_field(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report fields that the target version drops."""
    for problem in _problems(policy, ProblemKind.UNSUPPORTED_FIELD):
        message = (
            f"kube-apiserver 1.{policy.minor} does not know {quoted(problem.path[-1])}, which came with 1.23, and "
            "drops it: managedFields stay in the logged bodies. Delete it, or upgrade"
        )
        yield _report(policy, context, problem, message)


@rule(
    "unrendered-template",
    severity=Severity.INFO,
    summary="a placeholder or template expression where a value belongs",
)
def unrendered_template(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report values that are to be filled in; what is wrong with their type or spelling is not."""
    for path, text in _placeholders(policy.value) if _any_placeholder(policy.value) else ():
        message = (
            f"{quoted(text)} looks like a placeholder that nothing has filled in: kube-apiserver takes it literally"
        )
        yield context.value(policy.at(*path), f"{message}, put in the value or check the rendered file")


@rule(
    "misplaced-metadata",
    severity=Severity.INFO,
    summary="labels, a namespace and the like on a policy, which nothing uses",
)
def misplaced_metadata(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report metadata other than a name."""
    for problem in _problems(policy, ProblemKind.MISPLACED_METADATA):
        message = (
            f"metadata.{problem.path[-1]} has no effect: an audit policy is a file that kube-apiserver reads, "
            "not an object in the cluster. Delete it"
        )
        yield _report(policy, context, problem, message)


def _problems(policy: PolicySubject, kind: ProblemKind) -> list[Problem]:
    """Return the problems of a kind; in a bare list of rules nothing that is absent counts."""
    found = [problem for problem in policy.loaded.problems if problem.kind is kind]
    if policy.shape == "snippet":
        return [problem for problem in found if problem.path[:1] == ("rules",) and len(problem.path) > 1]
    return found


def _report(
    policy: PolicySubject,
    context: Context,
    problem: Problem,
    message: str,
    severity: Severity | None = None,
    *,
    related: tuple[Related, ...] = (),
    witness: dict[str, object] | None = None,
) -> Finding:
    """Return a finding where the problem is."""
    place = context.key if problem.on_key else context.value
    return place(
        policy.at(*problem.path),
        message,
        occurrence=problem.occurrence,
        refused=problem.refuses,
        severity=severity,
        related=related,
        witness=witness,
    )


def _silently(policy: PolicySubject) -> str:
    """Return how loudly the target version drops what it does not know."""
    return "" if policy.minor >= _STRICT_SINCE else f" silently (by kube-apiserver 1.{policy.minor})"


def _means_now(drop: unknown_keys.Dropped, held: Policy, *, reached: bool) -> str:
    now = held.rules[drop.rule or 0]
    if now.level == "None" and not now.has_selectors:
        silences = "silences every request" if reached else "would silence every request that came here"
        return f"this rule has no selector left and {silences}"
    return unknown_keys.meaning_now(drop, held)


def _effect(policy: PolicySubject, index: int, request: Request) -> str:
    """Return what happens to one request that a widened rule takes, held against what the rules below would do."""
    now, otherwise = effects.levels(policy, index, request)
    if now == otherwise:
        what = "is taken too"
    elif now == "None":
        what = "is no longer logged"
    else:
        what = f"is now logged at {now}" + (f" in place of {otherwise}" if otherwise != "None" else "")
    return f": {effects.command(policy, request)} {what}"


def _by_list(problems: list[Problem]) -> list[list[Problem]]:
    """Return wrong types grouped: items of one list that are wrong in the same way belong together."""
    groups: dict[tuple[object, ...], list[Problem]] = {}
    for number, problem in enumerate(problems):
        is_item = bool(problem.path) and isinstance(problem.path[-1], int)
        groups.setdefault((problem.path[:-1], problem.detail) if is_item else (number,), []).append(problem)
    return list(groups.values())


def _wanted(path: Path, wanted: str) -> str:
    """Return what belongs at a path, in the words of a policy."""
    names = [step for step in path if isinstance(step, str)]
    if names == ["rules", "resources"]:
        return "entries with `group` and `resources`"
    if names == ["rules"]:
        return "a list of rules, each with a `level`"
    return "strings" if wanted == "a string" and path and isinstance(path[-1], int) else wanted


def _holder(path: Path) -> str:
    """Return the name of the field that a value of the wrong type stands in."""
    names = [step for step in path if isinstance(step, str)]
    return f'"{names[-1]}"' if names else "an audit policy"


def _found(value: Value, words: str) -> str:
    return (
        f"the string {quoted(value)}" if isinstance(value, str) else "a boolean" if isinstance(value, bool) else words
    )


def _right_type(group: list[Problem]) -> str:
    """Return what to write instead of values of the wrong type."""
    path, value = group[0].path, group[0].value
    names = [step for step in path if isinstance(step, str)]
    field = names[-1] if names else ""
    if not path:
        return "put `rules:` above the list and indent it" if isinstance(value, list) else "write `rules:` and a list"
    if field == "resources" and len(names) == 2:  # noqa: PLR2004  (rules, resources: the entries of a rule)
        return _as_entries([item.value for item in group])
    if isinstance(path[-1], int):
        return _right_item(field, value)
    if field == "rules":
        return "begin each rule with `- level:`"
    if field in {"level", "group"} or field not in fields.LISTS:
        return _right_scalar(field, value)
    if isinstance(value, str):
        return f"write `{field}: {inline([part.strip() for part in value.split(',')])}`"
    if isinstance(value, bool):
        return f'write `{field}: ["..."]`; a bare yes, no, on, off or true is a boolean in YAML, so quote it'
    return f'write `{field}: ["..."]`'


def _right_item(field: str, value: Value) -> str:
    if field == "rules" and isinstance(value, str):
        word = re.match(r"(\w+)\s*:?\s*(.*)", value, re.DOTALL)
        known = word and word[1] in fields.FIELDS[fields.RULE]
        return f"write `- {word[1]}: {word[2]}`" if word and known else "begin each rule with `- level:`"
    if field == "rules":
        return "begin each rule with `- level:`"
    if isinstance(value, bool):
        return "put it in quotes, for a bare yes, no, on, off or true is a boolean in YAML"
    if isinstance(value, (int, float)):
        return f'write "{value}" in quotes'
    if isinstance(value, list):
        return "write one list, not a list in a list"
    return "write plain strings"


def _right_scalar(field: str, value: Value) -> str:
    if field == "level":
        guess = _level_meant(str(value[0] if isinstance(value, list) and value else value))
        return f"write `level: {guess or 'Metadata'}`"
    if field == "group":
        if isinstance(value, list) and len(value) > 1:
            return f'write one entry for each group, the first with `group: "{value[0]}"`'
        return f'write `group: "{value[0] if isinstance(value, list) and value else "apps"}"`'
    if field == "omitManagedFields":
        return "write true or false without quotes"
    return (
        f'write "{value}" in quotes' if isinstance(value, (bool, int, float)) else f"write `{field}:` and such a value"
    )


def _as_entries(values: list[Value]) -> str:
    """Return the entry that plain resource names should have been."""
    names = [value for value in values if isinstance(value, str)]
    if not names:
        return 'write entries such as `- group: ""` with `resources: ["pods"]`'
    group = home_of(names[0].partition("/")[0])
    same_home = all(home_of(name.partition("/")[0]) == group for name in names)
    rest = "" if same_home else ", and an entry for each other group"
    return f'write `resources: [{{group: "{group}", resources: {inline(names)}}}]`{rest}'


def _level_meant(text: str) -> str | None:
    plain = re.sub(r"[^a-z]", "", text.lower())
    for level, words in _LEVEL_WORDS.items():
        if plain in words.split():
            return level
    return spelling.nearest(text, LEVELS)


def _group_advice(group: str) -> str:
    if group == "*":
        return "`*` stands for every group only from 1.36 on. List the groups, or leave `resources:` out"
    if "*" in group:
        return "groups are compared letter by letter, list them one by one"
    bare = group.strip().lower()
    if "/" in bare:
        bare = bare.split("/", 1)[0]
        return f'write `group: "{"" if bare == "core" else bare}"` without the version'
    return (
        f'write `group: "{bare}"`' if re.fullmatch(r"[a-z0-9.-]+", bare) else 'write it as in apiVersion, `""` for core'
    )


def _url_advice(url: str) -> str:
    if "://" in url:
        path = "/" + url.split("://", 1)[1].partition("/")[2]
        return f'write only the path, "{path}"'
    if not url:
        return "delete it"
    fixed = "/" + url.lstrip("/")
    if "*" in fixed[:-1]:
        return f'only the last letter may be one, such as "{fixed[: fixed.index("*") + 1]}"'
    return f'write "{fixed}"'


def _is_placeholder(value: Value) -> bool:
    if not isinstance(value, str) or ("$" not in value and "{" not in value and "<" not in value):
        return False
    return re.search(_TEMPLATE, value[:1000], re.DOTALL) is not None


def _any_placeholder(value: Value) -> bool:
    """Tell whether there is a placeholder at all: most policies have none, and this look is quick."""
    waiting: list[Value] = [value]
    seen: set[int] = set()
    for here in waiting:
        if isinstance(here, str):
            if _is_placeholder(here):
                return True
        elif isinstance(here, (list, tuple)) and id(here) not in seen:
            seen.add(id(here))
            waiting += here if isinstance(here, list) else [part for _, part in here]
    return False


def _placeholders(value: Value) -> Iterator[tuple[Path, str]]:
    """Yield strings that look unrendered, with their way from the root; what aliases share is looked at once."""
    waiting: list[tuple[Path, Value]] = [((), value)]
    seen: set[int] = set()
    while waiting:
        path, here = waiting.pop()
        if isinstance(here, str):
            if _is_placeholder(here):
                yield path, here
        elif isinstance(here, (list, tuple)) and id(here) not in seen:
            seen.add(id(here))
            parts = enumerate(here) if isinstance(here, list) else here
            waiting += [((*path, step), part) for step, part in parts]
