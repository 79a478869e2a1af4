"""Checking files and texts from Python, as `auditlint check` does it."""

from __future__ import annotations

import os
from collections import Counter
from types import MappingProxyType

from auditlint import lint
from auditlint.finding import Notice
from auditlint.report.model import Hidden
from auditlint.settings import Settings
from auditlint.text.source import Telling
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from auditlint.lint import Source, Workspace
    from auditlint.lint.sources import Scope
    from auditlint.report.model import Report
    from auditlint.rewriting import Fixed


def check_paths(
    paths: Iterable[str | os.PathLike[str]],
    settings: Settings = Settings(),  # noqa: B008  (it never changes)
    *,
    as_kind: str | None = None,
    exclude: Sequence[str] = (),
    force_exclude: bool = False,
    texts: Mapping[str, bytes] = MappingProxyType({}),
    keep: Callable[[Source], bool] | None = None,
    progress: Callable[[int], None] | None = None,
    workspace: Workspace | None = None,
    debug: bool = False,
) -> Report:
    """Return what there is to say of files and of all that folders hold, judged together.

    `as_kind` names a carrier: every file is one of its, whatever it looks like. `exclude` holds patterns of files that
    a search passes over, relative to the working directory; with `force_exclude` named ones too. `texts` are checked
    with the files, and replace those of the same name. `keep` tells which sources are looked at, all if there is none.
    `progress` is called with the number of files read so far. A `workspace` that is given again makes a second run cost
    only what changed. What cannot be read is in the report's `failed`; `debug` lets the exceptions of our own bugs
    pass, which are else in its `crashed`.
    """
    found = Search()
    sources = filter(keep, found.of(paths, lint.scope(settings, exclude, force=force_exclude), texts))
    report = lint.check(sources, settings, as_kind=as_kind, progress=progress, workspace=workspace, debug=debug)
    return found.told(report)


def fix_paths(
    paths: Iterable[str | os.PathLike[str]],
    settings: Settings = Settings(),  # noqa: B008  (it never changes)
    *,
    unsafe: bool = False,
    writing: bool = True,
    as_kind: str | None = None,
    exclude: Sequence[str] = (),
    force_exclude: bool = False,
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

    found = Search()
    sources = list(filter(keep, found.of(paths, lint.scope(settings, exclude, force=force_exclude), texts)))
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
    return fixed._replace(report=found.told(fixed.report))


def ignore_paths(
    paths: Iterable[str | os.PathLike[str]],
    settings: Settings = Settings(),  # noqa: B008  (it never changes)
    *,
    reason: str,
    as_kind: str | None = None,
    exclude: Sequence[str] = (),
    force_exclude: bool = False,
    texts: Mapping[str, bytes] = MappingProxyType({}),
    keep: Callable[[Source], bool] | None = None,
    progress: Callable[[int], None] | None = None,
    workspace: Workspace | None = None,
    debug: bool = False,
) -> Fixed:
    """Return what files are with ignore comments for what is shown, and what is left to say; nothing is written.

    `reason` is one line, which each comment ends with. The other arguments are as for `check_paths`.
    """
    from auditlint import ignoring

    found = Search()
    sources = list(filter(keep, found.of(paths, lint.scope(settings, exclude, force=force_exclude), texts)))
    ignored = ignoring.ignore(
        sources,
        settings,
        reason,
        as_kind=as_kind,
        progress=progress,
        workspace=workspace or lint.Workspace(),
        debug=debug,
    )
    return ignored._replace(report=found.told(ignored.report))


class Search:
    """What a search for files met besides them."""

    def __init__(self) -> None:
        self.failed: list[Notice] = []
        self.notices: list[Notice] = []
        self._hidden: Counter[tuple[str, bool]] = Counter()

    def of(self, paths: Iterable[str | os.PathLike[str]], scope: Scope, texts: Mapping[str, bytes]) -> Iterator[Source]:
        """Yield what paths lead to, and texts."""
        telling = Telling(
            failed=lambda *why: self.failed.append(Notice(*why)),
            noted=lambda *what: self.notices.append(Notice(*what)),
            hidden=lambda by, _path, is_folder: self._hidden.update([(by, is_folder)]),
        )
        found = lint.expand([os.fspath(path) for path in paths], scope, telling)
        return lint.allowed(lint.with_texts(found, texts), scope, telling)

    def told(self, report: Report) -> Report:
        """Return a report with what was met."""
        hidden = tuple(
            Hidden(by, files=self._hidden[by, False], folders=self._hidden[by, True])
            for by in dict.fromkeys(by for by, _ in self._hidden)
        )
        return report._replace(
            failed=(*self.failed, *report.failed),
            notices=(*self.notices, *report.notices),
            hidden=(*report.hidden, *hidden),
        )


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
