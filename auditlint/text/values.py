"""Reads plain values without trusting their shape: what is missing or of another type reads as empty."""

from __future__ import annotations

from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditlint.path import Path
    from auditlint.text.plain import Plain


def pairs(value: Plain) -> tuple[tuple[str, Plain], ...]:
    """Return the keys and values of a mapping; nothing of anything else."""
    return value if isinstance(value, tuple) else ()


def items(value: Plain) -> list[Plain]:
    """Return the items of a list; nothing of anything else."""
    return value if isinstance(value, list) else []


def below(value: Plain) -> list[tuple[str | int, Plain]]:
    """Return what a mapping or a list is made of, each with its key or index; nothing of anything else."""
    return [*pairs(value), *enumerate(items(value))]


def walk(
    root: Plain, stop: Callable[[Plain], bool] = lambda _: False, *, aliases: bool = False
) -> Iterator[tuple[Plain, Path]]:
    """Yield a value and all that is in it, in the order of the document, each with the way to it.

    Mappings and lists come once, whatever aliases stand for them; with `aliases` they come at each, but are gone into
    once. Those that `stop` holds of are not gone into.
    """
    waiting: list[tuple[Plain, Path]] = [(root, ())]
    seen: set[int] = set()
    while waiting:
        value, path = waiting.pop()
        if isinstance(value, tuple | list):
            if id(value) in seen:
                if aliases:
                    yield value, path
                continue
            seen.add(id(value))
        yield value, path
        if not stop(value):
            waiting += [(inner, (*path, step)) for step, inner in reversed(below(value))]


def get(value: Plain, *steps: str) -> Plain:
    """Return the value that steps lead to through mappings, None where they lead nowhere; of duplicates the last."""
    for step in steps:
        value = next((below for key, below in reversed(pairs(value)) if key == step), None)
    return value


def has(value: Plain, key: str) -> bool:
    """Tell whether value is a mapping with that key, whatever stands there."""
    return any(name == key for name, _ in pairs(value))


def text(value: Plain, *steps: str) -> str:
    """Return the string that steps lead to; empty where there is none."""
    found = get(value, *steps)
    return found if isinstance(found, str) else ""
