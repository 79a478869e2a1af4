"""Modules that run when they are first used: what a run does not need costs its start nothing."""

from __future__ import annotations

import sys
from importlib.util import LazyLoader, find_spec, module_from_spec

from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType


def submodule(package: str, name: str) -> ModuleType:
    """Return a module of a package, for the package's `__getattr__`; it runs when one of its attributes is asked for.

    Raises AttributeError where the package has no such module.
    """
    full = f"{package}.{name}"
    spec = None if name.startswith("__") else find_spec(full)
    if spec is None or spec.loader is None:
        raise AttributeError(f"module {package!r} has no attribute {name!r}")
    spec.loader = LazyLoader(spec.loader)
    module = sys.modules[full] = module_from_spec(spec)
    setattr(sys.modules[package], name, module)
    spec.loader.exec_module(module)
    return module
