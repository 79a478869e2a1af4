"""What kube-apiserver and the kubelet do, free of places in files and usable on its own.

`from auditlint.kubernetes import flags` gives a module that runs when it is first used, so that a run over policies
alone does not pay for what is about flags and mounts.
"""

from __future__ import annotations

from auditlint import lazily
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    """Return a module of this package; it runs when one of its attributes is first asked for."""
    return lazily.submodule(__name__, name)
