"""Checking files and texts from Python, as `auditlint check` does it."""

from __future__ import annotations

import os
from types import MappingProxyType
from typing import TYPE_CHECKING

from auditlint import lint
from auditlint.finding import Notice
from auditlint.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from auditlint.fixing import Fixed
    from auditlint.lint import Source, Workspace
    from auditlint.report.model import Report


def check_paths(
    paths: Iterable[str | os.PathLike[str]],
    settings: Settings = Settings(),  # noqa: B008  (it never changes)
    *,
    as_kind: str | None = None,
    exclude: Sequence[str] = (),
    texts: Mapping[str, bytes] = MappingProxyType({}),
    keep: Callable[[Source], bool] | None = None,
    progress: Callable[[int], None] | None = None,
    workspace: Workspace | None = None,
    debug: bool = False,
) -> Report:
    """Return what there is to say of files and of all that folders hold, judged together.

    `as_kind` names a carrier: every file is one of its, whatever it looks like. `exclude` holds patterns of files that
    a search passes over, relative to the working directory. `texts` are checked with the files, and replace those of
    the same name. `keep` tells which sources are looked at, all if there is none. `progress` is called with the number
    of files read so far. A `workspace` that is given again makes a second run cost only what changed. What cannot be
    read is in the report's `failed`; `debug` lets the exceptions of our own bugs pass, which are else in its `crashed`.
    """
    missing, noted = list[Notice](), list[Notice]()
    sources = filter(keep, lint.with_texts(_found(paths, settings, exclude, missing, noted), texts))
    report = lint.check(sources, settings, as_kind=as_kind, progress=progress, workspace=workspace, debug=debug)
    return report._replace(failed=(*missing, *report.failed), notices=(*noted, *report.notices))


def fix_paths(
    paths: Iterable[str | os.PathLike[str]],
    settings: Settings = Settings(),  # noqa: B008  (it never changes)
    *,
    unsafe: bool = False,
    writing: bool = True,
    as_kind: str | None = None,
    exclude: Sequence[str] = (),
    texts: Mapping[str, bytes] = MappingProxyType({}),
    keep: Callable[[Source], bool] | None = None,
    progress: Callable[[int], None] | None = None,
    workspace: Workspace | None = None,
    debug: bool = False,
) -> Fixed:
    """Return what files are after the fixes of what is shown, and what is left to say of them; nothing is written.

    `unsafe`: also fixes that may change what the author meant. `writing`: the files are to be written, so those that
    are read-only stay as they are, and are in the report's `failed`. The other arguments are as for `check_paths`.
    """
    from auditlint import fixing

    missing, noted = list[Notice](), list[Notice]()
    sources = list(filter(keep, lint.with_texts(_found(paths, settings, exclude, missing, noted), texts)))
    fixed = fixing.fix(
        sources,
        settings,
        unsafe=unsafe,
        writing=writing,
        as_kind=as_kind,
        progress=progress,
        workspace=workspace or lint.Workspace(),
        debug=debug,
    )
    report = fixed.report
    report = report._replace(failed=(*missing, *report.failed), notices=(*noted, *report.notices))
    return fixed._replace(report=report)


def _found(
    paths: Iterable[str | os.PathLike[str]],
    settings: Settings,
    exclude: Sequence[str],
    missing: list[Notice],
    noted: list[Notice],
) -> Iterator[Source]:
    """Return what paths lead to; folders that cannot be listed are added to `missing`, what else is odd to `noted`."""
    excluded = (lint.Excluded(settings.folder, settings.exclude), lint.Excluded(".", tuple(exclude)))
    telling = lint.Telling(lambda *why: missing.append(Notice(*why)), lambda *what: noted.append(Notice(*what)))
    return lint.expand([os.fspath(path) for path in paths], excluded, telling)


def check_text(
    text: str | bytes,
    settings: Settings = Settings(),  # noqa: B008  (it never changes)
    *,
    name: str = "<text>",
    as_kind: str | None = None,
) -> Report:
    """Return what there is to say of one text; its findings call it by `name`, `as_kind` is as for `check_paths`."""
    data = text.encode() if isinstance(text, str) else text
    return check_paths((), settings, as_kind=as_kind, texts={name: data})
