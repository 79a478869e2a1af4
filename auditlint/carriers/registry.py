"""All carriers: the modules of this folder, of `distributions/` and of `inside/`, but for those that only help them."""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module

from auditlint.carriers.carrier import TEMPLATES
from auditlint.carriers.declared import DECLARED
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditlint.carriers.carrier import Carrier

_FOLDERS = ("", "distributions", "inside")
_HELPERS = frozenset({
*("__init__", "apiserver", "candidate", "carrier", "custom_resource", "declared", "encoded", "first_look", "recognise"),
    *("recorded", "registry", "unread", "unread_settings", "unrendered"),
})  # fmt: skip
_MOST_FREQUENT = ("policy", "pod", "markdown")
"""They are asked first, so that a run which finds nothing else never loads the others."""


class Declared(NamedTuple):
    """What a carrier declares for those who look at every file."""

    words: tuple[bytes, ...]
    suffixes: tuple[str, ...]
    looks_again: bool


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


def declared(name: str) -> Declared:
    """Return what the search of folders and the first look need to know of a carrier, as a rule without loading it."""
    module = name.replace("-", "_")
    if module in DECLARED:
        return Declared(*DECLARED[module])
    found = carrier(name)
    return Declared(found.words, found.suffixes, found.look is not None)


@cache
def words() -> tuple[bytes, ...]:
    """Return the words one of which every file has that is for some carrier, unless its second look says so.

    A word with another one in it is left out.
    """
    found = {word for name in names() for word in declared(name).words}
    return tuple(sorted((word for word in found if not any(one in word for one in found - {word})), key=len))


@cache
def looks() -> tuple[Callable[[bytes], bool], ...]:
    """Return the second looks of all carriers."""
    looking = [carrier(name).look for name in names() if declared(name).looks_again]
    return tuple(look for look in looking if look)


@cache
def suffixes() -> tuple[str, ...]:
    """Return how the names of files end that some carrier may be in."""
    return tuple(sorted({suffix for name in names() for suffix in declared(name).suffixes} | {*TEMPLATES}))


@cache
def _modules() -> dict[str, str]:
    """Return the modules that hold a carrier, each with the packages on the way to it."""
    found: dict[str, str] = {}
    for folder in _FOLDERS:
        listed = os.listdir(os.path.join(os.path.dirname(__file__), folder))
        modules = sorted(name[:-3] for name in listed if name.endswith(".py"))
        found |= {module: folder and f"{folder}." for module in modules if module not in _HELPERS}
    return {module: found[module] for module in (*_MOST_FREQUENT, *found)}
