"""What changes for the same files between two releases of Kubernetes: the library behind `auditlint upgrade`."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from auditlint import lint
from auditlint.checking import Search
from auditlint.errors import QuestionError
from auditlint.finding import Notice
from auditlint.kubernetes import releases
from auditlint.lint.guard import Guard
from auditlint.report.upgraded import KINDS, Judged, Upgraded
from auditlint.settings import Settings
from auditlint.subjects.model import ApiServer, PolicySubject
from auditlint.upgrading.changes import Way
from auditlint.upgrading.refusals import refusals
from auditlint.upgrading.runs import Runs

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from auditlint.report.upgraded import Change
    from auditlint.upgrading.of_policies import TooHard
    from auditlint.upgrading.runs import Run, Thing

__all__ = ["Upgraded", "upgrade_paths"]


def upgrade_paths(
    paths: Iterable[str | os.PathLike[str]],
    to: str,
    *,
    from_version: str | None = None,
    settings: Settings = Settings(),  # noqa: B008  (it never changes)
    as_kind: str | None = None,
    exclude: Sequence[str] = (),
    texts: Mapping[str, bytes] = MappingProxyType({}),
    progress: Callable[[int], None] | None = None,
    debug: bool = False,
) -> Upgraded:
    """Return what changes for files, and all that folders hold, between the release of today and `to`, such as `1.38`.

    The release of today is `from_version`, or else the one that each file shows: its own, of a policy that of the
    manifest which names it, then that of the settings. QuestionError where nothing tells, or `to` is no version.
    The other arguments are as for `check_paths`; of the settings the release, the cluster and `exclude` count.
    """
    noted: list[Notice] = []
    target = _release(to, "to", noted)
    if from_version is not None:
        settings = settings._replace(minor=_release(from_version, "from", noted), minor_from=releases.OPTION)
    search = Search()
    sources = tuple(search.of(paths, lint.scope(settings, exclude, force=False), texts))
    guard = Guard(debug=debug)
    runs = Runs(sources, settings, as_kind, guard, progress)
    before = runs.today()
    _all_known(before)
    after = runs.judged(target)
    changes = sorted(_changes(runs, before, after, target, noted), key=_order)
    gathered = before.read.gathered
    said = (notice for file in gathered.facts for notice in file.notices)
    return Upgraded(
        _shared(thing.summary.kubernetes for variants in before.things.values() for thing in variants[:1]),
        releases.name(target),
        tuple(_judged(before.things[key][0], after.things[key][0]) for key in before.things if key in after.things),
        tuple(changes),
        tuple(dict.fromkeys((*noted, *search.notices, *said))),
        (
            *search.failed,
            *gathered.unreadable,
            *guard.exhausted.values(),
            *(notice for file in gathered.facts for notice in file.failed),
        ),
        tuple(dict.fromkeys(guard.crashed)),
    )


def _release(text: str, parameter: str, noted: list[Notice]) -> int:
    """Return the release that a version names, or the known one nearest to it, with a notice."""
    minor = releases.from_text(text)
    if minor is None:
        such = releases.name(releases.NEWEST)
        raise QuestionError(f'{parameter}: "{text}" is not a Kubernetes version, write one such as {such}')
    found = releases.target(minor)
    if found.notice:
        noted.append(Notice("", found.notice))
    return found.minor


def _all_known(run: Run) -> None:
    """Raise a QuestionError where nothing says which release something runs on."""
    for variants in run.things.values():
        one = variants[0].summary
        if one.kubernetes_from == releases.DEFAULT:
            such = releases.name(releases.NEWEST - 1)
            raise QuestionError(
                f"from: {one.path}:{one.line}: nothing says which release this is for now, give one such as {such}"
            )


def _shared(versions: Iterable[str]) -> str | None:
    """Return the one release of all subjects; None where there is none, or several."""
    known = set(versions)
    return known.pop() if len(known) == 1 else None


def _judged(before: Thing, after: Thing) -> Judged:
    now, then = before.summary, after.summary
    return Judged(
        now.kind,
        now.path,
        now.carrier,
        now.document,
        now.pointer,
        now.line,
        now.kubernetes,
        now.kubernetes_from,
        now.refused_by,
        then.refused_by,
    )


def _changes(runs: Runs, before: Run, after: Run, target: int, noted: list[Notice]) -> Iterator[Change]:
    """Yield all changes, each once: two servers may name one policy or one kubeconfig."""
    hard: dict[tuple[str, int], None] = {}

    def too_hard(policy: PolicySubject, rule: int) -> None:
        hard[policy.path, policy.places.key(policy.at("rules", rule)).line] = None

    told: set[tuple[object, ...]] = set()
    for key in before.things:
        here: set[tuple[object, ...]] = set()
        for old in before.things[key] if key in after.things else ():
            found = list(_of_thing(runs, old, after.things[key][0], Way(old.subject.minor, target), too_hard))
            yield from (one for one in found if _place(one) not in here and (*_place(one), one.message) not in told)
            here.update(map(_place, found))
            told.update((*_place(one), one.message) for one in found)
    for path, line in hard:
        noted.append(Notice(path, "this rule is too hard to decide in full, so not all changes are told", line))


def _place(change: Change) -> tuple[object, ...]:
    """Return where a change is, what it is about and since when it is so."""
    return change.kind, change.word, change.since, change.path, change.document, change.pointer


def _of_thing(runs: Runs, old: Thing, new: Thing, way: Way, too_hard: TooHard) -> Iterator[Change]:
    """Yield what changes for one thing, as the release of today and the one to come have it."""
    if way.before == way.after:
        return
    yield from refusals(runs, old, new, way)
    if isinstance(old.subject, PolicySubject) and isinstance(new.subject, PolicySubject):
        from auditlint.upgrading.of_policies import of_policy

        yield from of_policy(old.subject, new.subject, way, too_hard)
    elif isinstance(old.subject, ApiServer) and isinstance(new.subject, ApiServer):
        from auditlint.upgrading.of_servers import of_server

        if not old.reasons and not new.reasons:
            yield from of_server(old.subject, new.subject, way)


def _order(change: Change) -> tuple[str, int, int, int, str, int]:
    kind = list(KINDS).index(change.kind)
    since = int(change.since.partition(".")[2])
    return change.path, change.span.line, change.span.column, kind, change.word, since
