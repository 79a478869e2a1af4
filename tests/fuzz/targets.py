"""What is fuzzed, and what must hold whatever comes in; each target makes a case of chance and judges it."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from functools import cache
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import jsonschema

from auditlint import Policy
from auditlint.carriers import registry
from auditlint.checking import check_text
from auditlint.errors import ConfigError
from auditlint.kubernetes import flags
from auditlint.kubernetes.releases import NEWEST
from auditlint.lint.reporting import order
from auditlint.policy.replaying import replay, replay_one_by_one
from auditlint.report import render
from auditlint.settings import config_file
from auditlint.text.source import lines
from tests.fuzz import corpus
from tests.fuzz.corpus import ROOT, Seed
from tests.fuzz.mutation import ENDINGS, PIECES, mutated, wrapped
from tests.growth import FACTOR, LINEAR, growth

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from auditlint.report.model import Report

    Case = tuple[object, ...]

_POLICY = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: None\n  users: [a]\n- level: Metadata\n"


@cache
def _schema() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads((ROOT / "schemas" / "report.schema.json").read_text("utf-8")))


def assert_sound(data: bytes, name: str, as_kind: str | None) -> Report:
    """Check a text twice: nothing crashes, places are in the text, findings are in order, each once, and repeat."""
    report = check_text(data, name=name, as_kind=as_kind)
    assert not report.crashed, report.crashed
    shown = lines(data)
    for one in report.findings:
        for span in (one.span, *(related.span for related in one.related if related.path == name)):
            _assert_inside(span, shown)
    placed = [order(one) for one in report.findings]
    assert placed == sorted(placed)
    said = [(one.rule, one.span, one.pointer, one.document, one.message) for one in report.findings]
    assert len(said) == len(set(said)), [one for one in said if said.count(one) > 1]
    as_json = render("check", "json", report)
    _schema().validate(json.loads(as_json))
    assert as_json == render("check", "json", check_text(data, name=name, as_kind=as_kind))
    return report


def _assert_inside(span: tuple[int, int, int, int], shown: list[str]) -> None:
    for line, column in (span[:2], span[2:]):
        at_end = line == len(shown) + 1 and column == 1
        assert at_end or (0 < line <= max(len(shown), 1) and 0 < column <= len(shown[line - 1] if shown else "") + 1), (
            span
        )
    assert span[:2] <= span[2:], span


def file_of(dice: Random) -> tuple[bytes, str, str | None]:
    """Return a text, the name of its file, and what it is taken for."""
    seed = dice.choice(corpus.files())
    name, text = Seed(seed.name, mutated(dice, seed.text, corpus.files()))
    while dice.random() < 0.25:
        name, text = wrapped(dice, Seed(name, text))
        text = mutated(dice, text, corpus.files()) if dice.random() < 0.3 else text
    if dice.random() < 0.1:
        name = f"x{dice.choice(ENDINGS)}"
    codec = dice.choice(("utf-8", "utf-8", "utf-8", "utf-8", "utf-16", "utf-16-be", "latin-1"))
    kind = dice.choice(registry.names()) if dice.random() < 0.2 else None
    return text.encode(codec, "surrogatepass" if codec != "latin-1" else "replace"), name, kind


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
    parsed = flags.parse(given, minor)
    assert bool(parsed.message) == parsed.refused
    assert parsed == flags.parse(given, minor)
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
    "grown": (grown, 1),
}
"""Each with how many cases of it there are for one of the last."""
