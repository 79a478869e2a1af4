"""Decodes plain values into the fields of a policy as kube-apiserver's JSON decoder does, noting every problem.

Source: sigs.k8s.io/json (from 1.23) and json-iterator (before), called by
k8s.io/apimachinery/pkg/runtime/serializer/json.
"""

from __future__ import annotations

import math
import re
from functools import cache

from auditlint.kubernetes.decoding.problems import Problem, ProblemKind, wrong_type
from auditlint.kubernetes.decoding.schema import Flag, Integer, ListOf, Raw, Struct, Text, Texts
from auditlint.kubernetes.decoding.words import JSON_ITERATOR_UNTIL, number
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.kubernetes.decoding.problems import Path, Value
    from auditlint.kubernetes.decoding.schema import Kind

Decoded = None | bool | str | tuple["Decoded", ...] | dict[str, "Decoded"]
"""Of a struct the fields that are written, of a list its items, of what a policy does not use nothing."""

Pairs = tuple[tuple[str, "Value"], ...]

_LARGEST = 2**63 - 1
_SMALLEST = -(2**63)
_FEBRUARY = 2
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Shrunk(tuple[Decoded, ...]):  # noqa: SLOT001 (a tuple cannot have slots that hold anything)
    """A decoded list that was longer before: a duplicate key that makes it grow again finds the old items there."""

    behind: tuple[Decoded, ...] = ()


class Decoder:
    """One decoding of one document: the problems it meets, in order, and what it needs to know of the server.

    From YAML the server makes JSON first, and only the last of several equal keys remains. JSON is decoded as it
    stands: a later key is decoded over what an earlier one left, so that mappings merge and list items keep fields.
    """

    def __init__(self, minor: int, *, from_json: bool) -> None:
        self.problems: list[Problem] = []
        self.too_large = False
        """Whether json-iterator fails to skip a number."""
        self.from_json = from_json
        self._iterator = minor <= JSON_ITERATOR_UNTIL
        self._clean: dict[tuple[int, int], Decoded] = {}
        self._again: tuple[Path, int] | None = None

    def decode(self, kind: Kind, value: Value, path: Path, old: Decoded = None) -> Decoded:
        """Return value decoded as kind over `old`, what an earlier equal key left; a wrong type leaves old alone."""
        if isinstance(kind, Text):
            return self._text(kind, value, path, old)
        if isinstance(kind, ListOf):
            return self._list(kind, value, path, old)
        if isinstance(kind, Struct):
            return self._struct(kind, value, path, old)
        if isinstance(kind, Flag):
            return self._flag(kind, value, path, old)
        self._check(kind, value, path)
        return None

    def _text(self, kind: Text, value: Value, path: Path, old: Decoded) -> Decoded:
        if isinstance(value, str):
            return value
        if value is not None:
            self._wrong(kind, value, path)
        elif self._iterator:
            return ""
        return old or ""

    def _flag(self, kind: Flag, value: Value, path: Path, old: Decoded) -> Decoded:
        if isinstance(value, bool):
            return value
        if value is not None:
            self._wrong(kind, value, path)
        return None if kind.optional and value is None else old

    def _list(self, kind: ListOf, value: Value, path: Path, old: Decoded) -> Decoded:
        if not isinstance(value, list):
            if value is None:
                return ()
            self._wrong(kind, value, path)
            return old
        if old:
            return self._list_again(kind, value, path, old)
        if isinstance(kind.element, Text) and set(map(type, value)) <= {str}:
            return tuple(value)  # type: ignore[arg-type]
        return tuple([self.decode(kind.element, item, (*path, index)) for index, item in enumerate(value)])

    def _list_again(self, kind: ListOf, value: list[Value], path: Path, old: Decoded) -> Decoded:
        """Decode a list over an older one: each item over the one that has its index, even if out of use by now."""
        before = tuple(old) if isinstance(old, tuple) else ()
        before += old.behind if isinstance(old, Shrunk) else ()
        after = Shrunk(
            self.decode(kind.element, item, (*path, index), before[index] if index < len(before) else None)
            for index, item in enumerate(value)
        )
        after.behind = before[len(value) :] if value else ()
        return after

    def _struct(self, kind: Struct, value: Value, path: Path, old: Decoded) -> Decoded:
        if not isinstance(value, tuple):
            if value is not None:
                self._wrong(kind, value, path)
            return old or {}
        if self.from_json:
            return self._fields(kind, value, path, old)
        seen = (id(value), id(kind))
        if seen in self._clean:
            return self._clean[seen]
        count = len(self.problems)
        result = self._fields(kind, value, path, None)
        if len(self.problems) == count:
            self._clean[seen] = result
        return result

    def _fields(self, kind: Struct, value: Pairs, path: Path, old: Decoded) -> Decoded:
        result = dict(old) if isinstance(old, dict) else {}
        unknown = set()
        for name, item in self._applied(value, path, kind.scope):
            field = kind.fields.get(name)
            if field is not None:
                result[name] = self.decode(field, item, (*path, name), result.get(name))
            elif name not in unknown:
                unknown.add(name)
                self._unknown(kind, name, item, path)
        return result

    def _unknown(self, kind: Struct, name: str, value: Value, path: Path) -> None:
        word = ProblemKind.UNSUPPORTED_FIELD if name in kind.unsupported else ProblemKind.UNKNOWN_FIELD
        self.problems.append(Problem(word, (*path, name), True, None, value, kind.scope, False))  # noqa: FBT003
        self._skip(value, (*path, name))

    def _applied(self, value: Pairs, path: Path, scope: str) -> Iterator[tuple[str, Value]]:
        """Yield the pairs that the server decodes, noting the duplicates."""
        last = dict(value)
        if len(last) == len(value):
            yield from value
            return
        self._duplicates(value, path, scope)
        if not self.from_json:
            yield from last.items()
            return
        counts: dict[str, int] = {}
        for name, item in value:
            counts[name] = counts.get(name, -1) + 1
            self._again = ((*path, name), counts[name])
            yield name, item
        self._again = None

    def _duplicates(self, value: Pairs, path: Path, scope: str) -> None:
        counts: dict[str, int] = {}
        for name, item in value:
            counts[name] = counts.get(name, -1) + 1
            if counts[name]:
                here = (*path, name)
                self.problems.append(Problem(ProblemKind.DUPLICATE_KEY, here, True, counts[name], item, scope, False))  # noqa: FBT003

    def _check(self, kind: Kind, value: Value, path: Path) -> None:
        """Note what is wrong with a value that a policy makes no use of."""
        if isinstance(kind, Raw):
            self._raw(value, path)
        elif value is None:
            return
        elif isinstance(kind, Texts):
            self._texts(kind, value, path)
        elif isinstance(kind, Integer):
            if not self._is_integer(value):
                self._wrong(kind, value, path)
        elif not isinstance(value, str) or not is_time(value):
            self._wrong(kind, value, path)

    def _texts(self, kind: Texts, value: Value, path: Path) -> None:
        if not isinstance(value, tuple):
            self._wrong(kind, value, path)
            return
        for name, item in self._applied(value, path, str(path[-1])):
            self._text(kind.element, item, (*path, name), None)

    def _is_integer(self, value: Value) -> bool:
        """Say whether the number is an int64 as JSON has it; YAML's floats without a fraction become whole there."""
        if isinstance(value, float):
            digits = "" if self.from_json else number(value)
            return digits.removeprefix("-").isdigit() and _SMALLEST <= int(digits) <= _LARGEST
        return isinstance(value, int) and not isinstance(value, bool) and _SMALLEST <= value <= _LARGEST

    def _raw(self, value: Value, path: Path) -> None:
        """Look into a value that is kept as it is: from YAML, its duplicates count all the same."""
        self._skip(value, path)
        if self.from_json:
            return
        for here, item in walk(value, path):
            if isinstance(item, tuple) and len(dict(item)) < len(item):
                self._duplicates(item, here, str(path[-1]))

    def _skip(self, value: Value, path: Path) -> None:
        """Pass over a value that the server does not decode; json-iterator parses its numbers all the same."""
        if not self.from_json or not self._iterator:
            return
        for here, item in walk(value, path):
            if isinstance(item, float) and math.isinf(item):
                self.too_large = True
                self.problems.append(wrong_type(here, item, "a number within the range of 64 bits"))

    def _wrong(self, kind: Kind, value: Value, path: Path) -> None:
        occurrence = self._again[1] if self._again and self._again[0] == path else None
        self.problems.append(wrong_type(path, value, kind.wanted, occurrence))


