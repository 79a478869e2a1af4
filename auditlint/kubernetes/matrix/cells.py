"""One cell of a matrix, exactly: what policies make of every request of one kind, whatever its namespace and name.

Rules only list the namespaces and names that they take. So all namespaces that the same rules admit are one to a
policy, and all names likewise; one that no rule lists stands for the rest. Trying each kind of namespace with each
kind of name decides on every request there is.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from auditlint.kubernetes.fresh import Fresh
from auditlint.kubernetes.index import Index, lowest
from auditlint.kubernetes.match import Outcome, outcome_of, resource_spellings
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

    outcomes: tuple[Outcome, ...]
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
        self._naming = [
            (1 << number, entry)
            for number, rule in enumerate(self._rules)
            for entry in rule.resources
            if entry.resource_names and entry.resources
        ]
        self._targets: dict[Row, dict[str, int]] = {}
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
        namespace, name = self.index.namespaces.unlimited, self._by_name(row)[self._fresh.name]
        if not ground.namespaces.open and not ground.same:
            namespace = self.index.namespaces.admitting(ground.namespaces.given[0])
        if not ground.names.open:
            name = self._target(row, ground.names.given[0])
        return self._takers(rules & namespace & name)

    def _cut(self, rules: int, row: Row) -> int:
        """Leave out rules for other resources, and those behind a rule that takes every request for this one."""
        rules &= self._everything(row)
        for takes_all in self._takers(
            rules & self.index.namespaces.unlimited & self._by_name(row)[self._fresh.name], whole=True
        ):
            if takes_all is not None:
                rules = self._without_later(rules, takes_all)
        return rules

    def _without_later(self, rules: int, number: int) -> int:
        end = next(end for _, end in self._spans if number < end)
        return rules & ~((1 << end) - (1 << (number + 1)))

    def _boxes(self, ground: Ground, row: Row, rules: int) -> Iterator[tuple[_Takers, Where]]:
        """Yield who takes the requests of a ground, box by box."""
        if ground.same:
            yield from ((takers, Where(name=choice)) for takers, choice in self._of_themselves(ground, row, rules))
            return
        by_namespace = self._split(
            self._listed(ground.namespaces, self.index.namespaces.listed, self.index.namespaces.admitting),
            self.index.namespaces.unlimited if ground.namespaces.open else None,
            rules,
            lambda admitted: self._by_takers(ground.names, row, admitted),
        )
        for partition, namespaces in by_namespace:
            yield from ((takers, Where(namespaces, names)) for takers, names in partition)

    def _by_takers(self, side: Side, row: Row, rules: int) -> tuple[tuple[_Takers, Choice | None], ...]:
        """Return who takes the requests with which names, of those that some rules admit."""
        by_name = self._by_name(row)
        listed = self._listed(side, by_name, lambda name: self._target(row, name))
        rest = by_name[self._fresh.name] if side.open else None
        return tuple(self._split(listed, rest, rules, self._takers))

    def _of_themselves(self, ground: Ground, row: Row, rules: int) -> Iterator[tuple[_Takers, Choice | None]]:
        """Yield who takes the requests for which Namespace objects."""
        names, namespaces = self._by_name(row), self.index.namespaces

        def admitting(name: str) -> int:
            return self._target(row, name) & namespaces.admitting(name)

        listed = self._listed(ground.names, {**names, **namespaces.listed}, admitting)
        rest = names[self._fresh.name] & namespaces.unlimited if ground.names.open else None
        return self._split(listed, rest, rules, self._takers)

    def _listed(self, side: Side, named: Iterable[str], admitting: Callable[[str], int]) -> Iterator[tuple[str, int]]:
        """Yield the values of a side that are to be tried one by one, each with the rules that admit it."""
        yield from ((value, admitting(value)) for value in side.given)
        if side.open:
            yield from (
                (value, admitting(value)) for value in named if value not in {"", self._fresh.name} and "/" not in value
            )

    def _split(
        self, listed: Iterable[tuple[str, int]], rest: int | None, rules: int, key: Callable[[int], _Key]
    ) -> Iterator[tuple[_Key, Choice | None]]:
        """Yield the values by what `key` makes of the rules that admit them; `rest` admit all other values."""
        keys: dict[int, _Key] = {}
        groups: dict[_Key, list[str]] = {}
        for value, admitted in listed:
            self._spend()
            here = admitted & rules
            if here not in keys:
                keys[here] = key(here)
            groups.setdefault(keys[here], []).append(value)
        if rest is None:
            whole = len(groups) == 1
            yield from ((found, None if whole else Choice(tuple(sorted(values)))) for found, values in groups.items())
            return
        others = keys.get(rest & rules) or key(rest & rules)
        groups.pop(others, None)
        yield from ((found, Choice(tuple(sorted(values)))) for found, values in groups.items())
        excepted = tuple(sorted(value for values in groups.values() for value in values))
        yield others, Choice(excepted, others=True) if excepted else None

    def _spend(self) -> None:
        self._steps -= 1
        if self._steps < 0:
            raise _TooMuchError

    def _target(self, row: Row, name: str) -> int:
        return self.index.target_admitting(row.group, row.resource, row.subresource, name)

    def _by_name(self, row: Row) -> dict[str, int]:
        """Return the names that rules list for a resource, and a fresh one, each with the rules that admit it."""
        if row not in self._targets:
            spellings = set(resource_spellings(row.resource, row.subresource))
            names = [self._fresh.name]
            for _, entry in self._naming:
                if entry.group in {row.group, "*"} and spellings.intersection(entry.resources):
                    names += entry.resource_names
            self._targets[row] = {name: self._target(row, name) for name in dict.fromkeys(names)}
        return self._targets[row]

    def _everything(self, row: Row) -> int:
        """Return the rules that admit a resource under some name."""
        found = self._target(row, "")
        for admitted in self._by_name(row).values():
            found |= admitted
        return found

    def _takers(self, rules: int, *, whole: bool = False) -> _Takers:
        """Return the first of the rules in each policy, or None; `whole`: numbered through all policies."""
        found: list[int | None] = []
        for start, end in self._spans:
            part = (rules >> start) & ((1 << (end - start)) - 1)
            found.append(None if not part else lowest(part) + (start if whole else 0))
        return tuple(found)

    def _outcomes(self, takers: _Takers) -> tuple[Outcome, ...]:
        return tuple(outcome_of(policy, taker) for policy, taker in zip(self._policies, takers, strict=True))

    def _cell(self, verb: str, wheres: dict[_Takers, list[Where]], rest: _Takers) -> Cell:
        ordered = sorted(wheres, key=lambda takers: (takers == rest, [_last(taker) for taker in takers]))
        cases = [Case(self._outcomes(takers), tuple(wheres[takers]), takers == rest) for takers in ordered]
        levels = {case.outcomes[0].level for case in cases}
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
