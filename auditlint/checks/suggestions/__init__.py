"""What the rules about reading know of fields that a policy has, and of texts that do not parse.

The modules of this package run when they are first used: most policies give no reason to.
"""

from __future__ import annotations

from auditlint import lazily
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    """Return a module of this package; it runs when one of its attributes is first asked for."""
    return lazily.submodule(__name__, name)
