"""What kube-apiserver and the kubelet do, free of places in files and usable on its own.

`from auditlint.kubernetes import flags` gives a module that runs when it is first used, so that a run over policies
alone does not pay for what is about flags and mounts.
"""

from __future__ import annotations

import sys
from importlib.util import LazyLoader, find_spec, module_from_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    """Return a module of this package; it runs when one of its attributes is first asked for."""
    full = f"{__name__}.{name}"
    spec = None if name.startswith("__") else find_spec(full)
    if spec is None or spec.loader is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    spec.loader = LazyLoader(spec.loader)
    module = sys.modules[full] = globals()[name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
