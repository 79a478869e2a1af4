"""`NamedTuple` for the modules that every start loads: made in half the time, because it parses no annotation.

`typing.NamedTuple` compiles the annotation of each field until Python 3.13, a tenth of a start; what is made here is
the same class of `collections.namedtuple`, with its annotations as they are written.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

__all__ = ["NamedTuple"]

if TYPE_CHECKING or sys.version_info >= (3, 14):
    from typing import NamedTuple
else:
    from collections import namedtuple

    _OWN = frozenset({"__annotations__", "__module__"})

    class _Maker(type):
        """Makes a class of named tuples of what a class statement says."""

        def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> type:  # noqa: ARG004
            fields = namespace.get("__annotations__", {})
            defaults = [namespace[field] for field in fields if field in namespace]
            made = namedtuple(name, fields, defaults=defaults, module=namespace["__module__"])  # noqa: PYI024
            made.__annotations__ = fields
            for key, value in namespace.items():
                if key not in _OWN and key not in fields:
                    setattr(made, key, value)
            return made

    NamedTuple = type.__new__(_Maker, "NamedTuple", (), {})
