"""The words that the outputs of a matrix share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.english import counted, noun

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditlint.report.tables.document import Case, Cell, Choice, Decision, Document, Identity, PolicyText, Where

MIXED = "mixed"
SILENT = "silent"
SECTIONS = {
    "sensitive": "Sensitive resources",
    "ordinary": "Ordinary resources",
    "named": "Others that the policy names",
    "paths": "Paths that are no resources",
}
_MOST_PEOPLE = 30
"""So many others are named in a heading."""
_BODIES = frozenset({"Request", "RequestResponse"})
_STAGES = ("RequestReceived", "ResponseStarted", "ResponseComplete", "Panic")


def caption(kind: str) -> str:
    """Return what a table shows: `resources` or `paths`."""
    return "Level by resource and verb" if kind == "resources" else "Level by path and HTTP method"


def level_of(cell: Cell) -> str:
    """Return the level of a cell, that it is mixed, or that it is silent: every stage is left out."""
    if len(cell["levels"]) > 1 or not cell["exact"]:
        return MIXED
    nothing = [silent(case) for case in cell["cases"]]
    if all(nothing):
        return SILENT
    return MIXED if any(nothing) else cell["levels"][0]


def person(identity: Identity, *, alone: bool = False) -> str:
    """Return who asks; `alone`: nobody else who is logged in is told apart."""
    kinds = {
        "others": "everybody who is logged in" if alone else "everybody else who is logged in",
        "anonymous": "anonymous (not logged in)",
        "failed login": "failed logins (no user at all)",
        "group": "group " + (identity["name"] or '""'),
    }
    return kinds.get(identity["kind"]) or _user(identity)


def _user(identity: Identity) -> str:
    name = identity["name"] or '""'
    added = [group or '""' for group in identity["added_groups"]]
    within = f", in {noun(len(added), 'group')} {' and '.join(added)}" if added else ""
    return (f"{name} (a user of that very name)" if "*" in name else name) + within


def people(document: Document, identities: Sequence[Identity]) -> list[str]:
    """Return the names of those whose table it is."""
    told_apart = {"user", "group"}
    alone = not any(one["kind"] in told_apart for table in document["tables"] for one in table["identities"])
    return [person(identity, alone=alone) for identity in identities]


def heading(document: Document, identities: Sequence[Identity]) -> str:
    """Return the heading of the table of some people."""
    first, *others = people(document, identities)
    if identities[0]["kind"] != "user":
        first = first[:1].upper() + first[1:]
    if len(others) > _MOST_PEOPLE:
        others[_MOST_PEOPLE:] = [f"{len(others) - _MOST_PEOPLE} more"]
    return first + (f", and the same for {', '.join(others)}" if others else "")


def policy_line(policy: PolicyText) -> str:
    """Return what a policy is in a few words."""
    number = len(policy["rules"])
    return f"{policy['path']}: {counted(number, 'rule')}, Kubernetes {policy['kubernetes']}"


def namespace_line(document: Document) -> str:
    """Return what is shown where a namespace is given, "" where none is."""
    name = document["namespace"]
    return "" if name is None else f'only requests in namespace "{name}": no paths, nothing that is in no namespace'


def hidden_lines(document: Document) -> Iterator[str]:
    """Yield what is left out, and how to ask for it."""
    paths = document["hidden_paths"]
    for count, what, option in (
        (document["hidden_rows"] - paths, "resource", "--resource"),
        (paths, "path", "--path"),
        (document["hidden_identities"], "user or group", "--user or --group"),
    ):
        if count:
            many = "users and groups" if what == "user or group" else f"{what}s"
            yield f"{count} more {what if count == 1 else many}: ask for them with {option}"


def where_words(case: Case, most: int = 3) -> str:
    """Return which requests of a cell a case speaks of."""
    if case["otherwise"]:
        return "otherwise"
    return "; or ".join(_place(where, most) for where in case["where"])


def _place(where: Where, most: int) -> str:
    parts = (_namespace(where["namespace"], most), _name(where["name"], most))
    return ", ".join(part for part in parts if part) or "always"


def _namespace(choice: Choice | None, most: int) -> str:
    if choice is None:
        return ""
    listed, empty = _listed(choice, most), "" in choice["values"]
    if choice["others"] and empty:
        return f"in any namespace but {listed}" if listed else "in a namespace"
    if choice["others"]:
        return f"not in namespace {listed}"
    if not listed:
        return "without a namespace"
    return f"in namespace {listed}{' or without a namespace' if empty else ''}"


def _name(choice: Choice | None, most: int) -> str:
    if choice is None:
        return ""
    listed, empty = _listed(choice, most), "" in choice["values"]
    if choice["others"] and empty:
        return f"with a name other than {listed}" if listed else "with a name"
    if choice["others"]:
        return f"not named {listed}"
    if not listed:
        return "without a name"
    return f"named {listed}{' or without a name' if empty else ''}"


def _listed(choice: Choice, most: int) -> str:
    values = [f'"{value}"' for value in choice["values"] if value]
    rest = len(values[most:]) + choice["more"]
    if rest:
        return f"{', '.join(values[:most])} or {rest} more"
    return " or ".join(filter(None, (", ".join(values[:-1]), *values[-1:])))


def decision_words(decision: Decision, policy: PolicyText) -> str:
    """Return level and rule: `Metadata (line 12)`."""
    nothing = ", but no stage of it" if silent(decision) else ""
    return f"{decision['level']}{nothing} ({rule_place(decision, policy)})"


def rule_place(decision: Decision, policy: PolicyText) -> str:
    """Return where the rule stands that decides."""
    rule = decision["rule"]
    return "no rule" if rule is None else f"line {policy['rules'][rule]['line']}"


def change_words(case: Case) -> str:
    """Return what a case was and what it is: `Metadata -> None`, with the stages or fields if only they differ."""
    was, now = case["was"], case
    if was is None:
        return now["level"]
    if was["level"] != now["level"]:
        return f"{was['level']} -> {now['level']}"
    if not differs(case):
        return now["level"]
    return f"{now['level']} {_details(was, now)} -> {now['level']} {_details(now, was)}"


def differs(case: Case) -> bool:
    """Tell whether the two policies treat the requests of a case differently, as far as a log shows."""
    was = case["was"]
    return was is not None and _effect(was) != _effect(case)


def _effect(decision: Decision) -> tuple[str, tuple[str, ...], bool]:
    level = decision["level"]
    stages = () if level == "None" else tuple(decision["omitStages"])
    return level, stages, level in _BODIES and decision["omitManagedFields"]


def _details(decision: Decision, other: Decision) -> str:
    """Return what is left out, or that what the other leaves out is not."""
    omitted = _omitted(decision)
    return f"without {', '.join(omitted)}" if omitted else f"with {', '.join(_omitted(other))}"


def _omitted(decision: Decision) -> tuple[str, ...]:
    _, stages, managed = _effect(decision)
    return (*stages, *(("managedFields",) if managed else ()))


def logged(decision: Decision) -> str:
    """Return the stages at which something is logged, and what is left out of it."""
    if decision["level"] == "None":
        return "nothing is logged"
    stages = [stage for stage in _STAGES if stage not in decision["omitStages"]]
    if not stages:
        return "every stage is left out: nothing is logged"
    managed = decision["level"] in _BODIES and decision["omitManagedFields"]
    return f"logged at {', '.join(stages)}{', without managedFields' if managed else ''}"


def silent(decision: Decision) -> bool:
    """Tell whether a rule leaves out every stage, so that nothing is logged whatever its level."""
    return decision["level"] != "None" and set(decision["omitStages"]) == set(_STAGES)


def mixed_words(cell: Cell, document: Document, most: int = 3) -> str:
    """Return how the level of a cell depends on namespace and name, or that nobody knows."""
    if not cell["exact"]:
        return f"too many cases to try all of them: {' or '.join(cell['levels'])}"
    return "; ".join(_parts(cell, document, most))


def _parts(cell: Cell, document: Document, most: int) -> Iterator[str]:
    against = document["against"]
    for case in cell["cases"]:
        place = decision_words(case, document["policy"])
        if case["was"] is not None and against is not None:
            place = (
                f"{change_words(case)} ({rule_place(case['was'], against)} -> {rule_place(case, document['policy'])})"
            )
        yield f"{where_words(case, most)}: {place}"
    if cell["more_cases"]:
        yield f"and {cell['more_cases']} more cases"
