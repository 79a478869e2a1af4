"""`auditlint diff`: what it compares, where it finds it, and every exit code."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from auditlint.cli.diff import _code
from auditlint.report.differences import Compared, Differences
from tests.cli.conftest import BAD_LEVEL, GOOD
from tests.cli.test_exit_codes import complaint

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Auditlint
    from tests.cli.test_exit_codes import Write

LEVELS = {"none": "None", "metadata": "Metadata", "request": "Request"}


@pytest.fixture
def policies(write: Write) -> None:
    for name, level in LEVELS.items():
        write(f"{name}.yaml", GOOD.replace("Metadata", level))


def compared(auditlint: Auditlint, *arguments: str, stdin: bytes = b"") -> dict[str, Any]:
    run = auditlint("diff", *arguments, "--format", "json", stdin=stdin)
    assert (run.returncode, run.stderr) == (0, "")
    found: dict[str, Any] = json.loads(run.stdout)
    return found


GROUPS = {
    ("metadata", "none"): "lost",
    ("none", "metadata"): "gained",
    ("metadata", "request"): "dearer",
    ("request", "metadata"): "cheaper",
}


@pytest.mark.usefixtures("policies")
@pytest.mark.parametrize("fail_on", ["lost", "gained", "dearer", "cheaper", "changed"])
@pytest.mark.parametrize(("pair", "group"), GROUPS.items())
def test_fail_on(auditlint: Auditlint, pair: tuple[str, str], group: str, fail_on: str) -> None:
    run = auditlint("diff", *(f"{name}.yaml" for name in pair), "--fail-on", fail_on)
    assert run.returncode == (fail_on in {group, "changed"})
    assert run.stdout.startswith(f"{group}: ")


@pytest.mark.usefixtures("policies")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 0),
        (("--fail-on", "gained,dearer"), 0),
        (("--fail-on", "gained, lost"), 1),
        (("--fail-on", "gained", "--fail-on", "lost"), 1),
    ],
)
def test_several_groups(auditlint: Auditlint, arguments: tuple[str, ...], code: int) -> None:
    assert auditlint("diff", "metadata.yaml", "none.yaml", *arguments).returncode == code


@pytest.mark.usefixtures("policies")
def test_equal_policies(auditlint: Auditlint, write: Write) -> None:
    write("spelled.yaml", GOOD.replace("- level", "- level: Metadata\n  verbs: [get, list]\n- level"))
    run = auditlint("diff", "metadata.yaml", "spelled.yaml", "--fail-on", "changed")
    assert (run.returncode, run.stdout, run.stderr) == (0, "same outcome for every request\n", "")
    assert compared(auditlint, "metadata.yaml", "spelled.yaml")["equal"] is True


@pytest.mark.usefixtures("policies")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("missing.yaml", "none.yaml"), "missing.yaml: no such file"),
        (("none.yaml", "bad.yaml"), 'bad.yaml:4:10: level "metadata" does not exist'),
        (("none.yaml", "empty.yaml"), "empty.yaml"),
        (("-", "-"), "standard input (-) can be only one of the policies"),
        (("none.yaml",), "NEW"),
        (("none.yaml", "none.yaml", "--fail-on", "chaeper"), 'did you mean "cheaper"?'),
        (("none.yaml", "none.yaml", "--kubernetes-version", "1.20..x"), '"x" is not a Kubernetes version'),
        (("none.yaml", "none.yaml", "--kubernetes-version", "..1.20"), '"" is not a Kubernetes version'),
        (("none.yaml", "metadata.yaml", "--output-file", "none.yaml"), "cannot write to none.yaml"),
        (("HEAD:none.yaml", "none.yaml"), "HEAD:none.yaml: no such file, and git says: not a git repository"),
        (("--", "-x:none.yaml", "none.yaml"), "no revision begins with a dash"),
    ],
)
def test_what_cannot_be_compared_is_2(
    auditlint: Auditlint, write: Write, arguments: tuple[str, ...], said: str
) -> None:
    write("bad.yaml", BAD_LEVEL)
    write("empty.yaml", "")
    run = auditlint("diff", *arguments)
    assert (run.returncode, run.stdout) == (2, "")
    assert said in complaint(run.stderr)


def test_what_is_too_hard_to_rule_out_is_2() -> None:
    found = Differences(
        Compared("a", "1.30"), Compared("b", "1.30"), equal=None, complete=False, changes=(), notices=("rules 1 and 2",)
    )
    assert [_code(found, fail_on) for fail_on in ([], ["lost"], ["changed"])] == [0, 2, 2]


@pytest.mark.usefixtures("policies")
def test_standard_input(auditlint: Auditlint) -> None:
    found = compared(auditlint, "none.yaml", "-", stdin=GOOD.encode())
    assert [change["group"] for change in found["changes"]] == ["gained"]
    assert found["new"]["path"] == "<stdin>"


def test_files_that_carry_a_policy(auditlint: Auditlint, write: Write) -> None:
    indented = "".join(f"    {line}\n" for line in GOOD.splitlines())
    write(
        "map.yaml", f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: audit}}\ndata:\n  policy.yaml: |\n{indented}"
    )
    write("page.md", f"# Auditing\n\n```yaml\n{GOOD.replace('Metadata', 'Request')}```\n")
    (change,) = compared(auditlint, "map.yaml", "page.md")["changes"]
    assert [(rule["path"], rule["line"]) for rule in change["rules"]] == [("map.yaml", 10), ("page.md", 8)]


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, write: Write) -> Path:
    """A repository whose policy was at None, then Metadata; Request is staged."""
    git(tmp_path, "init", "-q")
    for level in ("None", "Metadata"):
        write("conf/p.yaml", GOOD.replace("Metadata", level))
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "-qm", level)
    write("conf/p.yaml", GOOD.replace("Metadata", "Request"))
    git(tmp_path, "add", ".")
    return tmp_path


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("HEAD~1:conf/p.yaml", "None"),
        ("HEAD:conf/p.yaml", "Metadata"),
        ("HEAD~1:./conf/p.yaml", "None"),
        (":conf/p.yaml", "Request"),
    ],
)
def test_revisions(auditlint: Auditlint, write: Write, name: str, level: str) -> None:
    write("all.yaml", GOOD.replace("Metadata", "RequestResponse"))
    found = compared(auditlint, name, "all.yaml")
    assert (found["old"]["path"], found["changes"][0]["from"]["level"]) == (name, level)
    assert found["changes"][0]["rules"][0] == {"rule": 0, "pointer": "/rules/0", "path": name, "line": 5}


def test_a_file_of_that_name_comes_first(auditlint: Auditlint, write: Write, repository: Path) -> None:
    write("HEAD:conf/p.yaml", GOOD)
    git(repository, "commit", "-qm", "Request")
    assert compared(auditlint, "HEAD:conf/p.yaml", "HEAD~1:conf/p.yaml")["equal"] is True


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("name", ["nowhere:conf/p.yaml", "HEAD:gone.yaml", "HEAD:conf"])
def test_revisions_that_are_not_there(auditlint: Auditlint, name: str) -> None:
    run = auditlint("diff", name, "conf/p.yaml")
    assert (run.returncode, run.stdout) == (2, "")
    assert f"{name}: no such file, and git says: " in complaint(run.stderr)


def test_without_git(auditlint: Auditlint, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository))
    run = auditlint("diff", "HEAD:conf/p.yaml", "conf/p.yaml")
    assert (run.returncode, "no git to look for a revision" in complaint(run.stderr)) == (2, True)


def test_each_policy_has_its_release(auditlint: Auditlint, write: Write) -> None:
    write("p.yaml", GOOD.replace("level: Metadata", "level: Request\n  omitManagedFields: true"))
    found = compared(auditlint, "p.yaml", "p.yaml", "--kubernetes-version", "1.22..1.23")
    assert (found["old"]["kubernetes"], found["new"]["kubernetes"]) == ("1.22", "1.23")
    assert [(change["group"], change["to"]["omitManagedFields"]) for change in found["changes"]] == [("cheaper", True)]
    assert compared(auditlint, "p.yaml", "p.yaml", "--kubernetes-version", "1.22")["equal"] is True


@pytest.mark.usefixtures("policies")
def test_the_output_goes_into_a_file(auditlint: Auditlint, tmp_path: Path) -> None:
    run = auditlint("diff", "none.yaml", "none.yaml", "--output-file", "out.txt")
    assert (run.returncode, run.stdout) == (0, "")
    assert (tmp_path / "out.txt").read_text() == "same outcome for every request\n"


@pytest.mark.usefixtures("policies")
def test_colour(auditlint: Auditlint) -> None:
    run = auditlint("diff", "metadata.yaml", "none.yaml", "--color", "always")
    assert run.stdout.startswith("\x1b[1;31mlost\x1b[0m: ")


@pytest.mark.parametrize("command", ["diff", "matrix", "replay"])
def test_each_help_tells_it_from_the_others(auditlint: Auditlint, command: str) -> None:
    others = {"diff": ("matrix --compare", "replay --against"), "matrix": ("`diff`",), "replay": ("`diff`",)}
    said = " ".join(auditlint(command, "--help").stdout.split())
    assert all(other in said for other in others[command])
