"""Fuzzing what writes: fixes, ignore comments, and the files of `init`; what they write is read again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from auditlint import starter
from auditlint.checking import check_paths, fix_paths, ignore_paths
from auditlint.finding import Severity
from auditlint.kubernetes.releases import NEWEST, OLDEST
from auditlint.profiles import names as profile_names
from auditlint.settings import Settings, with_profiles, with_version
from auditlint.starter import StartError
from tests.fuzz import corpus
from tests.fuzz.corpus import Seed
from tests.fuzz.files import file_of
from tests.fuzz.mutation import wrapped
from tests.fuzz.sound import assert_sound

if TYPE_CHECKING:
    from random import Random

_ALL = Settings(min_severity=Severity.INFO)


def fixes(dice: Random) -> None:
    """`check --fix` of any file: what it writes is read without a crash, and a second run has nothing to add."""
    data, name, kind = file_of(dice)
    unsafe = dice.random() < 0.5
    fixed = fix_paths((), _ALL, texts={name: data}, as_kind=kind, unsafe=unsafe)
    assert not fixed.report.crashed, fixed.report.crashed
    for file in fixed.files:
        assert file.before == data
        assert file.after != data
        assert_sound(file.after, name, kind)
        assert not fix_paths((), _ALL, texts={name: file.after}, as_kind=kind, unsafe=unsafe).files


def ignores(dice: Random) -> None:
    """`check --add-ignores` of any file: each finding is hidden, or told as one that cannot be."""
    data, name, kind = file_of(dice)
    done = ignore_paths((), _ALL, reason="known", texts={name: data}, as_kind=kind)
    assert not done.report.crashed, done.report.crashed
    told = " ".join(notice.message for notice in done.report.notices)
    assert all(f"so {one.rule} is left" in told for one in done.report.shown)
    for file in done.files:
        assert_sound(file.after, name, kind)
        again = ignore_paths((), _ALL, reason="known", texts={name: file.after}, as_kind=kind)
        assert not again.files


def comments(dice: Random) -> None:
    """Ignore comments on any lines of a text, which may stand inside another."""
    name, text = dice.choice(corpus.files())
    rows = text.split("\n")
    for _ in range(dice.randrange(1, 5)):
        at, comment = dice.randrange(len(rows)), _comment(dice)
        if dice.random() < 0.5:
            rows[at] += f" {comment}"
        else:
            rows.insert(at, f"{' ' * dice.choice((0, 0, 2, 4))}{comment}")
    seed = Seed(name, "\n".join(rows))
    for _ in range(dice.choice((0, 1, 1, 2))):
        seed = wrapped(dice, seed)
    ends = dice.choice(("\n", "\n", "\r\n", "\r"))
    assert_sound(seed.text.replace("\n", ends).encode("utf-8", "surrogatepass"), seed.name, None)


def _comment(dice: Random) -> str:
    names = ("invalid-level", "unreachable-rule", "missing-catch-all", "unused-ignore", "no-such-rule", "", " ", "*")
    listed = ",".join(dice.choice(names) for _ in range(dice.randrange(1, 4)))
    head = dice.choice(("# auditlint: ignore", "#auditlint:ignore", "## AUDITLINT : Ignore", "# auditlint ignore"))
    return f"{head}{dice.choice(('', '', '-file'))}[{listed}]{dice.choice(('', ' because', ' ]', '#', ' # x'))}"


def starter_files(dice: Random) -> None:
    """`init` for any cluster: no profile is met, or every file is one that `check` has nothing to say of."""
    chosen = tuple(dice.sample(sorted(profile_names()), dice.choice((0, 1, 1, 2))))
    carrier, minor = dice.choice(starter.names()), dice.randrange(OLDEST, NEWEST + 1)
    try:
        made = starter.start(carrier, chosen, nodes=dice.choice((1, 3, 10, 99, 1_000, 100_000)), minor=minor)
    except StartError:
        if len(chosen) > 1:
            return
        raise
    texts = {os.path.join("new", file.name): file.text.encode() for file in made.files}
    for name, data in texts.items():
        assert_sound(data, name, None)
    settings = with_version(_ALL, f"1.{minor}", "test")
    report = check_paths((), with_profiles(settings, chosen, "test") if chosen else settings, texts=texts)
    assert not report.live, report.live
