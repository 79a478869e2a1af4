"""Baselines: what an old repository has is known, and what is new is told."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import jsonschema
import pytest

from auditlint.kubernetes import data
from auditlint.settings import baselines
from tests.cli.test_exit_codes import complaint

if TYPE_CHECKING:
    from pathlib import Path
    from subprocess import CompletedProcess

    from tests.cli.conftest import Auditlint
    from tests.cli.test_exit_codes import Write

HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n"
OLD = f"{HEAD}- level: Metadata\n- level: None\n  users: [jane]\n- level: Request\n  users: [joe]\n"
"""Two rules are never used."""
REFUSED = f"{HEAD}- level: metadata\n- level: none\n"


def closing(run: CompletedProcess[str]) -> str:
    return run.stderr.splitlines()[-1]


def told(run: CompletedProcess[str]) -> list[str]:
    """Return place and rule of what is told."""
    return [
        f"{':'.join(line.split(':')[:2])} {line.rpartition('[')[2][:-1]}"
        for line in run.stdout.splitlines()
        if ": note: " not in line
    ]


@pytest.fixture
def known(auditlint: Auditlint, write: Write) -> None:
    """Write a baseline of two old files."""
    write("a.yaml", OLD)
    write("b.yaml", REFUSED)
    run = auditlint("check", "--write-baseline", "old.json", ".")
    assert (run.returncode, run.stdout) == (0, "")


def test_writing_one_says_what_it_holds(auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    write("a.yaml", OLD)
    report = json.loads(auditlint("check", "--format", "json", "a.yaml").stdout)
    run = auditlint("check", "--write-baseline", "old.json", ".")
    number = len(report["findings"])
    assert run.stderr == f"wrote {number} findings in 1 file to old.json: check with --baseline old.json\n"
    written = json.loads((tmp_path / "old.json").read_text())
    jsonschema.validate(written, data.table("baseline.schema"))
    assert {entry["rule"] for entry in written["findings"]} >= {finding["rule"] for finding in report["findings"]}
    assert "info" in {finding["severity"] for finding in report["findings"]}


@pytest.mark.usefixtures("known")
def test_what_is_known_is_hidden_and_counted(auditlint: Auditlint) -> None:
    run = auditlint("check", "--baseline", "old.json", "--min-severity", "info", ".")
    assert (run.returncode, run.stdout) == (0, "")
    assert closing(run).startswith("1 of 2 policies is refused; 2 policies, 0 apiservers; no findings; hidden: ")
    assert closing(run).endswith(" findings by old.json")
    report = json.loads(auditlint("check", "--baseline", "old.json", "--format", "json", ".").stdout)
    assert {finding["suppressed"]["by"] for finding in report["findings"]} == {"baseline"}
    jsonschema.validate(report, data.table("report.schema"))


@pytest.mark.usefixtures("known")
def test_the_same_is_told_without_it_as_before(auditlint: Auditlint) -> None:
    hidden = json.loads(auditlint("check", "--baseline", "old.json", "--format", "json", ".").stdout)["findings"]
    plain = json.loads(auditlint("check", "--format", "json", "a.yaml", "b.yaml").stdout)["findings"]
    assert [{**finding, "suppressed": None} for finding in hidden] == plain


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    "changed",
    [
        f"# a comment\n\n{REFUSED}",
        REFUSED.replace("rules:\n", "omitStages: []\nrules:\n\n"),
        REFUSED.replace("- level", "  - level"),
        REFUSED.replace("level: none", "level: none  # as agreed"),
        REFUSED.replace("\n", "\r\n"),
    ],
)
def test_lines_may_move(auditlint: Auditlint, write: Write, changed: str) -> None:
    run = auditlint("check", "--baseline", "old.json", "--select", "invalid-level", write("b.yaml", changed))
    assert (run.stdout, run.returncode) == ("", 0)


@pytest.mark.usefixtures("known")
def test_what_is_new_is_told(auditlint: Auditlint, write: Write) -> None:
    write("b.yaml", REFUSED + "- level: metadata\n- level: nothing\n")
    run = auditlint("check", "--baseline", "old.json", ".")
    assert run.returncode == 1
    assert told(run) == ["b.yaml:6 invalid-level", "b.yaml:7 invalid-level"]


@pytest.mark.usefixtures("known")
def test_a_rule_that_is_changed_is_another_one(auditlint: Auditlint, write: Write) -> None:
    write("a.yaml", OLD.replace("[jane]", "[jane, jim]"))
    run = auditlint("check", "--baseline", "old.json", "--select", "unreachable-rule", ".")
    assert told(run) == ["a.yaml:5 unreachable-rule"]


@pytest.mark.usefixtures("known")
def test_what_is_mended_is_stale(auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    write("b.yaml", REFUSED.replace("none", "None"))
    run = auditlint("check", "--baseline", "old.json", ".")
    lines = (tmp_path / "old.json").read_text().splitlines()
    line = next(number for number, text in enumerate(lines, 1) if '"none"' in text)
    assert run.stderr.splitlines()[0] == (
        f"old.json:{line}:1: note: no longer found in b.yaml: 1 invalid-level: "
        "write it again with --write-baseline old.json"
    )
    again = auditlint("check", "--write-baseline", "old.json", ".")
    assert ", 0 of them new: check with" in again.stderr
    assert "no longer" not in auditlint("check", "--baseline", "old.json", ".").stderr


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("changed", [OLD.replace("Metadata", "metadata"), f"{OLD} x\n"])
def test_what_cannot_be_judged_is_not_stale(auditlint: Auditlint, write: Write, changed: str) -> None:
    write("a.yaml", changed)
    assert "unreachable-rule" not in auditlint("check", "--baseline", "old.json", ".").stderr


@pytest.mark.usefixtures("known")
def test_only_what_a_run_looks_for_is_stale(auditlint: Auditlint, write: Write) -> None:
    write("b.yaml", "{}\n")
    assert "b.yaml" not in auditlint("check", "--baseline", "old.json", "a.yaml").stderr
    assert "no longer found in b.yaml: 2 invalid-level" in auditlint("check", "--baseline", "old.json", ".").stderr
    other = auditlint("check", "--baseline", "old.json", "--select", "unreachable-rule", "a.yaml")
    assert "no longer" not in other.stderr


def test_names_of_files_that_are_no_utf_8_are_read_again(auditlint: Auditlint, tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"a\xff.yaml")).write_text(REFUSED, encoding="utf-8")
    assert auditlint("check", "--write-baseline", "old.json", ".").returncode == 0
    run = auditlint("check", "--baseline", "old.json", ".")
    assert (run.returncode, run.stdout) == (0, "")
    (tmp_path / os.fsdecode(b"a\xff.yaml")).write_text(OLD, encoding="utf-8")
    stale = [
        line for line in auditlint("check", "--baseline", "old.json", ".").stderr.splitlines() if "no longer" in line
    ]
    assert [line.split(":")[1] for line in stale] == ["5"]


def test_an_entry_with_half_a_character_is_stale(auditlint: Auditlint, write: Write) -> None:
    write("a.yaml", OLD)
    entry = '{"path": "gone\\ud800.yaml", "rule": "invalid-level", "content": "0", "count": 1}'
    write("old.json", f'{{"kind": "auditlint-baseline", "version": 1, "findings": [{entry}]}}')
    assert "old.json:1:1: note: no longer found in gone" in auditlint("check", "--baseline", "old.json", ".").stderr


def test_entries_that_are_the_same_stand_for_no_more_than_one_may(tmp_path: Path) -> None:
    entry = baselines.Entry("a.yaml", "invalid-level", "0", 999_999)
    path = tmp_path / "old.json"
    path.write_text(baselines.written([entry, entry]), encoding="utf-8")
    (once,) = baselines.read(str(path)).entries
    path.write_text(baselines.written([once]), encoding="utf-8")
    assert baselines.read(str(path)).entries == (once,)


@pytest.mark.usefixtures("known")
def test_a_file_may_get_another_name(auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    (tmp_path / "b.yaml").unlink()
    write("deploy/audit.yaml", f"# moved\n{REFUSED}- level: other\n")
    run = auditlint("check", "--baseline", "old.json", ".")
    assert told(run) == ["deploy/audit.yaml:7 invalid-level"]
    assert run.stderr.splitlines()[0] == (
        "deploy/audit.yaml: note: has the findings that old.json knows in b.yaml, which is gone: "
        "write it again with --write-baseline old.json"
    )
    write("b.yaml", REFUSED)
    assert len(told(auditlint("check", "--baseline", "old.json", "."))) == 3


@pytest.mark.usefixtures("known")
def test_another_file_does_not_inherit(auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    (tmp_path / "b.yaml").unlink()
    write("c.yaml", f"{HEAD}- level: third\n")
    run = auditlint("check", "--baseline", "old.json", ".")
    assert told(run) == ["c.yaml:4 invalid-level"]
    assert "no longer found in b.yaml: " in run.stderr


@pytest.mark.usefixtures("known")
def test_a_finding_that_was_folded_into_a_known_one_is_known_too(auditlint: Auditlint, write: Write) -> None:
    """The values of a rule that is never used are not told of by themselves, until the rule is used."""
    write("c.yaml", f"{HEAD}- level: Metadata\n- level: None\n  users: [jane]\n  verbs: [crate]\n")
    assert auditlint("check", "--write-baseline", "c.json", "c.yaml").returncode == 0
    write("c.yaml", f"{HEAD}- level: None\n  users: [jane]\n  verbs: [crate]\n- level: Metadata\n")
    assert "unknown-verb" in auditlint("check", "c.yaml").stdout
    assert "unknown-verb" not in auditlint("check", "--baseline", "c.json", "c.yaml").stdout


@pytest.mark.usefixtures("known")
def test_what_a_run_did_not_look_for_is_kept(auditlint: Auditlint, tmp_path: Path) -> None:
    before = (tmp_path / "old.json").read_text()
    run = auditlint("check", "--write-baseline", "old.json", "--select", "invalid-level", "b.yaml")
    assert ", 0 of them new, kept " in run.stderr
    assert (tmp_path / "old.json").read_text() == before


@pytest.mark.usefixtures("known")
def test_paths_are_those_from_the_baseline(auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    write("deep/old.json", (tmp_path / "old.json").read_text().replace('"path": "', '"path": "../'))
    assert auditlint("check", "--baseline", "deep/old.json", "a.yaml", "b.yaml").returncode == 0
    write(".auditlint.yaml", "baseline: deep/old.json\n")
    run = auditlint("check", "a.yaml", str(tmp_path / "b.yaml"))
    assert (run.returncode, closing(run).endswith(" by deep/old.json; settings of .auditlint.yaml")) == (0, True)
    assert auditlint("check", "--no-config", "b.yaml").returncode == 1
    assert auditlint("check", "--untrusted", "b.yaml").returncode == 1


def test_a_baseline_is_no_policy_and_no_unread_setting(auditlint: Auditlint, write: Write) -> None:
    write("flags.yaml", "apiServer:\n  extraArgs:\n    audit-log-path: /var/log/a.log\n")
    write("args.txt", "--audit-log-path=relative\n")
    assert auditlint("check", "--as", "flags", "--write-baseline", "old.json", "args.txt").returncode == 0
    assert "old.json" not in auditlint("check", ".").stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "old.json:1: is no JSON: "),
        ('{\n "kind" 1\n}', "old.json:2: is no JSON: "),
        ("[]", 'old.json:1: is no baseline: its "kind" is not "auditlint-baseline"'),
        ('{"kind": "auditlint-baseline", "version": 2}', "old.json:1: is a baseline of another version than 1: "),
        ('{"kind": "auditlint-baseline", "version": 1}', 'old.json:1: "findings" is no list: '),
        (
            '{"kind": "auditlint-baseline", "version": 1, "findings": [\n{},\n5]}',
            "old.json:2: findings/0 is no finding with path, rule, content and count: ",
        ),
        (
            '{"kind": "auditlint-baseline",\n"version": ' + "9" * 5000 + "}",
            "old.json:2: is no JSON that auditlint writes",
        ),
        ("[" * 100_000, "old.json:1: nested too deep for a baseline"),
        (b"{\n\xff}", "old.json:2: is no JSON that auditlint writes"),
    ],
)
def test_a_bad_baseline_is_one_line_and_2(
    auditlint: Auditlint, write: Write, content: str | bytes, said: str, tmp_path: Path
) -> None:
    write("old.json", content)
    write("a.yaml", OLD)
    for option in ("--baseline", "--write-baseline"):
        run = auditlint("check", option, "old.json", "a.yaml")
        assert (run.returncode, run.stdout) == (2, "")
        assert complaint(run.stderr).startswith(f"auditlint: {said}")
    before = content if isinstance(content, bytes) else content.encode()
    assert (tmp_path / "old.json").read_bytes() == before


def test_one_that_is_not_there_or_blocks(auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    write("a.yaml", OLD)
    run = auditlint("check", "--baseline", "none.json", "a.yaml")
    assert (run.returncode, complaint(run.stderr)) == (2, "auditlint: none.json: no such file or folder")
    os.mkfifo(tmp_path / "pipe")
    run = auditlint("check", "--baseline", "pipe", "a.yaml")
    assert (run.returncode, complaint(run.stderr)) == (2, "auditlint: pipe: is a named pipe, not a file")


def test_one_is_never_written_over_what_is_read(auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    run = auditlint("check", "--write-baseline", write("a.yaml", OLD), "a.yaml")
    assert run.returncode == 2
    assert (tmp_path / "a.yaml").read_text() == OLD


def test_none_is_written_of_a_part(auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    run = auditlint("check", "--write-baseline", "old.json", write("a.yaml", OLD), "gone.yaml")
    assert run.returncode == 2
    assert complaint(run.stderr) == "auditlint: gone.yaml: no such file or folder: no baseline is written"
    assert not (tmp_path / "old.json").exists()


@pytest.mark.usefixtures("known")
def test_one_of_the_repository_hides_nothing_if_it_is_not_trusted(auditlint: Auditlint) -> None:
    run = auditlint("check", "--untrusted", "--baseline", "old.json", ".")
    assert run.returncode == 2
    assert complaint(run.stderr) == (
        "auditlint: --baseline old.json: is in the repository that is checked, so --untrusted does not read it"
    )
