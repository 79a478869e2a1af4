"""Named tuples that are quickly made are those of `typing`."""

from __future__ import annotations

import pickle
import typing

from auditlint.records import NamedTuple


class Quick(NamedTuple):
    """A pair."""

    first: int
    second: tuple[str, ...] = ()
    """What is said of it."""

    @property
    def both(self) -> str:
        """Both as a text."""
        return f"{self.first} {self.second}"


class Typed(typing.NamedTuple):
    """A pair."""

    first: int
    second: tuple[str, ...] = ()
    """What is said of it."""

    @property
    def both(self) -> str:
        """Both as a text."""
        return f"{self.first} {self.second}"


def _facts(kind: type[Quick | Typed]) -> tuple[object, ...]:
    made = kind(1, second=("a",))
    return (
        kind._fields,
        kind._field_defaults,
        kind.__doc__,
        kind.__module__,
        kind.__bases__,
        typing.get_type_hints(kind),
        tuple(made),
        made.both,
        made._replace(first=2)._asdict(),
        kind(1),
    )


def test_they_are_like_those_of_typing() -> None:
    assert _facts(Quick) == _facts(Typed)
    assert repr(Quick(1)) == repr(Typed(1)).replace("Typed", "Quick")
    assert pickle.loads(pickle.dumps(Quick(1))) == Quick(1)
