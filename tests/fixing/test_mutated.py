"""Policies with every kind of mistake are mended without a crash, and a second run has nothing to add."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from auditlint import fixing
from auditlint.checking import fix_paths
from auditlint.rewriting import Rewriting
from auditlint.text import reader
from auditlint.text.cut import Cut, made
from auditlint.text.encoding import encoded
from auditlint.text.whole import Whole
from tests.agreement.blunders import blundered
from tests.agreement.dice import Dice
from tests.agreement.mutator import mutated
from tests.agreement.texts import as_value, everyday
from tests.agreement.writer import write
from tests.fixing.mending import ALL, NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from auditlint.finding import Edit
    from auditlint.report.model import Report


def after_edits(data: bytes, edits: tuple[Edit, ...]) -> bytes | None:
    text = Whole(data)
    at = text.lines.offset
    cuts = [Cut(at(*edit.span[:2]), at(*edit.span[2:]), edit.text) for edit in edits]
    return encoded(made(text.text, cuts), data)


def check(data: bytes, *, unsafe: bool) -> None:
    fixed = fix_paths((), ALL, texts={NAME: data}, unsafe=unsafe, debug=True)
    if not fixed.files:
        return
    after = fixed.files[0].after
    assert after != data
    assert reader.read(after).error is None
    assert not fix_paths((), ALL, texts={NAME: after}, unsafe=unsafe, debug=True).files
    if len(fixed.findings) == 1 and fixed.findings[0].fix:
        assert after_edits(data, fixed.findings[0].fix.edits) == after


def test_fixes_that_cannot_be_proved_do_not_keep_others_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of lists that JSON decodes one over the other, no duplicate key can be taken out by itself."""
    keys = ('"level": "None"', '"users": ["a"]', '"verbs": ["get"]', '"namespaces": ["b"]')
    lists = [f'"rules": [{", ".join(["{" + ", ".join(keys * times) + "}"] * 3)}]' for times in (1, 2, 3, 2)]
    stages = '"omitStages": ["RequestReceived"]'
    text = f'{{"apiVersion": "audit.k8s.io/v1", "kind": "Policy", {", ".join([*lists, stages, stages])}}}'
    checked: list[Report] = []
    check = Rewriting.check

    def counted(run: Rewriting, changed: Mapping[str, bytes]) -> Report:
        checked.append(check(run, changed))
        return checked[-1]

    monkeypatch.setattr(Rewriting, "check", counted)
    monkeypatch.setattr(fixing, "_ROUNDS", 5)
    fixed = fix_paths((), ALL, texts={NAME: text.encode()})
    assert [one.pointer for one in fixed.findings] == ["/omitStages"]
    hopeless = [one for one in fixed.report.live if one.fix]
    assert len(hopeless) == 12
    assert len(checked) < 5 * len(hopeless)


@settings(max_examples=40, deadline=None)
@given(everyday(), st.binary(min_size=8, max_size=60), st.booleans())
def test_blunders_are_mended_once_and_for_all(policy: object, throws: bytes, unsafe: bool) -> None:  # noqa: FBT001
    dice = Dice(throws)
    check(write(blundered(as_value(policy), dice), dice), unsafe=unsafe)  # type: ignore[arg-type]


@settings(max_examples=40, deadline=None)
@given(everyday(), st.binary(min_size=8, max_size=60), st.booleans())
def test_slips_of_the_hand_are_mended_once_and_for_all(policy: object, throws: bytes, unsafe: bool) -> None:  # noqa: FBT001
    dice = Dice(throws)
    text = write(as_value(policy), dice).decode("utf-8", "replace")  # type: ignore[arg-type]
    check(mutated(text, dice), unsafe=unsafe)
