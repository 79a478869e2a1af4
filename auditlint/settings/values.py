"""The settings that a configuration file gives."""

from __future__ import annotations

import math
import os
import re
from typing import TYPE_CHECKING, Any

from auditlint.errors import ConfigError
from auditlint.finding import Severity
from auditlint.kubernetes import releases
from auditlint.kubernetes.cluster import ORDINARY, Cluster
from auditlint.kubernetes.releases import CONFIG
from auditlint.rule import REGISTRY
from auditlint.settings import FAIL_ON, SEVERITIES, Override, Settings, rule_names, with_profiles, with_version
from auditlint.settings.document import Document, Number
from auditlint.spelling import suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from auditlint.rule import Option
    from auditlint.settings.document import Steps

KEYS = (
    "kubernetes-version",
    "fail-on",
    "min-severity",
    "profile",
    "select",
    "ignore",
    "exclude",
    "per-file-ignores",
    "rules",
    "overrides",
    "baseline",
    "server",
    "custom-resources",
    "sensitive-resources",
)
"""All settings; `schemas/config.schema.json` describes them."""
OF_FILES = ("kubernetes-version", "profile", "select", "ignore", "rules")
"""Those that `overrides` give to some files."""
SERVERS = ("kube-apiserver", "aggregated")
_OFF = "off"
_RESOURCE = re.compile(r"[a-z0-9][a-z0-9-]*(\.[a-z0-9]([a-z0-9.-]*[a-z0-9])?)?(/[a-z0-9-]+)?")
_CUSTOM = re.compile(r"[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*){2,}(/[a-z0-9-]+)?")
_LONGEST = 80
"""Characters of a bad value that are quoted."""


def baseline_of(document: Document) -> str:
    """Return the path of the baseline that a configuration names."""
    named = _text(document, ("baseline",), document.values["baseline"], "a path")
    return os.path.relpath(os.path.join(os.path.dirname(document.path), named))


def settings_of(document: Document) -> Settings:
    """Return the settings of a document; ConfigError where one is bad."""
    _check_keys(document, (), KEYS, "a setting")
    values = document.values
    settings = Settings(
        fail_on=_word(document, "fail-on", FAIL_ON, Settings().fail_on),
        min_severity=Severity[_word(document, "min-severity", SEVERITIES, "warning").upper()],
        select=_rules(document, ("select",)),
        ignore=_rules(document, ("ignore",)),
        exclude=_texts(document, ("exclude",)),
        per_file_ignores={
            pattern: _rules(document, ("per-file-ignores", pattern))
            for pattern in _table(document, ("per-file-ignores",))
        },
        folder=os.path.dirname(document.path) or ".",
        cluster=_cluster(document),
        source=os.path.relpath(document.path),
    )
    settings = settings._replace(overrides=_overrides(document))
    severities, options = _of_rules(document, ("rules",))
    settings = settings._replace(severities=severities, options=options)
    if "profile" in values:
        settings = with_profiles(settings, _profiles(document, ("profile",)), document.where(("profile",)))
    if "kubernetes-version" in values:
        version, where = _version(document, ("kubernetes-version",)), document.where(("kubernetes-version",))
        settings = with_version(settings, version, f"{where}: kubernetes-version", CONFIG)
    return settings


def _overrides(document: Document) -> tuple[Override, ...]:
    """Return the settings for some files, in their order."""
    listed = document.values.get("overrides", [])
    if not isinstance(listed, list):
        raise document.error(("overrides",), "a list belongs here, each item with `files` and settings for them")
    return tuple(_override(document, ("overrides", index)) for index in range(len(listed)))


def _override(document: Document, steps: Steps) -> Override:
    given = _table(document, steps)
    _check_keys(document, steps, ("files", *OF_FILES), "a setting for some files")
    if "files" not in given:
        raise document.error(steps, "`files` is missing: the patterns of the files that it is for")
    severities, options = _of_rules(document, (*steps, "rules"))
    settings, minor = Settings(), None
    if "profile" in given:
        at = (*steps, "profile")
        settings = with_profiles(settings, _profiles(document, at), document.where(at))
    if "kubernetes-version" in given:
        at = (*steps, "kubernetes-version")
        minor = with_version(settings, _version(document, at), document.where(at), CONFIG).minor
    return Override(
        files=_texts(document, (*steps, "files")),
        minor=minor,
        select=_rules(document, (*steps, "select")),
        ignore=_rules(document, (*steps, "ignore")),
        severities=severities,
        options=options,
        profiles=settings.profiles if "profile" in given else None,
        profile_rules=settings.profile_rules,
        number=int(steps[-1]),
    )


def _cluster(document: Document) -> Cluster:
    """Return what the configuration says of the cluster."""
    if not {"server", "custom-resources", "sensitive-resources"} & set(document.values):
        return ORDINARY
    from auditlint.kubernetes.catalogue import Resource
    from auditlint.kubernetes.cluster import named

    return Cluster(
        aggregated=_word(document, "server", SERVERS, SERVERS[0]) == "aggregated",
        custom=tuple(Resource(*named(text)) for text in _resources(document, "custom-resources", _CUSTOM)),
        sensitive=tuple(named(text) for text in _resources(document, "sensitive-resources", _RESOURCE)),
    )


