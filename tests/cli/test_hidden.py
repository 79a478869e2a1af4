"""What a repository can hide from a check: it is counted, or with `--untrusted` it hides nothing."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_exit_codes import complaint

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Auditlint
    from tests.cli.test_exit_codes import Write

BAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: metadata\n"
COMMENTED = BAD.replace("level: metadata", "level: metadata # auditlint: ignore[invalid-level] as agreed")
WHOLE = f"# auditlint: ignore-file[invalid-level] a sample\n{BAD}"


@pytest.fixture(autouse=True)
def repository(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)


def closing(run: subprocess.CompletedProcess[str]) -> str:
    return run.stderr.splitlines()[-1]


def found(run: subprocess.CompletedProcess[str]) -> list[str]:
    return [line.split(":")[0] for line in run.stdout.splitlines()]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            {"a.yaml": COMMENTED},
            "1 of 1 policy is refused; 1 policy, 0 apiservers; no findings; hidden: 1 finding by comments",
        ),
        (
            {"a.yaml": WHOLE},
            "1 of 1 policy is refused; 1 policy, 0 apiservers; no findings; hidden: 1 finding by comments",
        ),
        (
            {".gitignore": "b.yaml\nbuild/\n", "b.yaml": BAD, "build/c.yaml": BAD},
            "0 policies, 0 apiservers; no findings; hidden: 1 file and 1 folder by .gitignore",
        ),
        (
            {"a.yaml": BAD, ".auditlint.yaml": "ignore: [invalid-level]\n"},
            (
                "1 of 1 policy is refused; 1 policy, 0 apiservers, 1 file passed over; no findings; "
                "hidden: 1 finding by .auditlint.yaml; settings of .auditlint.yaml"
            ),
        ),
        (
            {"a.yaml": BAD, ".auditlint.yaml": "rules: {invalid-level: info}\n"},
            (
                "1 of 1 policy is refused; 1 policy, 0 apiservers, 1 file passed over; 1 info not shown; "
                "hidden: 1 finding by .auditlint.yaml; settings of .auditlint.yaml"
            ),
        ),
        (
            {"b.yaml": BAD, ".auditlint.yaml": "exclude: [b.yaml]\nfail-on: never\n"},
            (
                "0 policies, 0 apiservers, 1 file passed over; no findings; hidden: 1 file by exclude; "
                "settings of .auditlint.yaml (fail-on: never)"
            ),
        ),
    ],
)
def test_the_closing_line_counts_what_was_hidden(
    auditlint: Auditlint, write: Write, files: dict[str, str], said: str
) -> None:
    for name, text in files.items():
        write(name, text)
    run = auditlint("check", "--min-severity", "warning", ".")
    assert (run.returncode, run.stdout, closing(run)) == (0, "", said)


def test_what_options_leave_out_is_not_hidden(auditlint: Auditlint, write: Write) -> None:
    write(".auditlint.yaml", "kubernetes-version: 1.30\n")
    run = auditlint("check", "--ignore", "invalid-level", "--fail-on", "error", write("a.yaml", BAD))
    assert closing(run) == (
        "1 of 1 policy is refused; 1 policy, 0 apiservers; no findings; settings of .auditlint.yaml"
    )


def test_a_file_that_is_named_and_excluded_is_counted(auditlint: Auditlint, write: Write) -> None:
    write(".auditlint.yaml", "exclude: [a.yaml]\n")
    run = auditlint("check", "--force-exclude", write("a.yaml", BAD))
    assert closing(run).endswith("; hidden: 1 file by exclude; settings of .auditlint.yaml")


def test_what_git_tracks_is_checked_whatever_gitignore_says(auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    write("deploy/a.yaml", BAD)
    subprocess.run(["git", "add", "--all"], cwd=tmp_path, check=True)
    write(".gitignore", "deploy/\n*.yaml\n")
    write("deploy/b.yaml", BAD)
    run = auditlint("check", ".")
    assert (run.returncode, found(run)) == (1, ["deploy/a.yaml"])
    assert closing(run).endswith("; 1 error; hidden: 1 file by .gitignore")


@pytest.mark.parametrize(
    "files",
    [
        {"a.yaml": COMMENTED},
        {"a.yaml": WHOLE},
        {"a.yaml": BAD, ".gitignore": "*.yaml\n"},
        {"a.yaml": BAD, ".auditlint.yaml": "ignore: [invalid-level]\n"},
        {"a.yaml": BAD, ".auditlint.yaml": "exclude: [a.yaml]\n"},
        {"a.yaml": BAD, ".auditlint.yaml": "fail-on: never\n"},
        {"a.yaml": BAD, "pyproject.toml": "[tool.auditlint]\nfail-on = 'never'\n"},
        {"a.yaml": BAD, ".auditlint.yaml": "no: such setting\n"},
        {"node_modules/a.yaml": BAD},
    ],
)
def test_nothing_in_an_untrusted_repository_hides_a_finding(
    auditlint: Auditlint, write: Write, files: dict[str, str]
) -> None:
    for name, text in files.items():
        write(name, text)
    run = auditlint("check", "--untrusted", ".")
    assert (run.returncode, found(run)) == (1, [name for name in files if name.endswith("a.yaml")])
    assert "hidden" not in closing(run)
    assert "settings of" not in closing(run)


def test_comments_that_do_not_count_are_told_of(auditlint: Auditlint, write: Write) -> None:
    run = auditlint("check", "--untrusted", write("a.yaml", COMMENTED))
    assert "a.yaml:4:1: note: 1 ignore comment not heeded, because of --untrusted\n" in run.stderr


@pytest.mark.parametrize("arguments", [(".",), ("link.yaml", "inside.yaml")])
def test_links_out_of_an_untrusted_repository_are_not_read(
    auditlint: Auditlint, write: Write, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside.yaml"
    outside.write_text(BAD.replace("metadata", "a-secret"))
    (tmp_path / "link.yaml").symlink_to(outside)
    write("a.txt", BAD)
    (tmp_path / "inside.yaml").symlink_to("a.txt")
    assert "a-secret" in auditlint("check", "--format", "full", *arguments).stdout
    run = auditlint("check", "--untrusted", *arguments)
    assert found(run) == ["inside.yaml"]
    assert "link.yaml: note: a link leads out of the repository: not read under --untrusted\n" in run.stderr


def test_a_configuration_from_outside_counts_for_an_untrusted_repository(
    auditlint: Auditlint, write: Write, tmp_path: Path
) -> None:
    write("a.yaml", COMMENTED)
    inside = write("settings.yaml", "fail-on: never\n")
    outside = tmp_path.parent / f"{tmp_path.name}-settings.yaml"
    outside.write_text("fail-on: never\n")
    assert auditlint("check", "--untrusted", "--config", str(outside), "a.yaml").returncode == 0
    (tmp_path / "link").symlink_to(outside)
    run = auditlint("check", "--untrusted", "--config", inside, "a.yaml")
    assert run.returncode == 2
    assert complaint(run.stderr) == (
        "auditlint: --config settings.yaml: is in the repository that is checked, so --untrusted does not read it"
    )


def test_a_link_of_the_repository_is_no_configuration_from_outside(
    auditlint: Auditlint, write: Write, tmp_path: Path
) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-settings.yaml"
    outside.write_text("fail-on: never\n")
    os.symlink(outside, tmp_path / "settings.yaml")
    assert auditlint("check", "--untrusted", "--config", "settings.yaml", write("a.yaml", BAD)).returncode == 2


def test_nothing_is_written_through_a_link_of_an_untrusted_repository(
    auditlint: Auditlint, write: Write, tmp_path: Path
) -> None:
    (tmp_path / "report.txt").symlink_to(tmp_path.parent / f"{tmp_path.name}-elsewhere.txt")
    for option in (("--output-file", "report.txt"), ("--format", "text=report.txt")):
        run = auditlint("check", "--untrusted", *option, write("a.yaml", BAD))
        assert run.returncode == 2
        assert "cannot write to report.txt: it is a link, which --untrusted does not follow" in complaint(run.stderr)
    assert not (tmp_path.parent / f"{tmp_path.name}-elsewhere.txt").exists()
