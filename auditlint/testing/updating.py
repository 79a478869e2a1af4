"""Writing what the policy does today into the cases of a file; comments and all else stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.change import SetValue
from auditlint.errors import CaseFileError
from auditlint.kubernetes.match import evaluate
from auditlint.testing.every import Every
from auditlint.text import editing, source
from auditlint.text.cut import made
from auditlint.text.encoding import encoded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.change import Content
    from auditlint.kubernetes.match import Decision
    from auditlint.testing.model import Case, CaseFile


class Updated(NamedTuple):
    """A file's new content, and how many of its lines changed."""

    content: bytes
    lines: int


def update(file: CaseFile) -> Updated:
    """Return a file whose single-request cases say what the policy decides, in the keys that they have.

    `at-least`, `at-most` and `every` stay. Raises CaseFileError where a value cannot be replaced by itself.
    """
    changes = tuple(change for case in file.cases for change in _changes(case, file))
    cuts = editing.cuts(file.text, file.root, changes)
    if cuts is None:
        raise CaseFileError(f"{file.path}: what must hold is written in a way that cannot be changed case by case")
    content = encoded(made(file.text.text, cuts), file.text.data)
    if content is None:
        raise CaseFileError(f"{file.path}: the file's encoding cannot be kept")
    lines = {line for cut in cuts for line in _lines(file, cut.start, cut.end)}
    return Updated(content, len(lines))


def write(file: CaseFile, updated: Updated) -> None:
    """Put the new content in the place of the file; raises OSError."""
    if updated.content != file.text.data:
        source.replace_file(file.path, updated.content)


def _changes(case: Case, file: CaseFile) -> Iterator[SetValue]:
    if isinstance(case.asked, Every):
        return
    decision = evaluate(file.policy.held, case.asked)
    for key, value in _today(decision).items():
        if key in case.expected.said and not _is_said(case.expected.said[key], value):
            yield SetValue(("cases", case.number, key), value)


def _today(decision: Decision) -> dict[str, Content]:
    return {"level": decision.level, "rule": decision.rule, "stages": [*decision.stages]}


def _is_said(said: object, value: object) -> bool:
    """Tell whether a value says what the policy does; stages may be in any order."""
    return sorted(said) == sorted(value) if isinstance(said, list) and isinstance(value, list) else said == value


def _lines(file: CaseFile, start: int, end: int) -> range:
    place = file.text.lines.place
    return range(place(start)[0], place(end)[0] + 1)
