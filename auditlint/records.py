"""`NamedTuple` and `Frozen` for the modules that a start loads: made in a fifth of the time, a tenth of a whole start.

`typing.NamedTuple` compiles the annotation of each field until Python 3.13, and `collections.namedtuple` a constructor
for each class. Here classes with as many fields share one constructor, under the names of their own fields, and all
share the methods.
"""

from __future__ import annotations

import sys

from auditlint.typed import TYPE_CHECKING

__all__ = ["Frozen", "NamedTuple"]

if TYPE_CHECKING or sys.version_info >= (3, 14):
    from typing import NamedTuple
else:
    from _collections import _tuplegetter
    from functools import cache
    from types import CodeType, FunctionType

    def _make(cls: type, iterable: Any) -> Any:
        """Make a new tuple of a sequence or iterable; TypeError where that has not one value for each field."""
        made = tuple.__new__(cls, iterable)
        if len(made) != len(cls._fields):
            raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(made)}")
        return made

    def _replace(self: Any, /, **changes: Any) -> Any:
        """Return a new tuple with some fields replaced."""
        made = tuple.__new__(type(self), map(changes.pop, self._fields, self))
        if changes:
            raise TypeError(f"Got unexpected field names: {list(changes)!r}")
        return made

    def _repr(self: Any) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
        return f"{type(self).__name__}({fields})"

    def _asdict(self: Any) -> dict[str, Any]:
        """Return the values by the names of their fields."""
        return dict(zip(self._fields, self, strict=True))

    def _getnewargs(self: Any) -> tuple[Any, ...]:
        return tuple(self)

    _METHODS = {
        "__slots__": (),
        "_make": classmethod(_make),
        "_replace": _replace,
        "__repr__": _repr,
        "_asdict": _asdict,
        "__getnewargs__": _getnewargs,
        **({"__replace__": _replace} if sys.version_info >= (3, 13) else {}),
    }

    @cache
    def _constructor(number: int) -> CodeType:
        """Return the code of a constructor with so many fields."""
        fields = "".join(f"_{index}, " for index in range(number))
        code: CodeType = eval(f"lambda _cls, {fields}: _new(_cls, ({fields}))").__code__  # noqa: S307  (of numbers alone)
        return code

    @cache
    def _getter(index: int) -> Any:
        return _tuplegetter(index, f"Alias for field number {index}")

    class _Maker(type):
        """Makes a class of named tuples of what a class statement says."""

        def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> type:  # noqa: ARG004
            fields = tuple(namespace.get("__annotations__", ()))
            defaults = {field: namespace[field] for field in fields if field in namespace}
            code = _constructor(len(fields)).replace(co_varnames=("_cls", *fields), co_name="__new__")
            new = FunctionType(code, {"_new": tuple.__new__}, "__new__", tuple(defaults.values()) or None)
            new.__qualname__ = f"{name}.__new__"
            return type(
                name,
                (tuple,),
                {
                    "__doc__": f"{name}({', '.join(fields)})",
                    **_METHODS,
                    **namespace,
                    "__new__": new,
                    "__match_args__": fields,
                    "_fields": fields,
                    "_field_defaults": defaults,
                    **{field: _getter(index) for index, field in enumerate(fields)},
                },
            )

    NamedTuple = type.__new__(_Maker, "NamedTuple", (), {})


if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from typing_extensions import Self, dataclass_transform

else:

    def dataclass_transform(**_: bool) -> Any:
        """Do nothing: it only tells type checkers how the class below is made."""
        return lambda kind: kind


@dataclass_transform(frozen_default=True, eq_default=False, kw_only_default=True)
class Frozen:
    """What a frozen dataclass is, but for the millisecond that each of those takes to be made at every start."""

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)
        missing = [name for name in self._fields() if not hasattr(self, name)]
        if missing:
            raise TypeError(f"{type(self).__name__} lacks {', '.join(missing)}")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} is read-only")

    def replace(self, **changes: Any) -> Self:
        """Return a copy with some values changed; nothing that was worked out from the old ones."""
        return type(self)(**{name: getattr(self, name) for name in self._fields()} | changes)

    @classmethod
    def _fields(cls) -> Iterator[str]:
        # inspect.get_annotations would cost the import of inspect at every start
        return (name for kind in cls.__mro__ for name in kind.__dict__.get("__annotations__", ()))  # noqa: RUF063
