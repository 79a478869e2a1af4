"""The outputs of `upgrade`: golden files, the published schema, and what no value of a file may do to them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest

from auditlint.cli import run
from auditlint.report import render
from auditlint.report.medium import Medium
from auditlint.upgrading import upgrade_paths
from tests.report.published import GOLDEN, golden, validate
from tests.report.test_matrix import HOSTILE

HERE = Path(__file__).parent
ENDINGS = {"text": "txt", "markdown": "md", "json": "json"}
RUNS = {
    "forward": ("--to", "1.37"),
    "breaking": ("--to", "1.37"),
    "back": ("--from", "1.37", "--to", "1.30"),
    "mended": ("--from", "1.30", "--to", "1.37"),
}
FOLDERS = {"mended": "back"}


@pytest.mark.parametrize("output_format", ENDINGS)
@pytest.mark.parametrize("name", RUNS)
def test_golden(
    name: str, output_format: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(HERE / "upgrade" / FOLDERS.get(name, name))
    assert run(["upgrade", *RUNS[name], "--format", output_format]) == (name in {"breaking", "back"})
    found = capfd.readouterr().out
    assert found == golden(f"upgrade.{name}.{ENDINGS[output_format]}", found)


@pytest.mark.parametrize("name", RUNS)
def test_json_follows_its_schema(name: str) -> None:
    document = validate((GOLDEN / f"upgrade.{name}.json").read_text(encoding="utf-8"), "upgrade")
    kinds = [change["kind"] for change in document["changes"]]
    assert document["summary"] == {kind: kinds.count(kind) for kind in ("breaks", "mends", "differs")}


def test_the_schema_holds_what_belongs_together() -> None:
    document = json.loads((GOLDEN / "upgrade.breaking.json").read_text(encoding="utf-8"))
    document["changes"][0]["topic"] = "token-bodies"
    with pytest.raises(jsonschema.ValidationError):
        validate(json.dumps(document), "upgrade")


SERVER = """\
apiVersion: v1
kind: Pod
metadata: {name: kube-apiserver, namespace: kube-system}
spec:
  containers:
  - name: kube-apiserver
    image: kube-apiserver:v1.22.1
    command: [kube-apiserver, --audit-policy-file=/audit/policy.yaml%s]
    volumeMounts: [{name: audit, mountPath: /audit, readOnly: true}]
  volumes: [{name: audit, hostPath: {path: /audit, type: Directory}}]
"""
OLD = "apiVersion: audit.k8s.io/v1beta1\nkind: Policy\nrules:\n- level: %s\n"


@pytest.mark.parametrize(
    ("flags", "level", "said"),
    [
        ("", "Metadata", ["policy.yaml:1: what else differs shows once 1.30 accepts this policy"]),
        ("", "All", ["policy.yaml:1: neither 1.22 nor 1.30 accepts this policy; `auditlint check` says why"]),
        (
            ", --audit-log-maxagee=1, --feature-gates=TTLAfterFinished=true",
            "Metadata",
            [
                (
                    "kube-apiserver.yaml:6: neither 1.22 nor 1.30 accepts this kube-apiserver (flags); "
                    "`auditlint check` says why"
                ),
                "policy.yaml:1: what else differs shows once 1.30 accepts this policy",
            ],
        ),
    ],
)
def test_notes(flags: str, level: str, said: list[str]) -> None:
    texts = {"kube-apiserver.yaml": (SERVER % flags).encode(), "policy.yaml": (OLD % level).encode()}
    found = upgrade_paths((), "1.30", texts=texts)
    lines = render("upgrade", "text", found).splitlines()
    assert [line.removeprefix("note: ") for line in lines if line.startswith("note: ")] == said


def test_a_terminal_shows_colours() -> None:
    text = "apiVersion: audit.k8s.io/v1beta1\nkind: Policy\nrules:\n- level: Metadata\n"
    found = upgrade_paths((), "1.30", from_version="1.20", texts={"p.yaml": text.encode()})
    said = render("upgrade", "text", found, Medium(color=True))
    assert said.startswith("\x1b[1;31mbreaks\x1b[0m: it works now")
    assert "\x1b[1mp.yaml:1:13:\x1b[0m" in said


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("output_format", ENDINGS)
def test_no_value_gets_out(value: str, output_format: str) -> None:
    entry = {"group": "policy", "resources": ["podsecuritypolicies", value]}
    rule = {"level": "RequestResponse", "users": [value, "a"], "resources": [entry, {"group": ""}]}
    policy = {"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": [rule]}
    found = upgrade_paths((), "1.37", from_version="1.20", texts={f"{value}.json": json.dumps(policy).encode()})
    assert {"token-bodies", "resource-gone"} <= {change.topic for change in found.changes}
    text = render("upgrade", output_format, found)
    outside_code = re.sub(r"^    ```yaml$.*?^    ```$", "", text, flags=re.MULTILINE | re.DOTALL)
    assert "<script>" not in outside_code or output_format != "markdown"
    assert all(character.isprintable() or character == "\n" for character in text)
