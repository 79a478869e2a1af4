"""Fuzzing detection rules of others: their files, and the conditions in the middle of them."""

from __future__ import annotations

import os
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from auditlint import Policy
from auditlint.detections import reading
from auditlint.detections.condition import tests
from auditlint.detections.languages import eql, kql
from auditlint.detections.languages.falco_syntax import Names, Reader
from auditlint.detections.unreadable import UnreadableError
from auditlint.errors import DetectionsError
from auditlint.text.source import lines
from tests.detections.asking import says
from tests.fuzz import corpus
from tests.fuzz.mutation import PIECES, mutated
from tests.fuzz.sound import assert_valid

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from auditlint.detections.condition import Condition
    from tests.detections.asking import Event

_NAMES = Names({"m": "ka.verb in (l)", "n": "(m or not n)"}, {"l": ["get", "k"], "k": ["list", "l"]})
_EVENT: Event = {"verb": "get", "objectRef.resource": "pods", "user.username": "a", "user.groups": ["b", "c"]}
READERS: dict[str, Callable[[str], tuple[Condition, ...]]] = {
    "falco": lambda text: (Reader(_NAMES).read(text),),
    "kql": lambda text: (kql.read(text),),
    "eql": lambda text: eql.read(text)[0],
}
WORDS = {
    "falco": (
        *("ka.verb", "ka.user.groups", "ka.target.resource", "ka.req.pod.volumes.hostpath", "jevt.value[/verb]", "m"),
        *("=", "!=", "in", "(l)", "(get, k)", "pmatch", "intersects", "exists", "contains", "regex", "glob", "*"),
        *("and", "or", "not", "(", ")", ",", '"', "'", "get", "<", ">=", "startswith", "n"),
    ),
    "kql": (
        *("kubernetes.audit.verb", "user.name", "event.action", "user_agent.original", "data_stream.dataset", "a.b"),
        *(":", "*", "(", ")", "and", "or", "not", '"', "\\", "get", "system\\:node\\:*", ">=", "<", "403", "{", "}"),
    ),
    "eql": (
        *("any", "process", "where", "sequence", "by", "with", "maxspan", "=", "5m", "[", "]", "true", "until", "|"),
        *("kubernetes.audit.verb", "user.name", "==", "!=", ":", "like", "in", "(", ")", ",", '"get"', '"', "?", "~"),
        *("and", "or", "not", "null", "user.id", "kubernetes.audit.user.username", "wildcard", "head 1", "3"),
    ),
}


def detections(dice: Random) -> None:
    """`detect` of any files of rules: each is judged, or told why not, and stands on a line of its file."""
    policy = Policy.from_text(dice.choice(corpus.POLICIES).text)
    with TemporaryDirectory() as folder:
        written: dict[str, bytes] = {}
        for number in range(dice.choice((1, 1, 2))):
            seed = dice.choice(corpus.DETECTIONS)
            path = os.path.join(folder, f"{number}{seed.name}")
            written[path] = mutated(dice, seed.text, corpus.DETECTIONS).encode("utf-8", "surrogatepass")
            with open(path, "wb") as file:
                file.write(written[path])
        found = reading.read([folder])
        for one in found.detections:
            assert 1 <= one.line <= len(lines(written[one.path]))
        assert [(one.path, one.line) for one in found.detections] == sorted(
            (one.path, one.line) for one in found.detections
        )
        assert all("\n" not in notice for notice in found.notices)
        try:
            judged = policy.detect([folder])
        except DetectionsError:
            assert not found.detections
            return
        assert len(judged.judged) == len(found.detections)
        assert_valid("detect", "detect", iter((judged.report, policy.detect([folder]).report)).__next__)


def conditions(dice: Random) -> None:
    """A condition in any of the languages: what it tests, or what of it is not read."""
    language = dice.choice(sorted(READERS))
    count = dice.randrange(1, 14)
    words = [dice.choice(PIECES if dice.random() < 0.05 else WORDS[language]) for _ in range(count)]
    understood(language, dice.choice((" ", " ", "")).join(words))


def understood(language: str, text: str) -> bool:
    """Read a condition; only UnreadableError may be raised. Tell whether it is understood, as it is in parentheses."""
    try:
        found = READERS[language](text)
    except UnreadableError:
        return False
    for one in found:
        list(tests(one))
        says(one, _EVENT)
    if language != "eql":
        assert READERS[language](f"({text})") == found, text
    return True
