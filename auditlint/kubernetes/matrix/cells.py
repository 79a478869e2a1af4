"""One cell of a matrix, exactly: what policies make of every request of one kind, whatever its namespace and name.

Rules only list the namespaces and names that they take. So all namespaces that the same rules admit are one to a
policy, and all names likewise; one that no rule lists stands for the rest. Trying each kind of namespace with each
kind of name decides on every request there is.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from auditlint.kubernetes.engine.fresh import Fresh
from auditlint.kubernetes.engine.index import Index, lowest
from auditlint.kubernetes.match import Decision, decision_of, resource_spellings
from auditlint.kubernetes.policy import LEVELS
from auditlint.kubernetes.requests import NAMESPACE_SUBRESOURCES

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

    from auditlint.kubernetes.matrix.people import Identity
    from auditlint.kubernetes.matrix.rows import Row
    from auditlint.kubernetes.policy import Policy

MOST_CASES = 100
"""Of a cell with more cases only these are told apart; its levels are still exact."""
STEPS = 3_000_000
"""So many pairs of a namespace and a name are tried for one matrix, a second or two of work."""


class Choice(NamedTuple):
    """Some of the values a cell allows: those listed or, with `others`, all but those."""

    values: tuple[str, ...]
    others: bool = False


class Where(NamedTuple):
    """Requests of a cell by namespace and name; None: whatever it is.

    The namespace "" is that of requests for objects of the cluster, or of all namespaces at once; the name "" that of
    requests that name no object. Of a Namespace object namespace and name are one.
    """

    namespace: Choice | None = None
    name: Choice | None = None


class Case(NamedTuple):
    """Requests of a cell that the same rule takes; with two policies, the same rule of each."""

    decisions: tuple[Decision, ...]
    """What each policy makes of them."""
    where: tuple[Where, ...]
    """Where they are: in one of these, which have no request in common."""
    otherwise: bool
    """They include those with a namespace and a name that no rule lists."""


class Cell(NamedTuple):
    """What becomes of the requests with one verb; the cases have no request in common and leave none out."""

    verb: str
    levels: tuple[str, ...]
    """The levels that occur under the first policy."""
    cases: tuple[Case, ...]
    hidden: int = 0
    """So many more cases are there than `cases` has."""
    exact: bool = True
    """False where there was too much to try: `levels` may hold too many then, and `cases` are missing."""


class Side(NamedTuple):
    """The values that namespace or name can have: the given ones, and any other that is not empty if `open`."""

    given: tuple[str, ...] = ()
    open: bool = False


class Ground(NamedTuple):
    """Requests with any of these namespaces and any of these names; if `same`, both are one and the same."""

    namespaces: Side
    names: Side
    same: bool = False


class _Admitted(NamedTuple):
    """The values that rules list, "" too, each with the rules that admit it; `rest` admit any other."""

    listed: dict[str, int]
    rest: int

    def admitting(self, value: str) -> int:
        """Return the rules that admit a value."""
        return self.listed.get(value, self.rest)


class _Values(NamedTuple):
    """Values to be tried, each with the rules that admit it, and the rules that admit any other; None: no others."""

    listed: list[tuple[str, int]]
    rest: int | None


_FEW_PAIRS = 10_000
_NONE = Side(("",))
_ONE = Side(open=True)
_ANY = Side(("",), open=True)
_Takers = tuple["int | None", ...]
_Key = TypeVar("_Key", bound="Hashable")


class _TooMuchError(Exception):
    """The steps are used up."""


class Engine:
    """Works out cells for one policy, or for two at once."""

    def __init__(self, policies: Sequence[Policy], steps: int = STEPS) -> None:
        self._policies = tuple(policies)
        self._rules = tuple(rule for policy in policies for rule in policy.rules)
        self.index = Index(self._rules)
        """That of the rules of all policies, one after the other."""
        self._fresh = Fresh(self.index)
        ends = tuple(accumulate(len(policy.rules) for policy in policies))
        self._spans = tuple(zip((0, *ends), ends, strict=False))
        """The first number of each policy's rules, and that behind its last."""
        self._steps = steps
        self._naming = [entry for rule in self._rules for entry in rule.resources if entry.resource_names]
        namespaces = self.index.namespaces
        listed = {name: namespaces.admitting(name) for name in ("", *namespaces.listed)}
        self._namespaces = _Admitted(listed, namespaces.unlimited)
        self._targets: dict[Row, _Admitted] = {}
        self._found: dict[tuple[object, ...], Cell] = {}

    def identity(self, identity: Identity) -> int:
        """Return the rules that admit somebody."""
        if identity.user is None:
            return self.index.users.unlimited & self.index.groups.unlimited
        return self.index.users.admitting(identity.user) & self.index.groups.admitting_any(identity.groups)

    def cell(self, row: Row, verb: str, rules: int, namespace: str = "") -> Cell | None:
        """Return the cell of one row and verb for those whom these rules admit, None if there are no such requests.

        Given a namespace, only its requests are looked at.
        """
        rules &= self.index.verbs.admitting(verb)
        if row.path is not None:
            takers = self._takers(rules & self.index.path_admitting(row.path))
            return self._cell(verb, {takers: [Where()]}, takers)
        grounds = grounds_of(row, verb, namespace)
        if not grounds:
            return None
        rules = self._cut(rules, row)
        key = (row[2:5], grounds, rules)
        if key not in self._found:
            self._found[key] = self._resource_cell(row, verb, grounds, rules)
        return self._found[key]._replace(verb=verb)

    def _resource_cell(self, row: Row, verb: str, grounds: Sequence[Ground], rules: int) -> Cell:
        wheres: dict[_Takers, list[Where]] = {}
        try:
            for ground in grounds:
                for takers, where in self._boxes(ground, row, rules):
                    wheres.setdefault(takers, []).append(_within(ground, where) if len(grounds) > 1 else where)
        except _TooMuchError:
            return self._unknown(verb, rules)
        if len(wheres) == 1:
            wheres = {takers: [Where()] for takers in wheres}
        return self._cell(verb, wheres, self._rest(grounds[-1], row, rules))

    def _rest(self, ground: Ground, row: Row, rules: int) -> _Takers:
        """Return who takes the requests with the most ordinary namespace and name."""
        if ground.same:
            return self._takers(rules & _most_ordinary(self._of_themselves(ground, row)))
        namespaces, names = _values(ground.namespaces, self._namespaces), _values(ground.names, self._names(row))
        return self._takers(rules & _most_ordinary(namespaces) & _most_ordinary(names))

    def _cut(self, rules: int, row: Row) -> int:
        """Leave out rules for other resources, and those behind a rule that takes every request for this one."""
        rules &= self._everything(row)
        for first in self._takers(rules & self._namespaces.rest & self._names(row).rest, whole=True):
            if first is not None:
                rules = self._without_later(rules, first)
        return rules

    def _without_later(self, rules: int, number: int) -> int:
        end = next(end for _, end in self._spans if number < end)
        return rules & ~((1 << end) - (1 << (number + 1)))

    def _boxes(self, ground: Ground, row: Row, rules: int) -> Iterable[tuple[_Takers, Where]]:
        """Return who takes the requests of a ground, in the fewest boxes of namespaces and names that are found."""
        if ground.same:
            found = self._split(self._of_themselves(ground, row), rules, self._takers)
            return [(takers, Where(name=choice)) for takers, choice in found]
        namespaces = _values(ground.namespaces, self._namespaces)
        names = _values(ground.names, self._names(row))
        boxes = [(takers, Where(*choices)) for takers, *choices in self._grid(namespaces, names, rules)]
        few = len(namespaces.listed) * len(names.listed) <= _FEW_PAIRS
        if few and len(boxes) > len({takers for takers, _ in boxes}):
            turned = [(takers, Where(*choices[::-1])) for takers, *choices in self._grid(names, namespaces, rules)]
            return min(boxes, turned, key=len)
        return boxes

    def _grid(
        self, outer: _Values, inner: _Values, rules: int
    ) -> Iterator[tuple[_Takers, Choice | None, Choice | None]]:
        """Yield who takes which pairs of values: some values of one kind, each with the same of the other."""
        by_outer = self._split(outer, rules, lambda admitted: tuple(self._split(inner, admitted, self._takers)))
        for partition, outside in by_outer:
            yield from ((takers, outside, inside) for takers, inside in partition)

    def _of_themselves(self, ground: Ground, row: Row) -> _Values:
        """Return the names of Namespace objects, which are their namespaces too."""
        names, namespaces = self._names(row), self._namespaces
        known = dict.fromkeys((*names.listed, *namespaces.listed))
        both = {name: names.admitting(name) & namespaces.admitting(name) for name in known}
        return _values(ground.names, _Admitted(both, names.rest & namespaces.rest))

    def _split(self, values: _Values, rules: int, key: Callable[[int], _Key]) -> Iterator[tuple[_Key, Choice | None]]:
        """Yield the values by what `key` makes of the rules that admit them."""
        keys: dict[int, _Key] = {}
        groups: dict[_Key, list[str]] = {}
        for value, admitted in values.listed:
            self._spend()
            here = admitted & rules
            if here not in keys:
                keys[here] = key(here)
            groups.setdefault(keys[here], []).append(value)
        if values.rest is None:
            whole = len(groups) == 1
            yield from ((found, None if whole else Choice(tuple(sorted(listed)))) for found, listed in groups.items())
            return
        others = key(values.rest & rules)
        groups.pop(others, None)
        yield from ((found, Choice(tuple(sorted(listed)))) for found, listed in groups.items())
        excepted = tuple(sorted(value for listed in groups.values() for value in listed))
        yield others, Choice(excepted, others=True) if excepted else None

    def _spend(self) -> None:
        self._steps -= 1
        if self._steps < 0:
            raise _TooMuchError

    def _target(self, row: Row, name: str) -> int:
        return self.index.target_admitting(row.group, row.resource, row.subresource, name)

    def _names(self, row: Row) -> _Admitted:
        """Return the names that rules list for a resource."""
        if row not in self._targets:
            spellings = set(resource_spellings(row.resource, row.subresource))
            names = {"": None}
            for entry in self._naming:
                if entry.group in {row.group, "*"} and spellings.intersection(entry.resources):
                    names.update(dict.fromkeys(entry.resource_names))
            listed = {name: self._target(row, name) for name in names}
            self._targets[row] = _Admitted(listed, self._target(row, self._fresh.name))
        return self._targets[row]

    def _everything(self, row: Row) -> int:
        """Return the rules that admit a resource under some name."""
        names = self._names(row)
        found = names.rest
        for admitted in names.listed.values():
            found |= admitted
        return found

    def _takers(self, rules: int, *, whole: bool = False) -> _Takers:
        """Return the first of the rules in each policy, or None; `whole`: numbered through all policies."""
        found: list[int | None] = []
        for start, end in self._spans:
            part = (rules >> start) & ((1 << (end - start)) - 1)
            found.append(None if not part else lowest(part) + (start if whole else 0))
        return tuple(found)

    def _decisions(self, takers: _Takers) -> tuple[Decision, ...]:
        return tuple(decision_of(policy, taker) for policy, taker in zip(self._policies, takers, strict=True))

    def _cell(self, verb: str, wheres: dict[_Takers, list[Where]], rest: _Takers) -> Cell:
        ordered = sorted(wheres, key=lambda takers: (takers == rest, [_last(taker) for taker in takers]))
        cases = [Case(self._decisions(takers), tuple(wheres[takers]), takers == rest) for takers in ordered]
        levels = {case.decisions[0].level for case in cases}
        hidden = max(len(cases) - MOST_CASES, 0)
        shown = cases[: MOST_CASES - 1] + cases[-1:] if hidden else cases
        return Cell(verb, tuple(level for level in LEVELS if level in levels), tuple(shown), hidden)

    def _unknown(self, verb: str, rules: int) -> Cell:
        """Return a cell of which only the levels of the rules that may take its requests are known."""
        start, end = self._spans[0]
        levels = {rule.level for number, rule in enumerate(self._rules[start:end]) if rules >> number & 1}
        return Cell(verb, tuple(level for level in LEVELS if level in {*levels, "None"}), (), exact=False)


