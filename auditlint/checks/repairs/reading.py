"""Fixes of what kube-apiserver refuses or ignores when it reads a policy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from auditlint.change import Delete, Insert, RenameKey, Repair, SetValue
from auditlint.checks.suggestions import fields, urls
from auditlint.checks.suggestions.levels import level_meant
from auditlint.checks.suggestions.pasteable import inline
from auditlint.kubernetes.well_known import home_of, is_well_known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.change import Content
    from auditlint.checks.suggestions.unknown_keys import Dropped
    from auditlint.kubernetes.decoding.problems import Problem, Value
    from auditlint.path import Path
    from auditlint.subjects.model import PolicySubject

_VERSION = ("apiVersion", "audit.k8s.io/v1")
_KIND = ("kind", "Policy")
_WORD = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_OF_OTHER_KINDS = ("subresource", "kind", "object", "service", "stage", "namespace-sel", "namespacesel")
"""Keys whose values are not those of the field that is meant, whatever they look like: kinds, stages to keep."""
_YES = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def value(policy: PolicySubject, problem: Problem, meant: Content) -> Repair:
    """Return the fix that writes another value where a problem is."""
    shown = inline(meant) if isinstance(meant, list) else meant
    return Repair(f"Write {shown}", (SetValue(policy.at(*problem.path), meant),))


def api_version(policy: PolicySubject, problem: Problem, *, with_kind: bool) -> Repair | None:
    """Return the fix that gives a policy the apiVersion of audit policies, and its kind where that is missing too."""
    if problem.path:
        written = value(policy, problem, _VERSION[1])
        return written and written._replace(safe=problem.detail != "new")
    return _at_top(policy, (_VERSION, _KIND) if with_kind else (_VERSION,))


def kind(policy: PolicySubject, problem: Problem) -> Repair | None:
    """Return the fix that makes a policy of kind Policy."""
    return value(policy, problem, _KIND[1]) if problem.path else _at_top(policy, (_KIND,), after="apiVersion")


def _at_top(policy: PolicySubject, pairs: tuple[tuple[str, str], ...], after: str = "") -> Repair | None:
    """Return the fix that writes keys before the first one, or behind another."""
    written = " and ".join(f"{key}: {text}" for key, text in pairs)
    keys = [key for key, _ in policy.value] if isinstance(policy.value, tuple) else []
    empty = [key for key, text in policy.value if text is None] if isinstance(policy.value, tuple) else []
    there = [SetValue(policy.at(key), text) for key, text in pairs if key in empty]
    before = next((key for key in keys if key != after), None)
    missing = tuple((key, text) for key, text in pairs if key not in keys)
    if before is None or (missing and policy.shape == "snippet"):
        return None
    added = (Insert(policy.at(before), missing),) if missing else ()
    return Repair(f"Write {written}", (*there, *added))


def field(policy: PolicySubject, problem: Problem, drop: Dropped) -> Repair | None:
    """Return the fix that gives an unknown key the name of the field that is meant, and its value the right type."""
    meant = drop.meaning
    word = drop.key.lower()
    if meant is None or meant.place != drop.place or word.startswith(_OF_OTHER_KINDS) or not drop.sure:
        return None
    if drop.is_item or written(policy).values((*problem.path[:-1], meant.field)):
        return None
    fitting = _fitting(meant.field, drop.place, drop.value)
    if fitting is None:
        return None
    path = policy.at(*problem.path)
    changes = () if fitting == problem.value else (SetValue(path, fitting),)
    return Repair(f"Write {meant.field}", (*changes, RenameKey(path, meant.field)), revives=True)


def _fitting(name: str, place: str, given: Value) -> Content:
    """Return a value as a field needs it; None where that is not sure."""
    if name == "level":
        return level_meant(given) if isinstance(given, str) else None
    if name == "group":
        texts = given if isinstance(given, list) else [given]
        return texts[0] if len(texts) == 1 and isinstance(texts[0], str) else None
    if name == "omitManagedFields":
        return _YES.get(str(given).lower())
    if (name, place) == ("resources", fields.RULE) and not _are_entries(given):
        return _entries(_strings(given))
    if name in fields.LISTS and name != "resources":
        return _strings(given)
    if name == "resources" and place == fields.ENTRY:
        return _strings(given)
    return given if isinstance(given, (list, tuple)) and given else None


def _are_entries(given: Value) -> bool:
    return isinstance(given, list) and bool(given) and all(isinstance(item, tuple) for item in given)


def _strings(given: Value) -> Content:
    """Return the strings of a list, or of a string with commas; None where there is anything else."""
    if isinstance(given, str):
        return [part.strip() for part in given.split(",")] if given.strip() else None
    return list(given) if isinstance(given, list) and given and all(isinstance(one, str) for one in given) else None


def _entries(names: Content) -> Content:
    """Return entries for plain names of resources that everybody knows; None where one is not known."""
    homes: dict[str, list[Content]] = {}
    for name in names if isinstance(names, list) else []:
        resource = str(name).partition("/")[0]
        home = home_of(resource)
        if not is_well_known(home, resource):
            return None
        homes.setdefault(home, []).append(name)
    return [(("group", group), ("resources", of_it)) for group, of_it in homes.items()] or None


class Written:
    """The keys of a policy with all their values; each mapping is looked through once, however many keys it has."""

    def __init__(self, root: Value) -> None:
        self._root = root
        self._keys: dict[int, dict[str, list[Value]]] = {}
        self._repeated: dict[Path, bool] = {}

    def values(self, path: Path) -> list[Value]:
        """Return the values of the key at a path, in order; [] where there is none."""
        given = self._root
        for step in path[:-1]:
            if isinstance(step, int):
                given = given[step] if isinstance(given, list) and step < len(given) else None
            else:
                given = self._of(given).get(step, [None])[-1]
        return self._of(given).get(str(path[-1]), [])

    def are_equal(self, path: Path) -> bool:
        """Tell whether the key at a path has the same value each time."""
        if path not in self._repeated:
            values = self.values(path)
            self._repeated[path] = all(one == values[0] for one in values)
        return self._repeated[path]

    def _of(self, given: Value) -> dict[str, list[Value]]:
        """Return the values of a mapping by their keys; nothing of anything else."""
        found = self._keys.get(id(given))  # what the root holds stays where it is
        if found is None:
            found = {}
            for key, value in given if isinstance(given, tuple) else ():
                found.setdefault(key, []).append(value)
            self._keys[id(given)] = found
        return found


_WRITTEN: WeakKeyDictionary[PolicySubject, Written] = WeakKeyDictionary()


def written(policy: PolicySubject) -> Written:
    """Return the keys of a policy with all their values."""
    found = _WRITTEN.get(policy)
    if found is None:
        found = _WRITTEN[policy] = Written(policy.value)
    return found


def duplicate(policy: PolicySubject, problem: Problem) -> Repair | None:
    """Return the fix that takes out the later of two equal keys."""
    if not doubled(policy, problem) or not written(policy).are_equal(problem.path):
        return None
    return Repair(f"Delete the second {problem.path[-1]}", (Delete(policy.at(*problem.path)),))


def doubled(policy: PolicySubject, problem: Problem) -> list[Value]:
    """Return the values of a key that is written twice.

    [] where it stands in a value that is itself written again: JSON reads both, and the path leads into the last.
    """
    values = written(policy).values(problem.path)
    return values if len(values) > 1 else []


def right_type(policy: PolicySubject, problems: Sequence[Problem]) -> Repair | None:
    """Return the fix of values of the wrong type, items of one list that are wrong in the same way."""
    first = problems[0]
    names = [step for step in first.path if isinstance(step, str)]
    if not names:
        return None
    if isinstance(first.path[-1], int) and names == ["rules", "resources"]:
        return _entries_of_items(policy, problems)
    changes = [
        SetValue(policy.at(*problem.path), right) if (right := _right(policy, problem, names[-1])) is not None else None
        for problem in problems
    ]
    made = tuple(one for one in changes if one is not None)
    return Repair(f"Write what {names[-1]} takes", made) if made and len(made) == len(changes) else None


def _entries_of_items(policy: PolicySubject, problems: Sequence[Problem]) -> Repair | None:
    """Return the fix that makes entries of the plain names in a list of entries, if all its items are names."""
    path = problems[0].path[:-1]
    entries = _entries(_strings(next(reversed(written(policy).values(path)), None)))
    if entries is None:
        return None
    return Repair("Write entries with group and resources", (SetValue(policy.at(*path), entries),))


def _right(policy: PolicySubject, problem: Problem, name: str) -> Content:
    """Return what a value of the wrong type is to be; None where that is not sure."""
    given = problem.value
    if isinstance(problem.path[-1], int):
        return _string(policy, problem) if name in fields.LISTS else None
    if name == "resources" and len(problem.path) == 3:  # noqa: PLR2004  (rules, its index, the key)
        return _entries(_strings(given))
    if name in fields.LISTS:
        if isinstance(given, tuple) and given and all(inner is None for _, inner in given):
            return [key for key, _ in given]
        written = _string(policy, problem)
        return _strings(given) if isinstance(given, str) else None if written is None else [written]
    if name == "group":
        return _fitting(name, fields.ENTRY, given) if isinstance(given, (str, list)) else _string(policy, problem)
    if name in {"level", "omitManagedFields"}:
        one = given[0] if isinstance(given, list) and len(given) == 1 else given
        return _fitting(name, fields.RULE, one)
    return None


def _string(policy: PolicySubject, problem: Problem) -> str | None:
    """Return the string that a number or a word without quotes was to be, or a mapping by a blank too many."""
    given = problem.value
    if isinstance(given, (bool, int, float)):
        return policy.places.written(policy.at(*problem.path)) or None
    if isinstance(given, tuple) and len(given) == 1 and isinstance(problem.path[-1], int):
        key, rest = given[0]
        return f"{key}:{rest}" if isinstance(rest, str) else None
    return None


def group(policy: PolicySubject, problem: Problem) -> Repair | None:
    """Return the fix of a group with a version or in upper case."""
    bare = str(problem.value).strip().lower().split("/", 1)[0]
    if "*" in str(problem.value) or not _WORD.fullmatch(bare):
        return None
    return value(policy, problem, "" if bare in {"core", "v1"} else bare)


def url(policy: PolicySubject, problem: Problem) -> Repair | None:
    """Return the fix of a URL that lacks its slash, if that is all and no resource is asked for."""
    path = urls.without_query(str(problem.value))
    fixed = "/" + path.lstrip("/")
    if not path.strip("/") or "*" in fixed[:-1] or urls.of_resource(str(problem.value)):
        return None
    return value(policy, problem, fixed)
