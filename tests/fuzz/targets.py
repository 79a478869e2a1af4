"""What is fuzzed, and what must hold whatever comes in; each target makes a case of chance and judges it."""

from __future__ import annotations

import os
from contextlib import suppress
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from auditlint import Policy
from auditlint.checking import check_text
from auditlint.errors import ConfigError
from auditlint.kubernetes import flags
from auditlint.kubernetes.releases import NEWEST
from auditlint.policy.replaying import replay, replay_one_by_one
from auditlint.settings import config_file
from tests.fuzz import corpus, rewriters, rule_languages, side_files
from tests.fuzz.files import file_of
from tests.fuzz.mutation import PIECES, mutated
from tests.fuzz.sound import assert_sound
from tests.growth import FACTOR, LINEAR, growth

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    Case = tuple[object, ...]

_POLICY = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: None\n  users: [a]\n- level: Metadata\n"


def check(dice: Random) -> None:
    """`check` of a file of any kind."""
    assert_sound(*file_of(dice))


def grown(dice: Random) -> None:
    """`check` of a text in which some lines stand more and more often: the work grows no faster than the text."""
    data, name, kind = file_of(dice)
    text = data.decode("utf-8", "replace").split("\n")
    start = dice.randrange(len(text))
    end = start + dice.randrange(1, 6)

    def work(size: int) -> Callable[[], object]:
        longer = "\n".join([*text[:start], *text[start:end] * size, *text[end:]])
        return lambda: check_text(longer, name=name, as_kind=kind)

    found = growth(work, 25)
    if found > LINEAR * FACTOR:
        found = growth(work, 100)
    assert found <= LINEAR * FACTOR, (name, kind, text[:start], text[start:end], text[end:])


def arguments(dice: Random) -> None:
    """The flags of kube-apiserver, as any list of arguments."""
    from auditlint.kubernetes.known_flags import audit_flags

    names = sorted(audit_flags(NEWEST))
    given = []
    for _ in range(dice.randrange(8)):
        name, value = dice.choice((*names, "feature-gates", "v")), dice.choice(PIECES)
        given.append(
            dice.choice((f"--{name}={value}", f"--{name}", value, f"-{name}", f"--{value}", f"--{name} {value}"))
        )
    minor = dice.randrange(16, NEWEST + 2)
    parsed, again = flags.parse(given, minor), flags.parse(given, minor)
    assert bool(parsed.message) == parsed.refused
    assert (parsed.uses, parsed.errors, parsed.positional) == (again.uses, again.errors, again.positional)
    assert (parsed.validation, parsed.unsure) == (again.validation, again.unsure)
    assert all(0 <= error.position < max(len(given), 1) for error in parsed.errors)


def events(dice: Random) -> None:
    """`replay` of any log: as many events one by one as summed."""
    text = mutated(dice, dice.choice(corpus.logs()).text, corpus.logs())
    policy = Policy.from_text(_POLICY)
    with TemporaryDirectory() as folder:
        path = os.path.join(folder, "audit.log")
        with open(path, "wb") as file:
            file.write(text.encode("utf-8", "surrogatepass"))
        told: list[bytes] = []
        summed = replay([policy], [path])
        one_by_one = replay_one_by_one([policy], [path], told.append)
    assert summed.events == one_by_one.events == b"".join(told).count(b"\n")


def configuration(dice: Random) -> None:
    """A configuration file: settings, or one of our own errors."""
    seed = dice.choice(corpus.CONFIGURATIONS)
    text = mutated(dice, seed.text, corpus.CONFIGURATIONS)
    with TemporaryDirectory() as folder:
        path = os.path.join(folder, seed.name)
        with open(path, "wb") as file:
            file.write(text.encode("utf-8", "surrogatepass"))
        with suppress(ConfigError):
            config_file.load(path)


TARGETS: dict[str, tuple[Callable[[Random], None], int]] = {
    "check": (check, 20),
    "arguments": (arguments, 20),
    "events": (events, 4),
    "configuration": (configuration, 8),
    "detections": (rule_languages.detections, 6),
    "conditions": (rule_languages.conditions, 10),
    "cases": (side_files.cases, 6),
    "baseline": (side_files.baseline, 8),
    "upgrade": (side_files.upgrade, 4),
    "fixes": (rewriters.fixes, 4),
    "ignores": (rewriters.ignores, 4),
    "comments": (rewriters.comments, 8),
    "starter": (rewriters.starter_files, 2),
    "grown": (grown, 1),
}
"""Each with how many cases of it there are for one of the last."""
