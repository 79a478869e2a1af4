"""The one model that detection rules are read into: a boolean condition over fields of an audit event."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from auditlint.detections.regexes import Regex

Field = tuple[str, ...]
"""The keys that lead to a field of the event, through lists too; a last one that begins with `#` is a view of it."""
Values = frozenset[str]
"""What a field holds: one value, or those of a list; booleans and numbers as JSON writes them."""

ANY = "\0*"
ONE = "\0?"
"""Wildcards among the parts of a glob: any text, and any one character."""


class How(Enum):
    """How a test compares a value."""

    IS = "is"
    CONTAINS = "contains"
    STARTS = "starts with"
    ENDS = "ends with"
    BELOW = "is or is below"
    GLOB = "is like"
    REGEX = "matches"
    CIDR = "is in"
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    EXISTS = "exists"


class Pattern(NamedTuple):
    """One comparison."""

    how: How
    text: str = ""
    parts: tuple[str, ...] = ()
    """Of a glob: plain text and wildcards."""
    regex: Regex | None = None

    def matches(self, value: str) -> bool:
        """Tell whether a value is as asked for."""
        return _MATCHES[self.how](self, value)

    @property
    def words(self) -> str:
        """The comparison in words: `is "create"`."""
        return self.how.value if self.how is How.EXISTS else f'{self.how.value} "{self.text}"'


@dataclass(frozen=True)
class Comparison:
    """Whether a field matches one of some patterns."""

    field: Field
    patterns: tuple[Pattern, ...]
    folded: bool = False
    """Whether case does not matter; the patterns are in lower case then."""
    every: bool = False
    """Whether all values of a list must match, not one of them."""
    absent: bool | None = False
    """What the test says where the field is absent; None: nothing, and neither does its negation."""
    written: str = ""
    """How the rule writes it."""

    def holds(self, values: Values | None) -> bool | None:
        """Return what the test says of what a field holds; None as values: the field is absent."""
        if values is None:
            return self.absent
        found = (self._matches(value.lower() if self.folded else value) for value in values)
        return all(found) if self.every else any(found)

    def _matches(self, value: str) -> bool:
        return value in self._texts or any(pattern.matches(value) for pattern in self._others)

    @cached_property
    def _texts(self) -> frozenset[str]:
        """What a value may be, to the letter: lists of thousands of names are looked up, not gone through."""
        return frozenset(pattern.text for pattern in self.patterns if pattern.how is How.IS)

    @cached_property
    def _others(self) -> tuple[Pattern, ...]:
        return tuple(pattern for pattern in self.patterns if pattern.how is not How.IS)


class Constant(NamedTuple):
    """A condition whose value is known; None: neither it nor its negation holds."""

    value: bool | None


ALWAYS = Constant(True)  # noqa: FBT003
"""What holds of every event."""


class Every(NamedTuple):
    """All parts hold."""

    parts: tuple[Condition, ...]


class Some(NamedTuple):
    """One part holds at least."""

    parts: tuple[Condition, ...]


class Not(NamedTuple):
    """The part does not hold."""

    part: Condition


Condition = Comparison | Constant | Every | Some | Not


def both(parts: Sequence[Condition]) -> Condition:
    """Return the condition that all parts hold; what always holds is left out."""
    left: list[Condition] = []
    for part in parts:
        if isinstance(part, Every):
            left += part.parts
        elif part != ALWAYS:
            left.append(part)
    return left[0] if len(left) == 1 else Every(tuple(left))


def either(parts: Sequence[Condition]) -> Condition:
    """Return the condition that one part holds; tests of one field become one test."""
    merged: list[Condition] = []
    at: dict[object, int] = {}
    for part in parts:
        key = (part.field, part.folded, part.absent) if isinstance(part, Comparison) and not part.every else None
        if key is None or key not in at:
            at.update({} if key is None else {key: len(merged)})
            merged.append(part)
            continue
        first = merged[at[key]]
        assert isinstance(first, Comparison)
        assert isinstance(part, Comparison)
        written = first.written if len(first.written) > _LONG else f"{first.written} or {part.written}"
        merged[at[key]] = replace(first, patterns=first.patterns + part.patterns, written=written)
    return merged[0] if len(merged) == 1 else Some(tuple(merged))


_LONG = 60


class Numbered(NamedTuple):
    """A condition whose tests are counted: the same test is one number."""

    tree: Any
    """The condition with numbers instead of tests."""
    tests: tuple[Comparison, ...]


def numbered(condition: Condition) -> Numbered:
    """Return a condition with its tests counted."""
    numbers: dict[Comparison, int] = {}
    tree = _numbered(condition, numbers)
    return Numbered(tree, tuple(numbers))


def _numbered(condition: Any, numbers: dict[Comparison, int]) -> Any:
    if isinstance(condition, Comparison):
        return numbers.setdefault(condition, len(numbers))
    if isinstance(condition, Constant):
        return condition
    if isinstance(condition, Not):
        return Not(_numbered(condition.part, numbers))
    return type(condition)(tuple(_numbered(part, numbers) for part in condition.parts))


def value(tree: Any, said: Sequence[bool | None]) -> bool | None:
    """Return what a condition says in three-valued logic, of what its tests say."""
    if isinstance(tree, int):
        return said[tree]
    if isinstance(tree, Constant):
        return tree.value
    if isinstance(tree, Not):
        inner = value(tree.part, said)
        return None if inner is None else not inner
    stop = isinstance(tree, Some)
    unknown = False
    for part in tree.parts:
        inner = value(part, said)
        if inner is stop:
            return stop
        unknown = unknown or inner is None
    return None if unknown else not stop


class Open(Enum):
    """What a test says that is not decided."""

    OPEN = "open"


OPEN = Open.OPEN


def simplified(tree: Any, said: Sequence[bool | Open | None]) -> Any:
    """Return what is left of a condition where some tests are decided and the others are OPEN."""
    if isinstance(tree, int):
        decided = said[tree]
        return tree if isinstance(decided, Open) else Constant(decided)
    if isinstance(tree, Constant):
        return tree
    if isinstance(tree, Not):
        inner = simplified(tree.part, said)
        if isinstance(inner, Constant):
            return Constant(None if inner.value is None else not inner.value)
        return inner.part if isinstance(inner, Not) else Not(inner)
    stop = isinstance(tree, Some)
    left: list[Any] = []
    for part in tree.parts:
        inner = simplified(part, said)
        if isinstance(inner, Constant) and inner.value is stop:
            return inner
        if not (isinstance(inner, Constant) and inner.value is (not stop)) and inner not in left:
            left.append(inner)
    if not left:
        return Constant(not stop)
    if len(left) == 1:
        return left[0]
    return Some(tuple(left)) if stop else Every(tuple(left))


def can_hold(tree: Any, said: Sequence[bool | Open | None]) -> bool:
    """Tell whether a condition may hold, whatever the OPEN tests say."""
    return _can_be(tree, said, wanted=True)


def _can_be(tree: Any, said: Sequence[bool | Open | None], *, wanted: bool) -> bool:
    if isinstance(tree, int):
        return said[tree] is OPEN or said[tree] is wanted
    if isinstance(tree, Constant):
        return tree.value is wanted
    if isinstance(tree, Not):
        return _can_be(tree.part, said, wanted=not wanted)
    parts = (_can_be(part, said, wanted=wanted) for part in tree.parts)
    return any(parts) if isinstance(tree, Some) is wanted else all(parts)


def numbers_in(tree: Any) -> set[int]:
    """Return the numbers of the tests in a condition."""
    if isinstance(tree, int):
        return {tree}
    if isinstance(tree, Constant):
        return set()
    parts = (tree.part,) if isinstance(tree, Not) else tree.parts
    return set().union(*map(numbers_in, parts))


def tests(condition: Condition) -> Iterator[Comparison]:
    """Yield the tests of a condition in the order in which they stand there."""
    if isinstance(condition, Comparison):
        yield condition
    elif isinstance(condition, Not):
        yield from tests(condition.part)
    elif not isinstance(condition, Constant):
        for part in condition.parts:
            yield from tests(part)


def glob(parts: Sequence[str]) -> Pattern:
    """Return the pattern of plain text and wildcards, in its simplest form."""
    joined: list[str] = []
    for part in parts:
        if not part or (part == ANY and joined[-1:] == [ANY]):
            continue
        if joined and part not in {ANY, ONE} and joined[-1] not in {ANY, ONE}:
            joined[-1] += part
        else:
            joined.append(part)
    shown = "".join({ANY: "*", ONE: "?"}.get(part, part) for part in joined)
    match joined:
        case []:
            return Pattern(How.IS, "")
        case [one] if one == ANY:
            return Pattern(How.EXISTS)
        case [one] if one != ONE:
            return Pattern(How.IS, one)
        case [first, text, last] if first == last == ANY and text != ONE:
            return Pattern(How.CONTAINS, text)
        case [first, text] if first == ANY and text != ONE:
            return Pattern(How.ENDS, text)
        case [text, last] if last == ANY and text != ONE:
            return Pattern(How.STARTS, text)
    return Pattern(How.GLOB, shown, tuple(joined))


def starred(text: str) -> Pattern:
    """Return the pattern of a text in which `*` and `?` are wildcards."""
    return glob([{"*": ANY, "?": ONE}.get(part, part) for part in re.split(r"([*?])", text)])


def _is_like(pattern: Pattern, text: str) -> bool:
    """Tell whether a text is like a glob: greedily, in time that grows with both lengths alone."""
    wanted = [piece for part in pattern.parts for piece in ([part] if part in {ANY, ONE} else part)]
    at = position = 0
    star = mark = -1
    while position < len(text):
        if at < len(wanted) and wanted[at] == ANY:
            star, mark = at, position
            at += 1
        elif at < len(wanted) and wanted[at] in {ONE, text[position]}:
            at += 1
            position += 1
        elif star >= 0:
            mark += 1
            at, position = star + 1, mark
        else:
            return False
    return all(piece == ANY for piece in wanted[at:])


def _is_in(pattern: Pattern, text: str) -> bool:
    try:
        return ipaddress.ip_address(text) in ipaddress.ip_network(pattern.text, strict=False)
    except ValueError:
        return False


def _compared(pattern: Pattern, text: str) -> int | None:
    """Return whether a value is less (-1), as large (0) or larger (1); None where they are no two numbers or texts."""
    try:
        mine, theirs = float(text), float(pattern.text)
    except ValueError:
        return (text > pattern.text) - (text < pattern.text)
    return (mine > theirs) - (mine < theirs)


_MATCHES: dict[How, Callable[[Pattern, str], bool]] = {
    How.IS: lambda pattern, text: text == pattern.text,
    How.CONTAINS: lambda pattern, text: pattern.text in text,
    How.STARTS: lambda pattern, text: text.startswith(pattern.text),
    How.ENDS: lambda pattern, text: text.endswith(pattern.text),
    How.BELOW: lambda pattern, text: text == pattern.text or text.startswith(pattern.text.rstrip("/") + "/"),
    How.GLOB: _is_like,
    How.REGEX: lambda pattern, text: pattern.regex is not None and pattern.regex.matches(text),
    How.CIDR: _is_in,
    How.LESS: lambda pattern, text: _compared(pattern, text) == -1,
    How.AT_MOST: lambda pattern, text: _compared(pattern, text) in {-1, 0},
    How.MORE: lambda pattern, text: _compared(pattern, text) == 1,
    How.AT_LEAST: lambda pattern, text: _compared(pattern, text) in {0, 1},
    How.EXISTS: lambda _pattern, _text: True,
}
