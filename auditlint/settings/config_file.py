"""The configuration file: where it is found, what it may hold, and the settings that it gives."""

from __future__ import annotations

import math
import os
import sys
from typing import TYPE_CHECKING, Any

from auditlint.finding import Severity
from auditlint.kubernetes import data
from auditlint.kubernetes.cluster import ORDINARY, Cluster
from auditlint.kubernetes.releases import CONFIG
from auditlint.rule import REGISTRY
from auditlint.settings import ConfigError, Settings, rule_names, with_profiles, with_version
from auditlint.spelling import suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jsonschema import ValidationError

    from auditlint.rule import Option
    from auditlint.text.nodes import Node

_DEEPEST = 20
_LONGEST = 300
"""Characters of a complaint: it may quote what is wrong."""
_TOO_DEEP = "nested too deep for a configuration"
NAMES = (".auditlint.yaml", ".auditlint.yml", "pyproject.toml")


def load(path: str | None) -> Settings:
    """Return the settings of a file, or of the one found upward from here; ConfigError where it is bad."""
    unused: tuple[str, ...] = ()
    if path is None:
        path, *others = _find(os.getcwd()) or (None,)
        if path is None:
            return Settings()
        unused = tuple(f"{other} is not used, {os.path.basename(path)} beside it is" for other in others)
    document = _read(path)
    if document is None:
        return Settings(notices=unused)
    _check_keys(document, path)
    document = {key: value for key, value in document.items() if value is not None}
    _validate(document, path)
    settings = Settings(
        fail_on=document.get("fail-on", Settings().fail_on),
        min_severity=Severity[document.get("min-severity", "warning").upper()],
        select=rule_names(document.get("select", ()), path),
        ignore=rule_names(document.get("ignore", ()), path),
        exclude=tuple(document.get("exclude", ())),
        per_file_ignores={
            pattern: rule_names(names, path) for pattern, names in document.get("per-file-ignores", {}).items()
        },
        folder=os.path.dirname(path) or ".",
        cluster=_cluster(document),
        source=os.path.relpath(path),
        notices=unused,
    )
    settings = _with_rules(settings, document.get("rules", {}), path)
    if "profile" in document:
        chosen = document["profile"]
        settings = with_profiles(settings, [chosen] if isinstance(chosen, str) else chosen, path)
    version = document.get("kubernetes-version")
    if isinstance(version, _Number):
        cannot = f"{version} is a number in TOML, where 1.30 and 1.3 are one"
        raise ConfigError(f'{path}: kubernetes-version: {cannot}: write "{version}", in quotes')
    return settings if version is None else with_version(settings, version, path, CONFIG)


def _cluster(document: dict[str, Any]) -> Cluster:
    """Return what the configuration says of the cluster."""
    if not {"server", "custom-resources", "sensitive-resources"} & set(document):
        return ORDINARY
    from auditlint.kubernetes.catalogue import Resource
    from auditlint.kubernetes.cluster import named

    return Cluster(
        aggregated=document.get("server") == "aggregated",
        custom=tuple(Resource(*named(text)) for text in document.get("custom-resources", ())),
        sensitive=tuple(named(text) for text in document.get("sensitive-resources", ())),
    )


def _with_rules(settings: Settings, rules: dict[str, Any], path: str) -> Settings:
    """Return settings with what the key `rules` says of single rules: a severity, or options and maybe a severity."""
    rule_names(rules, path, categories=False)
    severities: dict[str, Severity | None] = {}
    options: dict[str, Mapping[str, Option]] = {}
    for name, said in rules.items():
        given = dict(said) if isinstance(said, dict) else {"severity": said}
        if "severity" in given:
            severities[name] = _severity(given.pop("severity"))
        if given:
            options[name] = {key: _option(name, key, value, path) for key, value in given.items()}
    return settings._replace(severities=severities, options=options)


def _option(rule: str, key: str, value: Any, path: str) -> Option:
    """Return the value of a rule's option in the type of its default; ConfigError if it has none such."""
    defaults = REGISTRY[rule].options
    if key not in defaults:
        raise ConfigError(f'{path}: rules/{rule}: "{key}" is not an option of it{suggestion(key, defaults)}')
    default = defaults[key]
    try:
        return _OPTION_TYPES[type(default)](value)
    except (KeyError, OverflowError, TypeError, ValueError):
        raise ConfigError(f'{path}: rules/{rule}/{key}: "{str(value)[:80]}" is no {type(default).__name__}') from None


def _find(folder: str) -> list[str]:
    """Return the nearest configuration file, up to the repository's root, and those beside it, which are not used."""
    while True:
        paths = [os.path.join(folder, name) for name in NAMES]
        found = [path for path in paths if os.path.isfile(path) and (not path.endswith(".toml") or _mentions_us(path))]
        if found:
            return found
        parent = os.path.dirname(folder)
        if parent == folder or os.path.exists(os.path.join(folder, ".git")):
            return []
        folder = parent


