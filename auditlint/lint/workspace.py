"""Files kept by content: what was recognised in each, so that a second run costs only what changed.

A workspace lives as long as its user does: for one run of the command, for hours in an editor.
"""

from __future__ import annotations

import os
from contextlib import suppress

from auditlint.carriers import recognise
from auditlint.finding import Notice
from auditlint.lint import ignores
from auditlint.lint.facts import Asked, Facts
from auditlint.lint.judging import Judgements
from auditlint.records import NamedTuple
from auditlint.subjects.model import ApiServer
from auditlint.text import source
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from auditlint.carriers.custom_resource import Definitions
    from auditlint.carriers.unread_settings import Setting
    from auditlint.lint.facts import Asking
    from auditlint.lint.guard import Guard
    from auditlint.lint.reporting import Told
    from auditlint.lint.sources import Source


class Workspace:
    """The facts of files, by path and what was asked; those of a file are worked out again when its content changed."""

    def __init__(self) -> None:
        self._facts: dict[tuple[str, bool, Asked], Facts] = {}
        self._told: dict[str, tuple[object, Told]] = {}
        self.judgements = Judgements()

    def facts(self, given: Source, asked: Asked) -> Facts:
        """Return what a file holds; raises UnreadableError."""
        data = source.read_file(given.path) if given.data is None else given.data
        key = (given.path, given.named, asked)
        known = self._facts.get(key)
        if known is not None and known.data == data:
            return known
        found = _recognised(given, data, asked)
        if found.data:
            self._facts[key] = found
        return found

    def told(self, path: str, basis: tuple[object, ...], work: Callable[[], Told]) -> Told:
        """Return what was told of a file last time if that was on the same basis, else what the work gives."""
        known = self._told.get(path)
        if known is None or known[0] != basis:
            known = self._told[path] = basis, work()
        return known[1]


class Gathered(NamedTuple):
    """The files of one run, and those that could not be read."""

    facts: tuple[Facts, ...]
    unreadable: tuple[Notice, ...]


def gather(
    sources: Iterable[Source],
    workspace: Workspace,
    asking: Asking,
    guard: Guard,
    progress: Callable[[int], None] | None,
) -> Gathered:
    """Return what the sources hold; `progress` is called with the number of files read so far."""
    facts: list[Facts] = []
    unreadable: list[Notice] = []
    manifests: dict[str, Source] = {}
    for given in sources:
        if progress:
            progress(len(facts))
        with guard.over(given.path, "recognising what it holds"):
            try:
                facts.append(workspace.facts(given, asking(given.path)))
            except source.UnreadableError as error:
                unreadable.append(Notice(given.path, error.reason))
            else:
                if given.beside and _has_static_pod(facts[-1]):
                    manifests.setdefault(os.path.dirname(given.path), given)
    facts += _beside(manifests.values(), {one.path for one in facts}, workspace, asking, guard)
    return Gathered(tuple(facts), tuple(unreadable))


def _beside(
    manifests: Iterable[Source], known: set[str], workspace: Workspace, asking: Asking, guard: Guard
) -> Iterator[Facts]:
    """Yield the static Pods in files beside others whose names no search looks for, such as `kube-apiserver.bak`."""
    for manifest in manifests:
        for given in manifest.beside() if manifest.beside else ():
            if given.path in known:
                continue
            with guard.over(given.path, "recognising what it holds"), suppress(source.UnreadableError):
                found = workspace.facts(given, asking(given.path))
                if _has_static_pod(found):
                    yield found


def _has_static_pod(facts: Facts) -> bool:
    return any(isinstance(subject, ApiServer) and subject.pod for subject in facts.subjects)


def _recognised(given: Source, data: bytes, asked: Asked) -> Facts:
    found = recognise.recognise(
        given.path, data, as_kind=asked.as_kind, named=given.named, minor=asked.minor, origin=asked.minor_from
    )
    defines = _definitions(given) if found.defines else None
    if found.subjects:
        marks = tuple(sorted(mark.span for text in found.texts for mark in text.marks))
        told = ignores.read(found.texts), marks, found.notices
        return Facts(given.path, data, found.subjects, *told, defines=defines, given=given.data)
    notices, failed, setting = [*found.notices], [], None
    if asked.as_kind and asked.as_kind != "policy":
        failed.append(Notice(given.path, f"holds nothing that --as {asked.as_kind} can take"))
    elif not asked.as_kind and not found.defines and found.may_hold and (setting := _unread(given.path, data)):
        where = () if any(notice.line for notice in notices) else (Notice(given.path, setting.notice, setting.line),)
        notices = [*(notice for notice in notices if notice.line), *where]
    elif given.named and not found.notices and not found.defines:
        notices.append(Notice(given.path, "holds no audit policy and starts no kube-apiserver: passed over"))
    # Nobody looks at the text again, and a folder may hold any number of such files.
    return Facts(
        given.path,
        b"",
        notices=tuple(notices),
        failed=tuple(failed),
        defines=defines,
        given=given.data,
        unread=setting is not None,
    )


def _unread(path: str, data: bytes) -> Setting | None:
    """Return an audit setting in a text that no subject was found in."""
    from auditlint.carriers import unread_settings

    return unread_settings.first(path, data)


def _definitions(given: Source) -> Definitions:
    from auditlint.carriers.custom_resource import Definitions  # few runs have any

    return Definitions(given.path, given.data)
