"""`auditlint test`: the outputs, and every exit code."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

from tests.cli.conftest import GOOD

if TYPE_CHECKING:
    from tests.cli.conftest import Auditlint
    from tests.cli.test_exit_codes import Write

ROOT = Path(__file__).parent.parent.parent
POLICY = GOOD + "  verbs: [get]\n- level: None\n  users: [nobody]\n"
HOLDS = (
    "- {name: holds, path: /a, user: a, level: Metadata, stages: [Panic, ResponseComplete, ResponseStarted], rule: 0}\n"
)
FAILS = '- {name: "<not> # so", path: /b, verb: post, user: a, level: Metadata}\n'
CREATE = "`kubectl create -f secret.yaml -n prod`"
REFUTED = "- {name: every, every: {resources: [secrets]}, at-least: Metadata}\n"


@pytest.fixture
def files(write: Write) -> dict[str, str]:
    """One file for each outcome."""
    write("p.yaml", POLICY)
    texts = {"holds": HOLDS, "fails": FAILS + REFUTED, "wrong": "- {path: /a}\n"}
    return {name: write(f"{name}.test.yaml", f"policy: p.yaml\ncases:\n{text}") for name, text in texts.items()}


@pytest.mark.parametrize(
    ("names", "code"),
    [(["holds"], 0), (["fails"], 1), (["holds", "fails"], 1), (["wrong"], 2), (["wrong", "fails", "holds"], 2)],
)
@pytest.mark.parametrize("output_format", ["text", "json", "junit", "tap"])
def test_exit_codes(
    auditlint: Auditlint, files: dict[str, str], names: list[str], code: int, output_format: str
) -> None:
    run = auditlint("test", *(files[name] for name in names), "--format", output_format)
    assert (run.returncode, run.stderr) == (code, "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "FILE"),
        (("c.test.yaml", "--format", "jnuit"), 'did you mean "junit"?'),
        (("c.test.yaml", "--kubernetes-version", "two"), '"two" is not a Kubernetes version'),
        (("holds.test.yaml", "--output-file", "holds.test.yaml"), "cannot write to holds.test.yaml"),
        (("holds.test.yaml", "--policy", "p.yaml", "--output-file", "p.yaml"), "cannot write to p.yaml"),
        (
            ("holds.test.yaml", "--policy", "p.yaml", "--update"),
            "--update writes what the policies that the files name",
        ),
        (("holds.test.yaml", "--policy", "missing.yaml"), "missing.yaml: no such file"),
        (("holds.test.yaml", "--policy", "HEAD:missing.yaml"), "HEAD:missing.yaml: no such file"),
    ],
)
@pytest.mark.usefixtures("files")
def test_wrong_usage_is_2(auditlint: Auditlint, arguments: tuple[str, ...], said: str) -> None:
    run = auditlint("test", *arguments)
    assert (run.returncode, run.stdout, said in run.stderr) == (2, "", True)


def test_text(auditlint: Auditlint, files: dict[str, str]) -> None:
    run = auditlint("test", files["holds"], files["fails"], files["wrong"])
    lines = [line.strip("=_ ") for line in run.stdout.splitlines()]
    assert lines == [
        "holds.test.yaml ." + " " * 57 + "[ 25%]",
        "fails.test.yaml FF" + " " * 56 + "[ 75%]",
        "wrong.test.yaml E" + " " * 57 + "[100%]",
        "",
        "ERRORS",
        "E   wrong.test.yaml:3: nothing must hold: write one of level, at-least, at-most, rule or stages",
        "FAILURES",
        "<not> # so",
        "`kubectl create --raw /b -f body.json` by a",
        "E   the level is None, not Metadata (no rule of p.yaml)",
        "",
        "fails.test.yaml:3: failed",
        "every",
        f"E   the level is None, lower than Metadata for {CREATE} by alice (no rule of p.yaml)",
        "",
        "fails.test.yaml:4: failed",
        "holds.test.yaml: no case reaches 1 rule of p.yaml:",
        "line 7 (rules[1])",
        "fails.test.yaml: no case reaches 2 rules of p.yaml:",
        "lines 5 (rules[0]), 7 (rules[1])",
        "2 failed, 1 passed, 1 error",
    ]


def test_json(auditlint: Auditlint, files: dict[str, str]) -> None:
    run = auditlint("test", *files.values(), "--format", "json")
    document = json.loads(run.stdout)
    schema = json.loads((ROOT / "schemas/test-results.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(document)
    holds, fails, wrong = document["files"]
    assert holds == {
        "path": "holds.test.yaml",
        "policy": "p.yaml",
        "error": None,
        "cases": [
            {
                "name": "holds",
                "line": 3,
                "outcome": "passed",
                "message": None,
                "got": {
                    "rule": 0,
                    "pointer": "/rules/0",
                    "path": "p.yaml",
                    "line": 5,
                    "level": "Metadata",
                    "omitStages": ["RequestReceived"],
                    "omitManagedFields": False,
                },
                "counterexample": None,
            }
        ],
        "uncovered": [{"rule": 1, "line": 7}],
    }
    assert [(case["outcome"], case["got"] and case["got"]["rule"]) for case in fails["cases"]] == [
        ("failed", None),
        ("failed", None),
    ]
    assert fails["cases"][0]["got"]["path"] == "p.yaml"
    assert fails["cases"][1]["got"] is None
    assert fails["cases"][1]["counterexample"] == {
        "user": "alice",
        "groups": ["system:authenticated"],
        "verb": "create",
        "apiGroup": "",
        "resource": "secrets",
        "subresource": "",
        "namespace": "prod",
        "name": "",
    }
    assert (wrong["cases"], wrong["error"].startswith("wrong.test.yaml:3: ")) == ([], True)
    assert document["summary"] == {"passed": 1, "failed": 2, "errors": 1}


def test_junit(auditlint: Auditlint, files: dict[str, str]) -> None:
    run = auditlint("test", *files.values(), "--format", "junit")
    root = ET.fromstring(run.stdout)
    assert root.attrib == {"name": "auditlint", "tests": "4", "failures": "2", "errors": "1"}
    counts = [tuple(suite.attrib[key] for key in ("name", "tests", "failures", "errors")) for suite in root]
    assert counts == [
        ("holds.test.yaml", "1", "0", "0"),
        ("fails.test.yaml", "2", "2", "0"),
        ("wrong.test.yaml", "1", "0", "1"),
    ]
    found = [
        (case.attrib["name"], case.attrib["classname"], [child.tag for child in case]) for case in root.iter("testcase")
    ]
    assert found == [
        ("holds", "holds.test.yaml", []),
        ("<not> # so", "fails.test.yaml", ["failure"]),
        ("every", "fails.test.yaml", ["failure"]),
        ("wrong.test.yaml", "wrong.test.yaml", ["error"]),
    ]


def test_tap(auditlint: Auditlint, files: dict[str, str]) -> None:
    run = auditlint("test", *files.values(), "--format", "tap")
    lines = [line for line in run.stdout.splitlines() if not line.startswith("#")]
    assert lines == [
        "TAP version 13",
        "1..4",
        "ok 1 - holds",
        "not ok 2 - <not> \\# so",
        "not ok 3 - every",
        "not ok 4 - wrong.test.yaml",
    ]


def test_the_option_wins_over_the_file(auditlint: Auditlint, write: Write) -> None:
    write("p.yaml", GOOD + "  omitManagedFields: true\n")
    text = 'policy: p.yaml\nkubernetes-version: "1.30"\ncases:\n- {path: /a, level: Metadata}\n'
    path = write("c.test.yaml", text)
    for arguments, managed in (((), True), (("--kubernetes-version", "1.22"), False)):
        document = json.loads(auditlint("test", path, "--format", "json", *arguments).stdout)
        assert document["files"][0]["cases"][0]["got"]["omitManagedFields"] is managed


@pytest.mark.usefixtures("files")
def test_another_policy_is_tried_in_place_of_the_one_that_the_file_names(auditlint: Auditlint, write: Write) -> None:
    older = POLICY.replace("Metadata", "Request")
    write("older.yaml", older)
    for name, stdin in (("older.yaml", b""), ("-", older.encode())):
        run = auditlint("test", "holds.test.yaml", "--policy", name, "--format", "json", stdin=stdin)
        (file,) = json.loads(run.stdout)["files"]
        shown = "<stdin>" if name == "-" else name
        assert (run.returncode, file["policy"]) == (1, shown)
        assert file["cases"][0]["message"] == f"the level is Request, not Metadata ({shown}:5, rules[0])"


def test_a_policy_that_is_refused_is_told_of_each_file(
    auditlint: Auditlint, files: dict[str, str], write: Write
) -> None:
    write("bad.yaml", "rules: []\n")
    run = auditlint("test", files["holds"], "--policy", "bad.yaml", "--format", "json")
    (file,) = json.loads(run.stdout)["files"]
    assert (run.returncode, file["error"].startswith("bad.yaml:")) == (2, True)


def test_update(auditlint: Auditlint, files: dict[str, str], tmp_path: Path) -> None:
    run = auditlint("test", "--update", files["holds"], files["fails"])
    assert (run.returncode, run.stdout) == (0, "holds.test.yaml: 0 lines changed\nfails.test.yaml: 1 line changed\n")
    assert (tmp_path / files["fails"]).read_text().splitlines()[2:] == [
        FAILS.strip().replace("Metadata", "None"),
        REFUTED.strip(),
    ]
    run = auditlint("test", "--update", files["wrong"], files["holds"])
    assert (run.returncode, run.stdout) == (2, "holds.test.yaml: 0 lines changed\n")
    assert run.stderr.startswith("auditlint: wrong.test.yaml:3: ")