def walk(value: Value, path: Path) -> Iterator[tuple[Path, Value]]:
    """Yield the values in value with their paths, each shared one once; of equal keys the last."""
    waiting: list[tuple[Path, Value]] = [(path, value)]
    seen: set[int] = set()
    while waiting:
        here, item = waiting.pop()
        yield here, item
        if isinstance(item, (list, tuple)) and id(item) not in seen:
            seen.add(id(item))
            parts = dict(item).items() if isinstance(item, tuple) else enumerate(item)
            waiting += [((*here, step), part) for step, part in parts]


@cache
def _time_pattern() -> re.Pattern[str]:
    return re.compile(
        r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:[.,][0-9]+)?"
        r"(?:Z|[+-]([0-9]{2}):([0-9]{2}))"
    )


def is_time(text: str) -> bool:
    """Say whether Go's time.Parse reads text as RFC 3339."""
    match = _time_pattern().fullmatch(text)
    if match is None:
        return False
    year, month, day, hour, minute, second, zone_hour, zone_minute = (int(part or 0) for part in match.groups())
    in_range = 1 <= month <= 12 and hour < 24 and minute < 60 and second < 60  # noqa: PLR2004 (the clock)
    return in_range and zone_hour <= 24 and zone_minute <= 60 and 1 <= day <= _days(month, year)  # noqa: PLR2004


def _days(month: int, year: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return _DAYS[month - 1] + (1 if month == _FEBRUARY and leap else 0)
