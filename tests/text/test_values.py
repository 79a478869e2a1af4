"""Walking through plain values: everything once, in the order of the document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.text.values import below, walk

if TYPE_CHECKING:
    from auditlint.text.plain import Plain

SHARED: Plain = (("x", "1"),)
DOCUMENT: Plain = (("a", ["s", SHARED]), ("b", SHARED), ("c", (("stop", "here"), ("d", "2"))))


def test_everything_comes_in_order_and_what_is_shared_once() -> None:
    assert list(walk(DOCUMENT)) == [
        (DOCUMENT, ()),
        (["s", SHARED], ("a",)),
        ("s", ("a", 0)),
        (SHARED, ("a", 1)),
        ("1", ("a", 1, "x")),
        ((("stop", "here"), ("d", "2")), ("c",)),
        ("here", ("c", "stop")),
        ("2", ("c", "d")),
    ]


def test_what_is_shared_comes_at_each_alias_but_is_gone_into_once() -> None:
    paths = [path for _, path in walk(DOCUMENT, aliases=True)]
    assert paths == [(), ("a",), ("a", 0), ("a", 1), ("a", 1, "x"), ("b",), ("c",), ("c", "stop"), ("c", "d")]


def test_what_stops_the_walk_is_yielded_and_not_gone_into() -> None:
    paths = [path for _, path in walk(DOCUMENT, stop=lambda value: ("stop", "here") in below(value))]
    assert paths == [(), ("a",), ("a", 0), ("a", 1), ("a", 1, "x"), ("c",)]


def test_deep_values_take_no_recursion() -> None:
    deep: Plain = []
    for _ in range(20_000):
        deep = [deep]
    assert sum(1 for _ in walk(deep)) == 20_001
