"""`auditlint detect`: what it takes, every exit code, and rules made to hurt."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from auditlint.detections.languages import sigma
from tests.cli.conftest import BAD_LEVEL, GOOD
from tests.cli.test_exit_codes import complaint
from tests.cli.test_hostile import BOMB

if TYPE_CHECKING:
    from tests.cli.conftest import Auditlint
    from tests.cli.test_exit_codes import Write

EXAMPLES = Path(__file__).parent.parent.parent / "examples" / "detections"
NONE = GOOD.replace("Metadata", "None")
BODIES = GOOD.replace("Metadata", "RequestResponse").replace('omitStages: ["RequestReceived"]\n', "")
PARTLY = GOOD.replace("- level", "- {level: None, users: [bob]}\n- level")
FALCO = """\
- rule: Secrets
  condition: ka.target.resource=secrets and ka.verb=get and ka.stage=ResponseComplete
  source: k8s_audit
"""


@pytest.fixture
def rules(tmp_path: Path) -> str:
    shutil.copytree(EXAMPLES, tmp_path / "rules")
    return "rules"


def found(auditlint: Auditlint, *arguments: str, stdin: bytes = b"") -> dict[str, Any]:
    run = auditlint("detect", *arguments, "--format", "json", stdin=stdin)
    assert run.returncode == 0, run.stderr
    document: dict[str, Any] = json.loads(run.stdout)
    return document


@pytest.mark.parametrize(
    ("policy", "fail_on", "code"),
    [
        (NONE, (), 0),
        (NONE, ("--fail-on", "blind"), 1),
        (NONE, ("--fail-on", "partly"), 1),
        (PARTLY, ("--fail-on", "blind"), 0),
        (PARTLY, ("--fail-on", "partly"), 1),
        (BODIES, ("--fail-on", "partly"), 0),
    ],
)
def test_fail_on(auditlint: Auditlint, write: Write, policy: str, fail_on: tuple[str, ...], code: int) -> None:
    run = auditlint("detect", write("p.yaml", policy), "--rules", write("f.yaml", FALCO), *fail_on)
    assert (run.returncode, run.stderr) == (code, "")


def test_never_and_not_judged_do_not_count(auditlint: Auditlint, write: Write) -> None:
    unsound = FALCO.replace("verb=get", "verb=connect") + FALCO.replace("Secrets", "Unread").replace(
        "ka.verb=get", "evt.type=1"
    )
    run = auditlint("detect", write("p.yaml", NONE), "--rules", write("f.yaml", unsound), "--fail-on", "partly")
    assert run.returncode == 0
    assert "no event can make this true: ka.verb=connect" in run.stdout
    assert "could not be read: `evt.type`" in run.stdout


def test_several_paths(auditlint: Auditlint, write: Write, rules: str) -> None:
    one = found(auditlint, write("p.yaml", GOOD), "--rules", f"{rules}/falco-rules.yaml", f"{rules}/secret_listing.yml")
    other = found(auditlint, "p.yaml", "--rules", f"{rules}/falco-rules.yaml", "--rules", f"{rules}/secret_listing.yml")
    assert one == other
    assert [detection["language"] for detection in one["detections"]] == ["falco", "falco", "falco", "sigma"]


def test_a_path_given_twice_counts_once(auditlint: Auditlint, write: Write, rules: str) -> None:
    once = found(auditlint, write("p.yaml", GOOD), "--rules", rules)
    assert found(auditlint, "p.yaml", "--rules", rules, rules, f"{rules}/falco-rules.yaml") == once


def test_standard_input(auditlint: Auditlint, rules: str) -> None:
    document = found(auditlint, "-", "--rules", rules, stdin=GOOD.encode())
    assert document["policy"] == {"path": "<stdin>", "kubernetes": document["policy"]["kubernetes"]}


def test_the_release_decides(auditlint: Auditlint, write: Write) -> None:
    rule = FALCO.replace("secrets and ka.verb=get", "cronjobs and jevt.value[/objectRef/apiVersion]=v1")
    write("f.yaml", rule)
    verdicts = [
        found(auditlint, write("p.yaml", GOOD), "--rules", "f.yaml", "--kubernetes-version", release)["summary"]
        for release in ("1.20", "1.30")
    ]
    assert [summary["never"] for summary in verdicts] == [1, 0]


ERRORS = {
    "no policy": (("missing.yaml", "--rules", "f.yaml"), "missing.yaml: no such file"),
    "a refused policy": (("bad.yaml", "--rules", "f.yaml"), "bad.yaml:4:10: "),
    "no rules": (("p.yaml",), "--rules"),
    "a missing path": (("p.yaml", "--rules", "nowhere"), "nowhere: no such file or folder"),
    "no detections": (("p.yaml", "--rules", "p.yaml"), "p.yaml: no detection over audit events was found"),
    "other rules": (("p.yaml", "--rules", "other.yaml"), "(1 rule for other sources)"),
    "a wrong word": (("p.yaml", "--rules", "f.yaml", "--fail-on", "blnd"), 'did you mean "blind"'),
    "the output over an input": (("p.yaml", "--rules", "f.yaml", "--output-file", "f.yaml"), "cannot write to f.yaml"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_are_one_line(auditlint: Auditlint, write: Write, name: str) -> None:
    write("p.yaml", GOOD)
    write("bad.yaml", BAD_LEVEL)
    write("f.yaml", FALCO)
    write("other.yaml", FALCO.replace("k8s_audit", "syscall"))
    arguments, said = ERRORS[name]
    run = auditlint("detect", *arguments)
    assert (run.returncode, run.stdout) == (2, "")
    assert said in complaint(run.stderr)


def falco(condition: str, more: str = "") -> str:
    return f"{more}- rule: Hostile\n  condition: {json.dumps(condition)}\n  source: k8s_audit\n"


CHAIN = "".join(f"- macro: m{at}\n  condition: m{at + 1} or m{at + 1}\n" for at in range(59))
LISTS = "".join(f"- list: l{at}\n  items: [l{at + 1}, l{at + 1}]\n" for at in range(200))
HOSTILE = {
    "deep brackets": (falco("(" * 5000 + "ka.verb=get" + ")" * 5000), "inside each other"),
    "many nots": (falco("not " * 5000 + "ka.verb=get"), "inside each other"),
    "a macro of itself": (falco("a", "- macro: a\n  condition: b\n- macro: b\n  condition: a\n"), "stands for itself"),
    "macros that double": (falco("m0", CHAIN + "- macro: m59\n  condition: ka.verb=get\n"), "more than"),
    "a huge list": (falco(f"ka.verb in ({', '.join(f'v{at}' for at in range(30_000))})"), "more than"),
    "no macro": (falco("nothing_of_that_name"), "defined nowhere"),
    "an operator that is none": (falco("ka.verb resembles get"), "`ka.verb`"),
    "an open quotation": (falco("ka.verb='get"), "`'get`"),
    "a bad expression": (falco("ka.verb regex '(a+)+$'"), "regular expression"),
    "no condition": ("- rule: Hostile\n  source: k8s_audit\n", "without a condition"),
    "a number for a condition": ("- rule: Hostile\n  condition: 7\n  source: k8s_audit\n", "without a condition"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_rule_made_to_hurt_is_not_judged(auditlint: Auditlint, write: Write, name: str) -> None:
    text, said = HOSTILE[name]
    (one,) = found(auditlint, write("p.yaml", GOOD), "--rules", write("f.yaml", text))["detections"]
    assert one["verdict"] == "not-judged"
    assert said in one["reason"]
    assert len(one["reason"]) < 300


def test_lists_in_lists_are_read_once(auditlint: Auditlint, write: Write) -> None:
    text = falco("ka.verb in (l0) or ka.verb=get", f"{LISTS}- list: l200\n  items: [x]\n")
    (one,) = found(auditlint, write("p.yaml", GOOD), "--rules", write("f.yaml", text))["detections"]
    assert one["verdict"] == "sees"


FILES = {
    "bad YAML": ("x.yaml", b"- rule: {", "x.yaml:1: is no YAML"),
    "bad TOML": ("x.toml", b"[rule\n", "x.toml: is no TOML"),
    "deep TOML": ("x.toml", b"a = " + b"[" * 50_000, "x.toml: is no TOML"),
    "invalid UTF-8": ("x.toml", b"a = '\xff'\n", "x.toml: is no TOML"),
    "an alias bomb": ("x.yaml", f"- rule: x\n  y:\n{BOMB.replace('a:', '    a:', 1)}".encode(), "x.yaml"),
    "a deep document": ("x.yaml", b"- rule: x\n  y: " + b"[" * 3_000 + b"]" * 3_000, "x.yaml: is not read"),
    "a file of events": ("x.yaml", b'{"kind": "Event"}', ""),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_made_to_hurt_gets_a_notice(auditlint: Auditlint, write: Write, name: str) -> None:
    file, content, said = FILES[name]
    write(f"rules/{file}", content)
    write("rules/good.yaml", FALCO)
    run = auditlint("detect", write("p.yaml", GOOD), "--rules", "rules", "--format", "json")
    assert run.returncode == 0
    assert said in run.stderr
    assert len(run.stderr.splitlines()) == (1 if said else 0)
    assert [one["name"] for one in json.loads(run.stdout)["detections"]] == ["Secrets"]


def test_without_pysigma(
    write: Write, rules: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from auditlint.cli import run

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sigma, "is_installed", lambda: False)
    assert run(["detect", write("p.yaml", GOOD), "--rules", rules, "--format", "json"]) == 0
    output = capfd.readouterr()
    verdicts = {one["name"]: one["verdict"] for one in json.loads(output.out)["detections"]}
    assert verdicts["Secrets Listed by a Service Account"] == "not-judged"
    assert "pip install 'auditlint[detect]'" in output.err
