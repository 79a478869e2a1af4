"""Fixes of many files in one run: as in each alone, and checked again together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint import lint
from auditlint.checking import fix_paths
from tests.fixing.mending import ALL, HEAD

if TYPE_CHECKING:
    import pytest

    from auditlint.report.model import Report

POLICIES = {
    "level": "- level: metadata\n",
    "key": "- level: None\n  verb: [get]\n- level: Metadata\n",
    "case": "- level: None\n  verbs: [GET]\n- level: Metadata\n",
    "twice": '- level: None\n  resources: [{group: "", resources: [pods, pods]}]\n- level: Metadata\n',
    "alias": "- level: None\n  users: &u [a, a]\n- level: None\n  userGroups: *u\n- level: Metadata\n",
    "no end": "- level: Metadata\n  verbs: [get]\n",
    "right": "- level: Metadata\n",
}
TEXTS = {f"{name} {number}.yaml": f"{HEAD}{text}".encode() for name, text in POLICIES.items() for number in range(4)}


def test_many_files_are_fixed_as_each_alone() -> None:
    together = {file.path: file.after for file in fix_paths((), ALL, texts=TEXTS, unsafe=True).files}
    alone = (fix_paths((), ALL, texts={name: data}, unsafe=True).files for name, data in TEXTS.items())
    assert together == {file.path: file.after for files in alone for file in files}


def test_the_run_is_not_checked_again_for_each_file(monkeypatch: pytest.MonkeyPatch) -> None:
    once = lint.check
    runs: list[Report] = []

    def counting(*arguments: object, **named: object) -> Report:
        runs.append(once(*arguments, **named))  # type: ignore[arg-type]
        return runs[-1]

    def asked(names: list[str]) -> int:
        runs.clear()
        fix_paths((), ALL, texts={name: TEXTS[name] for name in names}, unsafe=True)
        return len(runs)

    monkeypatch.setattr(lint, "check", counting)
    one_of_each = [name for name in TEXTS if name.endswith(" 0.yaml")]
    assert asked(list(TEXTS)) <= asked(one_of_each) + 4
