"""Ignore comments: what they cover, and the three rules that judge them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Auditlint
    from tests.cli.test_exit_codes import Write

HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\n"


def check(auditlint: Auditlint, write: Write, policy: str | bytes) -> dict[str, list[tuple[str, int]]]:
    run = auditlint("check", "--no-config", "--format", "json", write("p.yaml", policy))
    assert run.returncode in (0, 1), run.stderr
    found: dict[str, list[tuple[str, int]]] = {"live": [], "suppressed": []}
    for finding in json.loads(run.stdout)["findings"]:
        found["live" if finding["suppressed"] is None else "suppressed"].append((finding["rule"], finding["line"]))
    return found


def test_at_the_end_of_a_line(auditlint: Auditlint, write: Write) -> None:
    policy = HEAD + "rules:\n- level: metadata # auditlint: ignore[invalid-level] for the demo\n- level: none\n"
    assert check(auditlint, write, policy) == {"live": [("invalid-level", 5)], "suppressed": [("invalid-level", 4)]}


def test_the_reason_is_reported(auditlint: Auditlint, write: Write) -> None:
    policy = HEAD + "rules:\n- level: metadata # auditlint: ignore[invalid-level] for the demo\n"
    run = auditlint("check", "--no-config", "--format", "json", write("p.yaml", policy))
    report = json.loads(run.stdout)
    assert [finding["suppressed"] for finding in report["findings"]] == [{"by": "comment", "reason": "for the demo"}]
    assert report["summary"]["errors"] == 0
    assert report["subjects"][0]["refused_by"] == ["policy"]
    assert run.returncode == 0
    assert auditlint("check", "--no-config", "p.yaml").stdout == ""


def test_alone_on_a_line_covers_the_node_below(auditlint: Auditlint, write: Write) -> None:
    policy = HEAD + (
        "rules:\n"
        "# AuditLint : IGNORE[ invalid-level , invalid-url ]\n"
        "- level: metadata\n"
        "  nonResourceURLs:\n"
        "  - healthz\n"
        "- level: metadata\n"
    )
    found = check(auditlint, write, policy)
    assert found["suppressed"] == [("invalid-level", 5), ("invalid-url", 7)]
    assert found["live"] == [("invalid-level", 8)]


def test_above_a_key_covers_that_key_only(auditlint: Auditlint, write: Write) -> None:
    policy = HEAD + "rules:\n- verbs: [get]\n  # auditlint: ignore[invalid-level]\n  level: x\n  foo: 1\n- level: x\n"
    found = check(auditlint, write, policy)
    assert found["suppressed"] == [("invalid-level", 6)]
    assert ("invalid-level", 8) in found["live"]
    assert ("unknown-field", 7) in found["live"]


def test_a_whole_file(auditlint: Auditlint, write: Write) -> None:
    policy = "# auditlint: ignore-file[invalid-level] a fixture\n" + HEAD + "rules:\n- level: x\n- level: z\n"
    assert check(auditlint, write, policy) == {"live": [], "suppressed": [("invalid-level", 5), ("invalid-level", 6)]}


@pytest.mark.parametrize(
    ("comment", "rule"),
    [
        ("# auditlint: ignore[invalid-url]", "unused-ignore"),
        ("# auditlint: ignore[invalid-levle]", "unknown-ignore"),
        ("# auditlint: ignore", "malformed-ignore"),
        ("# auditlint: ignore[]", "malformed-ignore"),
        ("# auditlint ignore[invalid-level]", "malformed-ignore"),
        ("# auditlint: disable=invalid-level", "malformed-ignore"),
        ("# auditlint: ignore-file[invalid-level] too late", "malformed-ignore"),
    ],
)
def test_comments_that_ignore_nothing(auditlint: Auditlint, write: Write, comment: str, rule: str) -> None:
    found = check(auditlint, write, HEAD + f"rules:\n- level: metadata {comment}\n")
    assert found == {"live": [("invalid-level", 4), (rule, 4)], "suppressed": []}


def test_text_that_only_looks_like_a_comment(auditlint: Auditlint, write: Write) -> None:
    policy = HEAD + 'rules:\n- level: "x # auditlint: ignore[invalid-level]"\n'
    assert check(auditlint, write, policy) == {"live": [("invalid-level", 4)], "suppressed": []}


def test_windows_line_ends_and_utf_16(auditlint: Auditlint, write: Write) -> None:
    policy = (HEAD + "rules:\n- level: x # auditlint: ignore[invalid-level]\n").replace("\n", "\r\n")
    expected = {"live": [], "suppressed": [("invalid-level", 4)]}
    assert check(auditlint, write, policy) == expected
    assert check(auditlint, write, policy.encode("utf-16")) == expected


SERVER = """\
apiVersion: v1
kind: Pod
metadata: {name: kube-apiserver, namespace: kube-system}
spec:
  hostNetwork: true
  containers:
  - name: kube-apiserver
    image: registry.k8s.io/kube-apiserver:v1.34.1
    command:
    - kube-apiserver
    - --audit-policy-file=/etc/kubernetes/audit-policy.yaml
    - --audit-log-path=/var/log/audit.log # auditlint: ignore[%s] as agreed
