"""Values that tell the tests of a condition apart: for each way in which its tests of a field can come out, one."""

from __future__ import annotations

import ipaddress
from itertools import combinations, product
from typing import TYPE_CHECKING

from auditlint.detections.condition import ANY, ONE, Comparison, Constant, Every, Field, How, Not, Pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from auditlint.detections.condition import Condition, Values

FILLER = "x7q"
"""Text that stands for any other."""
_OTHER = "zw4"
"""The same, where a rule names that."""
_MOST_TOGETHER = 12
_MOST_PAIRED = 8


def examples(test: Comparison) -> Iterator[str]:
    """Yield values that a test may hold of, and values next to them."""
    for pattern in test.patterns:
        yield from _examples(pattern)


def _examples(pattern: Pattern) -> Iterator[str]:
    text = pattern.text
    match pattern.how:
        case How.GLOB:
            for filler in (FILLER, ""):
                yield "".join({ANY: filler, ONE: "q"}.get(part, part) for part in pattern.parts)
        case How.REGEX:
            yield from pattern.regex.examples if pattern.regex else ()
        case How.CIDR:
            yield from _address(text)
        case How.LESS | How.AT_MOST | How.MORE | How.AT_LEAST:
            yield from _around(text)
        case _:
            yield from _LIKE[pattern.how](text)


_LIKE: dict[How, Callable[[str], tuple[str, ...]]] = {
    How.IS: lambda text: (text,),
    How.CONTAINS: lambda text: (text, f"{FILLER}{text}{FILLER}"),
    How.STARTS: lambda text: (f"{text}{FILLER}", text),
    How.ENDS: lambda text: (f"{FILLER}{text}", text),
    How.BELOW: lambda text: (text, f"{text.rstrip('/')}/{FILLER}"),
    How.EXISTS: lambda _text: (FILLER,),
}


def _address(text: str) -> Iterator[str]:
    try:
        yield str(ipaddress.ip_network(text, strict=False)[0])
    except ValueError:
        return


def _around(text: str) -> Iterator[str]:
    yield text
    try:
        number = float(text)
    except ValueError:
        return
    for other in (number - 1, number + 1):
        yield str(int(other)) if other.is_integer() else str(other)


def together(condition: Condition) -> dict[Field, list[str]]:
    """Return values that several tests of one field hold of at once, where a condition asks for that."""
    found: dict[Field, list[str]] = {}
    _join(condition, found)
    return found


def _join(condition: Condition, found: dict[Field, list[str]]) -> None:
    if isinstance(condition, Comparison | Constant):
        return
    if isinstance(condition, Not):
        _join(condition.part, found)
        return
    by_field: dict[Field, list[Comparison]] = {}
    for test in _flat(condition.parts if isinstance(condition, Every) else ()):
        by_field.setdefault(test.field, []).append(test)
    for field, asked in by_field.items():
        if len(asked) > 1:
            found.setdefault(field, []).extend(_joined(asked))
    for part in condition.parts:
        _join(part, found)


def _flat(parts: Sequence[Condition]) -> Iterator[Comparison]:
    for part in parts:
        if isinstance(part, Comparison):
            yield part
        elif isinstance(part, Every):
            yield from _flat(part.parts)


def _joined(asked: Sequence[Comparison]) -> Iterator[str]:
    """Yield texts that begin, go on and end as asked for."""
    options = [test.patterns[:3] for test in asked[:_MOST_TOGETHER]]
    for number, chosen in enumerate(product(*options)):
        if number > _MOST_TOGETHER:
            return
        starts = max((one.text for one in chosen if one.how is How.STARTS), key=len, default="")
        ends = max((one.text for one in chosen if one.how is How.ENDS), key=len, default="")
        middles = [next(_examples(one), "") for one in chosen if one.how in {How.CONTAINS, How.GLOB, How.REGEX}]
        middles = [pattern.text for pattern in chosen if pattern.how is How.CONTAINS] or middles
        yield starts + FILLER + FILLER.join(middles) + FILLER + ends
        yield starts + "".join(middles) + ends
        yield starts + ends


def candidates(asked: Sequence[Comparison], more: Iterable[str] = ()) -> list[str]:
    """Return single values that tell tests of one field apart, ordinary ones first."""
    found: dict[str, None] = dict.fromkeys(more)
    for test in asked:
        found.update(dict.fromkeys(examples(test)))
    found.update(dict.fromkeys((FILLER, _OTHER)))
    return list(found)


def kinds(
    asked: Sequence[Comparison], single: Sequence[str], *, certain: bool, listed: bool
) -> dict[tuple[bool | None, ...], Values | None]:
    """Return each way in which tests of one field can come out, with what the field then holds (None: absent)."""
    found: dict[tuple[bool | None, ...], Values | None] = {}

    def add(values: Values | None) -> None:
        found.setdefault(tuple([test.holds(values) for test in asked]), values)

    for value in single:
        add(frozenset((value,)))
    if not certain:
        add(None)
    if listed:
        tellers = {tuple([test.holds(frozenset((value,))) for test in asked]): value for value in reversed(single)}
        for pair in combinations(list(tellers.values())[:_MOST_PAIRED], 2):
            add(frozenset(pair))
    return found
