"""Reading a line of `check` that is plainly right, so that its start need not wait for click.

Whatever may be wrong or is about other things (help, completion) is left to click: only one of both complains.
"""

from __future__ import annotations

import os
import stat

from auditlint.cli.checking.options import OPTIONS, Asked, Kind, Output, rule_names
from auditlint.errors import ConfigError
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from auditlint.cli.checking.options import Option

_BY_FLAG = {flag: option for option in OPTIONS for flag in option.flags}


class _InDoubtError(Exception):
    """The line may be wrong."""


def read(words: Iterable[str]) -> Asked | None:
    """Return what the words behind `check` ask for, as click would; None where they are not plainly right."""
    paths: list[str] = []
    given: dict[str, list[Any]] = {option.name: [] for option in OPTIONS}
    rest = iter(words)
    try:
        for word in rest:
            if word == "--":
                paths.extend(rest)
            elif len(word) > 1 and word.startswith("-"):
                option, flag, text = _option(word, rest)
                given[option.name].append(True if text is None else _value(option, flag, text))
            else:
                paths.append(word)
        read_paths = tuple(_path(path) for path in paths)
    except _InDoubtError:
        return None
    return Asked(read_paths, **{option.name: _parameter(option, given[option.name]) for option in OPTIONS})


def _option(word: str, rest: Iterator[str]) -> tuple[Option, str, str | None]:
    """Return the option that a word names, how, and its value, which may be the word behind it; None for a flag."""
    flag, equals, text = word.partition("=")
    option = _BY_FLAG.get(flag)
    if option is None or (equals and (option.kind is Kind.FLAG or not flag.startswith("--"))):
        raise _InDoubtError
    if option.kind is Kind.FLAG:
        return option, flag, None
    if equals:
        return option, flag, text
    for following in rest:
        return option, flag, following
    raise _InDoubtError


def _parameter(option: Option, values: list[Any]) -> Any:
    """Return what an option says in the end: of those that are not for several values the last one counts."""
    if option.multiple:
        return tuple(values)
    if option.kind is Kind.FLAG:
        return bool(values)
    return values[-1] if values else option.default


def _value(option: Option, flag: str, text: str) -> Any:
    """Return the value that a text is for an option."""
    if option.kind in {Kind.PATH, Kind.FILE}:
        return _path(text, folder=option.kind is Kind.PATH)
    if option.kind is Kind.RULES:
        try:
            return rule_names(text, flag)
        except ConfigError as error:
            raise _InDoubtError from error
    if option.words is None:
        return text
    word, equals, path = (text, "", "") if option.kind is Kind.WORD else text.partition("=")
    if word not in option.words() or (equals and not path):
        raise _InDoubtError
    return word if option.kind is Kind.WORD else Output(word, path or None)


def _path(path: str, *, folder: bool = True) -> str:
    """Return a path, unless it is there and cannot be read, or is a folder where none may be."""
    try:
        status = os.stat(path)
    except OSError:
        return path
    except ValueError:
        raise _InDoubtError from None
    if not os.access(path, os.R_OK) or (stat.S_ISDIR(status.st_mode) and not folder):
        raise _InDoubtError
    return path
