"""All carriers: the modules of this folder, and of `inside/`, but for those that only help them."""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditlint.carriers.carrier import Carrier

_FOLDERS = ("", "inside")
_HELPERS = frozenset({
*("__init__", "apiserver", "candidate", "carrier", "custom_resource", "encoded", "first_look", "recognise"),
    *("recorded", "registry", "unread"),
})  # fmt: skip
_MOST_FREQUENT = ("policy", "pod", "markdown")
"""They are asked first, so that a run which finds nothing else never loads the others."""


@cache
def names() -> tuple[str, ...]:
    """Return the words for `--as` in the order in which carriers are asked."""
    return tuple(name.replace("_", "-") for name in _modules())


def carrier(name: str) -> Carrier:
    """Return the carrier that `--as` calls name."""
    module = name.replace("-", "_")
    found: Carrier = import_module(f"auditlint.carriers.{_modules()[module]}{module}").CARRIER
    return found


def carriers() -> Iterator[tuple[str, Carrier]]:
    """Yield all carriers with their names, each loaded when it is its turn."""
    return ((name, carrier(name)) for name in names())


@cache
def words() -> tuple[bytes, ...]:
    """Return the words one of which every file has that is for some carrier, unless its second look says so."""
    return tuple(sorted({word for _, carrier in carriers() for word in carrier.words}, key=len))


@cache
def looks() -> tuple[Callable[[bytes], bool], ...]:
    """Return the second looks of all carriers."""
    return tuple(carrier.look for _, carrier in carriers() if carrier.look)


@cache
def suffixes() -> tuple[str, ...]:
    """Return how the names of files end that some carrier may be in."""
    return tuple(sorted({suffix for _, carrier in carriers() for suffix in carrier.suffixes}))


@cache
def _modules() -> dict[str, str]:
    """Return the modules that hold a carrier, each with the packages on the way to it."""
    found: dict[str, str] = {}
    for folder in _FOLDERS:
        listed = os.listdir(os.path.join(os.path.dirname(__file__), folder))
        modules = sorted(name[:-3] for name in listed if name.endswith(".py"))
        found |= {module: folder and f"{folder}." for module in modules if module not in _HELPERS}
    return {module: found[module] for module in (*_MOST_FREQUENT, *found)}
