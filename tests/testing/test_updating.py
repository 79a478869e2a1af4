"""Bringing a test file up to date: what must hold is what the policy does, and all else stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from auditlint.errors import CaseFileError
from auditlint.testing import read, run, update
from tests.cli.conftest import GOOD

if TYPE_CHECKING:
    from pathlib import Path

OLD = """\
policy: p.yaml   # the policy
cases:
# secrets
- name: 'quoted'
  path: /healthz
  level: None    # to be changed
  rule: null
  stages:
  - Panic
- {path: /b, level: "Request", at-least: Request, stages: [Panic, ResponseComplete, ResponseStarted]}
- every: {resources: [secrets]}
  level: Request
"""
NEW = """\
policy: p.yaml   # the policy
cases:
# secrets
- name: 'quoted'
  path: /healthz
  level: Metadata    # to be changed
  rule: 0
  stages: [ResponseStarted, ResponseComplete, Panic]
- {path: /b, level: "Metadata", at-least: Request, stages: [Panic, ResponseComplete, ResponseStarted]}
- every: {resources: [secrets]}
  level: Request
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.yaml").write_text(GOOD, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("encode", [str.encode, lambda text: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()])
def test_only_what_must_hold_changes(folder: Path, encode: object) -> None:
    assert callable(encode)
    (folder / "c.test.yaml").write_bytes(encode(OLD))
    updated = update(read("c.test.yaml"))
    assert (updated.content, updated.lines) == (encode(NEW), 5)
    (folder / "c.test.yaml").write_bytes(updated.content)
    assert update(read("c.test.yaml")) == (updated.content, 0)
    assert [case.passed for case in run(read("c.test.yaml")).cases] == [True, False, False]


def test_null_is_written(folder: Path) -> None:
    (folder / "p.yaml").write_text(GOOD + "  users: [a]\n", encoding="utf-8")
    (folder / "c.test.yaml").write_text("policy: p.yaml\ncases: [{path: /a, rule: 0}]\n", encoding="utf-8")
    assert update(read("c.test.yaml")).content == b"policy: p.yaml\ncases: [{path: /a, rule: null}]\n"


def test_an_alias_becomes_a_value(folder: Path) -> None:
    text = "policy: p.yaml\ncases:\n- {path: /a, level: &one None}\n- {path: /b, level: *one}\n"
    (folder / "c.test.yaml").write_text(text, encoding="utf-8")
    assert update(read("c.test.yaml")).content.decode() == text.replace("None", "Metadata").replace("*one", "Metadata")


def test_what_cases_share_is_not_changed_for_one_of_them(folder: Path) -> None:
    text = "policy: p.yaml\ncases:\n- &one {path: /a, level: None}\n- {<<: *one, path: /b}\n"
    (folder / "c.test.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CaseFileError, match="cannot be changed case by case"):
        update(read("c.test.yaml"))
