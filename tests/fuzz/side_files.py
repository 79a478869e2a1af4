"""Fuzzing the files beside policies: tests of them, baselines, and the same files in another release."""

from __future__ import annotations

import os
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from auditlint.errors import CaseFileError, ConfigError, QuestionError
from auditlint.kubernetes.releases import NEWEST, OLDEST
from auditlint.settings import baselines
from auditlint.testing import read, run_files, updating
from auditlint.text.source import lines
from auditlint.upgrading import upgrade_paths
from tests.fuzz import corpus
from tests.fuzz.files import file_of
from tests.fuzz.mutation import mutated
from tests.fuzz.sound import assert_inside, assert_line_inside, assert_valid

if TYPE_CHECKING:
    from random import Random


def cases(dice: Random) -> None:
    """`test` of any file of cases: results, or one error with a line; `--update` makes all that it may change true."""
    with TemporaryDirectory() as folder:
        policy, path = os.path.join(folder, "audit-policy.yaml"), os.path.join(folder, "a.test.yaml")
        seed = dice.choice(corpus.POLICIES).text
        _write(policy, mutated(dice, seed, corpus.POLICIES) if dice.random() < 0.1 else seed)
        data = _write(path, mutated(dice, dice.choice(corpus.CASES).text, corpus.CASES))
        assert_valid("test", "test-results", lambda: run_files([path]))
        try:
            file = read(path)
            updated = updating.update(file)
        except CaseFileError as error:
            assert_line_inside(str(error), path, data)
            return
        updating.write(file, updated)
        again = read(path)
        assert updating.update(again).content == updated.content
        assert len(again.cases) == len(file.cases)


def baseline(dice: Random) -> None:
    """A baseline: its entries, which are the same when they are written and read again, or an error with a line."""
    with TemporaryDirectory() as folder:
        text = mutated(dice, dice.choice(corpus.BASELINES).text, corpus.BASELINES)
        assert_read_or_told(os.path.join(folder, "baseline.json"), text)


def assert_read_or_told(path: str, text: str) -> None:
    """Write a baseline to a path and read it."""
    data = _write(path, text)
    try:
        found = baselines.read(path)
    except ConfigError as error:
        assert_line_inside(str(error), path, data)
        return
    assert all(1 <= line <= len(lines(data)) for line in found.lines().values())
    _write(path, baselines.written(found.entries))
    again = baselines.read(path)
    assert sorted(again.entries) == sorted(found.entries)
    assert again.lines() == {entry[:3]: number for number, entry in enumerate(again.entries, 5)}


def upgrade(dice: Random) -> None:
    """`upgrade` of any file from any release to any other: changes in order, with places in the text."""
    data, name, kind = file_of(dice)
    to = f"1.{dice.randrange(OLDEST, NEWEST + 1)}"
    now = f"1.{dice.randrange(OLDEST, NEWEST + 1)}" if dice.random() < 0.9 else None
    try:
        found = upgrade_paths((), to, from_version=now, as_kind=kind, texts={name: data})
    except QuestionError:
        if now is None:
            return
        raise
    assert not found.crashed, found.crashed
    for change in found.changes:
        assert_inside(change.span, lines(data))
    places = [(change.path, change.span.line, change.span.column) for change in found.changes]
    assert places == sorted(places)
    said = [(change.kind, change.word, change.span, change.pointer, change.message) for change in found.changes]
    assert len(set(said)) == len(said), said
    again = upgrade_paths((), to, from_version=now, as_kind=kind, texts={name: data})
    assert_valid("upgrade", "upgrade", iter((found, again)).__next__)


def _write(path: str, text: str) -> bytes:
    data = text.encode("utf-8", "surrogatepass")
    with open(path, "wb") as file:
        file.write(data)
    return data
