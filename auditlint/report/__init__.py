"""The outputs: one module each, in the folder of the command that it is for, with a pure `render` to text.

A module in such a folder is an output by being there: its name is the word for `--format`.
"""

from __future__ import annotations

import os
from importlib import import_module

from auditlint.report.medium import PLAIN, Medium
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PLAIN", "Medium", "formats", "pieces", "render"]


def formats(command: str) -> tuple[str, ...]:
    """Return the names of a command's outputs: `check`, `matrix`, `eval` or `replay`."""
    names = os.listdir(os.path.join(os.path.dirname(__file__), command))
    return tuple(sorted(name[:-3] for name in names if name.endswith(".py") and name != "__init__.py"))


def render(command: str, output_format: str, document: object, medium: Medium = PLAIN) -> str:
    """Return what a command found in one of its formats; the module says what document it is made of."""
    module = import_module(f"auditlint.report.{command}.{output_format}")
    rendered: str = module.render(document, medium)
    return rendered


def pieces(command: str, output_format: str, document: object, medium: Medium = PLAIN) -> Iterator[str]:
    """Yield the same in pieces, where an output can be too large to be held as a whole: its module has `pieces`."""
    module = import_module(f"auditlint.report.{command}.{output_format}")
    if hasattr(module, "pieces"):
        yield from module.pieces(document, medium)
    else:
        yield module.render(document, medium)
