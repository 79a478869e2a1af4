"""Named tuples that are quickly made are those of `typing`."""

from __future__ import annotations

import pickle
import typing
from inspect import signature

import pytest

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
        kind.__match_args__,
        kind._make([1, ("b",)])._asdict(),
        list(signature(kind).parameters),
        sorted({*vars(kind)} - {"__orig_bases__"}),
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


@pytest.mark.parametrize("kind", [Quick, Typed])
def test_they_refuse_what_fits_no_field(kind: typing.Any) -> None:
    with pytest.raises(TypeError, match=r"\.__new__\(\) missing 1 required positional argument: 'first'"):
        kind()
    with pytest.raises(TypeError, match=r"\.__new__\(\) takes from 2 to 3 positional arguments but 4 were given"):
        kind(1, (), 3)
    with pytest.raises(TypeError, match="Expected 2 arguments, got 1"):
        kind._make([1])
    with pytest.raises((TypeError, ValueError), match="Got unexpected field names: \\['third'\\]"):
        kind(1)._replace(third=3)
    with pytest.raises(AttributeError):
        kind(1).first = 2
