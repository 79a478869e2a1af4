"""libyaml's parser, which PyYAML brings: in a process of auditlint's own, without what else PyYAML loads.

`import yaml` loads readers, resolvers and writers in Python, which takes longer than to judge a policy of a few rules.
The parser needs only tokens, events, nodes and errors. So a package stands for `yaml` that becomes the real one, as
modules of `importlib.util.LazyLoader` do, when somebody asks for more than that.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from types import ModuleType, SimpleNamespace

from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from yaml._yaml import CParser

_PARSER = "yaml._yaml"
_ERRORS = {
    "ReaderError": "yaml.reader",
    "ScannerError": "yaml.scanner",
    "ParserError": "yaml.parser",
    "ComposerError": "yaml.composer",
    "ConstructorError": "yaml.constructor",
    "EmitterError": "yaml.emitter",
    "SerializerError": "yaml.serializer",
    "RepresenterError": "yaml.representer",
}
"""The errors that the parser names when it is loaded and makes when a text is bad, and the modules they come from."""
_own_process = False


def own_process() -> None:
    """Say that no other program runs in this process: what is loaded of PyYAML may be what a check needs."""
    global _own_process  # noqa: PLW0603  (it is the process that this is true of)
    _own_process = True


def parser() -> type[CParser]:
    """Return libyaml's parser. Raises ImportError where PyYAML was installed without it."""
    if _own_process and "yaml" not in sys.modules:
        _load_alone()
    from yaml._yaml import CParser

    return CParser


class _Package(ModuleType):
    """The package `yaml` before anybody has asked for what is in its `__init__`."""

    def __getattribute__(self, name: str) -> Any:
        """Return what every module has, but load the whole package for who wants to see all that it holds."""
        if name == "__dict__":
            _complete(self)
        return ModuleType.__getattribute__(self, name)

    def __getattr__(self, name: str) -> Any:
        """Load the whole package, as `import yaml` does, and return what was asked for."""
        _complete(self)
        return getattr(self, name)


def _complete(package: ModuleType) -> None:
    """Make the package what `import yaml` makes of it, and the errors of the parser those of its modules."""
    package.__class__ = ModuleType
    assert package.__spec__
    assert package.__spec__.loader
    package.__spec__.loader.exec_module(package)
    for error, module in _ERRORS.items():
        setattr(sys.modules[_PARSER], error, getattr(import_module(module), error))


def _load_alone() -> None:
    """Load libyaml's parser without the rest; leave no trace where that cannot be, so that all is loaded as ever."""
    spec = find_spec("yaml")
    if spec is None or spec.loader is None:
        return
    package = module_from_spec(spec)
    sys.modules["yaml"] = package
    try:
        for name in ("error", "tokens", "events", "nodes"):
            import_module(f"yaml.{name}")
        for error, module in _ERRORS.items():
            setattr(package, module.partition(".")[2], SimpleNamespace(**{error: _made_late(module, error)}))
        import_module(_PARSER)
        for module in _ERRORS.values():
            delattr(package, module.partition(".")[2])
        package.__class__ = _Package
    except Exception:  # noqa: BLE001  (whatever another PyYAML does otherwise)
        for name in [name for name in sys.modules if name == "yaml" or name.startswith("yaml.")]:
            del sys.modules[name]


def _made_late(module: str, error: str) -> Callable[..., Exception]:
    """Return what makes an error of a class that is loaded by then."""

    def made(*arguments: Any) -> Exception:
        found: Exception = getattr(import_module(module), error)(*arguments)
        return found

    return made