def _last(taker: int | None) -> float:
    return float("inf") if taker is None else taker


def _within(ground: Ground, where: Where) -> Where:
    """Return a part of a ground where another ground lies beside it: one of all namespaces, one of single ones."""
    return where._replace(namespace=Choice(("",), others=ground.same))


def _values(side: Side, admitted: _Admitted) -> _Values:
    """Return the values of a side that are to be tried."""
    listed = [*side.given, *((value for value in admitted.listed if value) if side.open else ())]
    found = [(value, admitted.admitting(value)) for value in listed if "/" not in value]
    return _Values(found, admitted.rest if side.open else None)


def _most_ordinary(values: _Values) -> int:
    """Return the rules that admit a value that no rule lists, or the only one."""
    return values.listed[0][1] if values.rest is None else values.rest


def grounds_of(row: Row, verb: str, namespace: str = "") -> tuple[Ground, ...]:
    """Return the requests with a verb that a server answers for a resource, () if there are none.

    Objects that are asked for one by one have a name, as all subresources do; only lists and watches may have one or
    not. Only they go across namespaces. Given a namespace, the requests within it.
    """
    names = _names(row, verb)
    if row.resource == "namespaces" and not row.group:
        return tuple(_of_namespaces(verb, names, namespace))
    scopes = {True: _ANY if verb in {"list", "watch"} else _ONE, False: _NONE, None: _ANY}
    side = _NONE if row.resource in NAMESPACE_SUBRESOURCES else scopes[row.namespaced]
    if not namespace:
        return (Ground(side, names),)
    return (Ground(Side((namespace,)), names),) if side.open else ()


def _names(row: Row, verb: str) -> Side:
    if row.subresource or verb in {"get", "update", "patch", "delete"}:
        return _ONE
    return _ANY if verb in {"list", "watch"} else _NONE


def _of_namespaces(verb: str, names: Side, namespace: str) -> Iterator[Ground]:
    """Yield the requests for Namespace objects; an old path watches a single one of them within itself."""
    if verb in {"list", "watch", "create"} and not namespace and names != _ONE:
        yield Ground(_NONE, names)
    if verb == "watch" or names == _ONE:
        only = Side((namespace,)) if namespace else _ONE
        yield Ground(only, only, same=True)