def _mentions_us(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return b"tool.auditlint" in file.read()
    except OSError:
        return False


def _read(path: str) -> dict[str, Any] | None:
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    document = _toml(content, path) if path.endswith(".toml") else _yaml(content, path)
    if document is None:
        return None
    if not isinstance(document, dict):
        raise ConfigError(f"{path}: the configuration is not a mapping of settings")
    return document


class _Number(str):
    """A number with a point as TOML has it, as it is written."""

    __slots__ = ()


def _toml(content: bytes, path: str) -> Any:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        tools = tomllib.loads(content.decode(), parse_float=_Number).get("tool", {})
    except ValueError as error:  # also numbers of thousands of digits
        raise ConfigError(f"{path}: {error}") from None
    except RecursionError:
        raise ConfigError(f"{path}: {_TOO_DEEP}") from None
    if not isinstance(tools, dict):
        line = next((number for number, line in enumerate(content.splitlines(), 1) if line.startswith(b"tool")), 1)
        raise ConfigError(f"{path}:{line}: tool is not a table of settings")
    return tools.get("auditlint")


def _yaml(content: bytes, path: str) -> Any:
    """Return the document with every scalar as it is written, so that 1.30 stays 1.30 and off stays off.

    A setting without a value is None.
    """
    from auditlint.text.nodes import Mapping
    from auditlint.text.yaml_reader import read_yaml

    stream = read_yaml(content)
    if stream.error is not None:
        raise ConfigError(f"{path}:{stream.error.span.line}: {stream.error.message}")
    root = stream.documents[0].root if stream.documents else None
    document: Any = None if root is None else _as_written(root, path, 0)
    if isinstance(root, Mapping):
        document |= {entry.name: None for entry in root.entries if _is_null(entry.value)}
    return document


def _is_null(node: Node | None) -> bool:
    from auditlint.text.nodes import Scalar

    return isinstance(node, Scalar) and node.plain and node.value is None


def _as_written(node: Node, path: str, depth: int) -> Any:
    from auditlint.text.nodes import Alias, Mapping, Sequence

    if isinstance(node, Alias):
        raise ConfigError(f"{path}:{node.span.line}: aliases are not taken in a configuration")
    if depth > _DEEPEST:
        raise ConfigError(f"{path}:{node.span.line}: {_TOO_DEEP}")
    if isinstance(node, Sequence):
        return [_as_written(item, path, depth + 1) for item in node.items]
    if not isinstance(node, Mapping):
        return node.text
    document: dict[str, Any] = {}
    for entry in node.entries:
        if entry.name in document:
            raise ConfigError(f'{path}:{entry.key.span.line}: "{entry.name}" is set twice')
        document[entry.name] = _as_written(entry.value, path, depth + 1)
    return document


def _check_keys(document: dict[str, Any], path: str) -> None:
    known = data.table("config.schema")["properties"]
    for key in sorted(set(document) - set(known)):
        raise ConfigError(f'{path}: "{key}" is not a setting{suggestion(key, known)}')


def _validate(document: dict[str, Any], path: str) -> None:
    import jsonschema

    schema = data.table("config.schema")
    errors = jsonschema.Draft202012Validator(schema).iter_errors(document)
    error = next(iter(sorted(errors, key=lambda error: list(map(str, error.absolute_path)))), None)
    if error is not None:
        place = "/".join(str(step) for step in error.absolute_path)
        raise ConfigError(f"{path}: {place}: {_complaint(error)}")


def _complaint(error: ValidationError) -> str:
    """Return what is wrong with a value, and what to write."""
    value = error.instance
    if error.validator == "enum":
        words: Any = error.validator_value
        known = [str(word) for word in words]
        return f'"{value}" is none of {", ".join(known)}{suggestion(str(value), known)}'
    if error.validator == "type" and error.validator_value == "array":
        return f"a list belongs here, such as [{value}]"
    if error.validator == "pattern" and "resources" in str(error.absolute_path):
        return f'"{value}" is not written as plural.group, such as widgets.example.com or widgets.example.com/status'
    return str(error.message)[:_LONGEST]


def _finite(value: Any) -> float:
    """Return a number; ValueError for one that is none, or has no end."""
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _texts(value: Any) -> tuple[str, ...]:
    """Return a list of strings as a tuple; TypeError for anything else."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError
    return tuple(value)


_OPTION_TYPES: dict[type, Callable[[Any], Option]] = {
    bool: lambda value: {"true": True, "false": False}[str(value).lower()],
    int: int,
    float: _finite,
    str: str,
    tuple: _texts,
}
"""How the value of an option is read, by the type of its default; a YAML configuration gives strings."""


def _severity(word: str) -> Severity | None:
    return None if word == "off" else Severity[word.upper()]