"""


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("retention-below-profile", (), 0),
        ("retention-below-profile", ("--select", "retention-below-profile,unused-ignore"), 0),
        ("retention-below-profile", ("--profile", "cis"), 0),
        ("retention-below-profile", ("--profile", "nsa"), 0),
        ("no-rotation-limits", (), 0),
        ("no-rotation-limits", ("--profile", "cis"), 0),
        ("no-rotation-limits", ("--ignore", "no-rotation-limits"), 0),
        ("repeated-flag", (), 1),
        ("repeated-flag", ("--profile", "cis"), 1),
        ("repeated-flag", ("--select", "unused-ignore"), 1),
        ("repeated-flag", ("--select", "unused-ignore,repeated-flag"), 1),
    ],
)
def test_a_rule_that_takes_no_part_in_a_run_makes_no_comment_unused(
    auditlint: Auditlint, write: Write, name: str, options: tuple[str, ...], expected: int
) -> None:
    run = auditlint("check", "--no-config", *options, write("server.yaml", SERVER % name))
    assert run.returncode in (0, 1), run.stderr
    assert run.stdout.count("[unused-ignore]") == expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("{}", 0),
        ("{rules: {configmap-bodies-logged: warning}}", 1),
        ("{rules: {missing-catch-all: off}}", 0),
        ("{per-file-ignores: {p.yaml: [invalid-level]}}", 0),
    ],
)
def test_a_rule_that_is_off_makes_no_comment_unused(
    auditlint: Auditlint, write: Write, settings: str, expected: int
) -> None:
    name = {"{rules: {missing-catch-all: off}}": "missing-catch-all"}.get(settings, "configmap-bodies-logged")
    name = "invalid-level" if "per-file" in settings else name
    write(".auditlint.yaml", settings)
    run = auditlint("check", write("p.yaml", f"{HEAD}rules:\n- level: Metadata # auditlint: ignore[{name}]\n"))
    assert run.stdout.count("[unused-ignore]") == expected


WAITING = """\
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
# auditlint: ignore[secrets-not-audited] reads are fine
- level: None
  resources: [{{group: "", resources: [{resource}]}}]
- level: {level}
"""


def test_what_could_not_be_judged_makes_no_comment_unused(auditlint: Auditlint, write: Write) -> None:
    """A refused policy gets no findings about matching and coverage, so nobody knows what a comment is for."""
    unused = ("check", "--select", "unused-ignore")
    assert auditlint(*unused, write("p.yaml", WAITING.format(resource="secrets", level="metadata"))).stdout == ""
    assert auditlint(*unused, write("p.yaml", WAITING.format(resource="secrets", level="Metadata"))).stdout == ""
    assert (
        "[unused-ignore]"
        in auditlint(*unused, write("p.yaml", WAITING.format(resource="events", level="Metadata"))).stdout
    )
    write(".auditlint.yaml", "server: aggregated\n")
    assert auditlint(*unused, "p.yaml").stdout == ""


def test_a_category_is_no_rule(auditlint: Auditlint, write: Write) -> None:
    text = WAITING.format(resource="secrets", level="Metadata").replace("secrets-not-audited]", "policy-coverage]")
    assert '"policy-coverage" is not a rule' in auditlint("check", write("p.yaml", text)).stdout
    assert "this is a category" in auditlint("check", "p.yaml").stdout


COMMAND = "kube-apiserver --audit-policy-file=/etc/p.yaml --audit-log-path=/var/log/a.log --audit-log-maxage=x"
IN_OTHER_TEXTS = {
    "start.sh": f"#!/bin/sh\n# auditlint: ignore-file[invalid-flag-value] a test\n{COMMAND}\n",
    "end.sh": f"#!/bin/sh\n{COMMAND} # auditlint: ignore[invalid-flag-value] a test\n",
    "a.service": f"# auditlint: ignore-file[invalid-flag-value] a test\n[Service]\nExecStart=/bin/{COMMAND}\n",
}


@pytest.mark.parametrize(("name", "text"), IN_OTHER_TEXTS.items(), ids=IN_OTHER_TEXTS)
def test_comments_of_scripts_and_units_count(auditlint: Auditlint, write: Write, name: str, text: str) -> None:
    arguments = ("check", "--no-config", "--select", "invalid-flag-value,unused-ignore")
    assert auditlint(*arguments, write(name, text)).stdout == ""
    plain = text.replace("auditlint: ignore", "no ")
    assert "[invalid-flag-value]" in auditlint(*arguments, write(name, plain)).stdout
