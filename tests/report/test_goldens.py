"""Golden outputs, one per format, and the published schema of the JSON report."""

from __future__ import annotations

import json
import os
from pathlib import Path

import jsonschema
import pytest

from auditlint.cli import run

ROOT = Path(__file__).parent.parent.parent
GOLDEN = Path(__file__).parent / "golden"
FORMATS = {"text": "txt", "full": "full.txt", "json": "json", "github": "github.txt"}


@pytest.fixture
def at_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "examples")


@pytest.mark.usefixtures("at_examples")
@pytest.mark.parametrize("output_format", FORMATS)
def test_golden(output_format: str, capfd: pytest.CaptureFixture[str]) -> None:
    code = run(["check", "--no-config", "--min-severity", "info", "--format", output_format, "."])
    output = capfd.readouterr().out
    golden = GOLDEN / f"examples.{FORMATS[output_format]}"
    if os.environ.get("AUDITLINT_UPDATE_GOLDEN"):
        golden.write_text(output, encoding="utf-8")
    assert code == 1
    assert output == golden.read_text(encoding="utf-8")


@pytest.mark.usefixtures("at_examples")
def test_json_follows_its_schema(capfd: pytest.CaptureFixture[str]) -> None:
    run(["check", "--no-config", "--format", "json", "."])
    report = json.loads(capfd.readouterr().out)
    schema = json.loads((ROOT / "schemas" / "report.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(report)


@pytest.mark.usefixtures("at_examples")
def test_the_good_example_has_no_findings(capfd: pytest.CaptureFixture[str]) -> None:
    code = run(["check", "--no-config", "--fail-on", "info", "good"])
    assert (code, capfd.readouterr().out) == (0, "")