def _resources(document: Document, key: str, form: re.Pattern[str]) -> tuple[str, ...]:
    texts = _texts(document, (key,))
    for index, text in enumerate(texts):
        if not form.fullmatch(text):
            said = f'"{_cut(text)}" is not written as plural.group, such as widgets.example.com'
            raise document.error((key, index), f"{said} or widgets.example.com/status")
    return texts


def _of_rules(document: Document, steps: Steps) -> tuple[dict[str, Severity | None], dict[str, Mapping[str, Option]]]:
    """Return what is said of single rules: severities, and options."""
    rules = _table(document, steps)
    severities: dict[str, Severity | None] = {}
    options: dict[str, Mapping[str, Option]] = {}
    for name, said in rules.items():
        at = (*steps, name)
        rule_names([name], document.where(at), categories=False)
        given = dict(said) if isinstance(said, dict) else {"severity": said}
        if "severity" in given:
            severities[name] = _severity(document, (*at, "severity") if isinstance(said, dict) else at, given)
        if given:
            options[name] = {key: _option(document, (*at, key), value) for key, value in given.items()}
    return severities, options


def _severity(document: Document, steps: Steps, given: dict[str, Any]) -> Severity | None:
    word = given.pop("severity")
    words = (*SEVERITIES, _OFF)
    if word not in words:
        raise document.error(steps, _none_of(word, words))
    return None if word == _OFF else Severity[word.upper()]


def _option(document: Document, steps: Steps, value: Any) -> Option:
    """Return the value of a rule's option in the type of its default; ConfigError if it has none such."""
    rule, key = str(steps[-2]), str(steps[-1])
    defaults = REGISTRY[rule].options
    if key not in defaults:
        raise document.error(steps[:-1], f'"{key}" is not an option of it{suggestion(key, defaults)}')
    default = defaults[key]
    try:
        return _OPTION_TYPES[type(default)](value)
    except (KeyError, OverflowError, TypeError, ValueError):
        raise document.error(steps, f'"{_cut(value)}" is no {type(default).__name__}') from None


def _check_keys(document: Document, steps: Steps, known: Collection[str], what: str) -> None:
    for key in (*_table(document, steps), *(() if steps else document.empty)):
        if key not in known:
            raise ConfigError(f'{document.where((*steps, key))}: "{key}" is not {what}{suggestion(key, known)}')


def _at(document: Document, steps: Steps) -> Any:
    found: Any = document.values
    for step in steps:
        found = found.get(step) if isinstance(step, str) else found[step]
    return found


def _table(document: Document, steps: Steps) -> Mapping[str, Any]:
    found = _at(document, steps)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise document.error(steps, f'"{_cut(found)}" is no mapping of settings')
    return found


def _text(document: Document, steps: Steps, value: Any, what: str) -> str:
    if isinstance(value, str) and not isinstance(value, Number) and value:
        return value
    raise document.error(steps, f'"{_cut(value)}" is not {what}: a text belongs here, in quotes')


def _texts(document: Document, steps: Steps) -> tuple[str, ...]:
    found = _at(document, steps)
    if found is None:
        return ()
    if not isinstance(found, list):
        raise document.error(steps, f"a list belongs here, such as [{_cut(found)}]")
    return tuple(_text(document, (*steps, index), text, "a name or pattern") for index, text in enumerate(found))


def _rules(document: Document, steps: Steps) -> tuple[str, ...]:
    """Return names of rules and categories."""
    names = _texts(document, steps)
    for index, name in enumerate(names):
        rule_names([name], f"{document.where((*steps, index))}: {steps[0]}")
    return names


def _profiles(document: Document, steps: Steps) -> tuple[str, ...]:
    found = _at(document, steps)
    return (found,) if isinstance(found, str) else _texts(document, steps)


def _word(document: Document, key: str, words: tuple[str, ...], default: str) -> str:
    found = document.values.get(key, default)
    if found not in words:
        raise document.error((key,), _none_of(found, words))
    return str(found)


def _none_of(value: Any, words: tuple[str, ...]) -> str:
    return f'"{_cut(value)}" is none of {", ".join(words)}{suggestion(str(value), words)}'


def _version(document: Document, steps: Steps) -> str:
    found = _at(document, steps)
    if isinstance(found, Number) and math.isfinite(float(found)):
        cannot = f"{_cut(found)} is a number in TOML, where 1.30 and 1.3 are one"
        raise document.error(steps, f'{cannot}: write "{_cut(found)}", in quotes')
    return _text(document, steps, found, f"a Kubernetes version such as 1.{releases.NEWEST}")


def _cut(value: Any) -> str:
    """Return a bad value as it is quoted."""
    try:
        return str(value)[:_LONGEST]
    except ValueError:  # a number of thousands of digits
        return "a number"


def _finite(value: Any) -> float:
    """Return a number; ValueError for one that is none, or has no end."""
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _names(value: Any) -> tuple[str, ...]:
    """Return a list of strings as a tuple; TypeError for anything else."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError
    return tuple(value)


_OPTION_TYPES: dict[type, Callable[[Any], Option]] = {
    bool: lambda value: {"true": True, "false": False}[str(value).lower()],
    int: int,
    float: _finite,
    str: str,
    tuple: _names,
}
"""How the value of an option is read, by the type of its default; a YAML configuration gives strings."""
