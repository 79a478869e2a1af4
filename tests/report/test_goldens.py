"""Golden outputs, one per format, and the published schema of the JSON report."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditlint.cli import run
from tests.report.published import golden, validate

ROOT = Path(__file__).parent.parent.parent
FORMATS = {"text": "txt", "full": "full.txt", "json": "json", "github": "github.txt"}


@pytest.fixture
def at_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "examples")


@pytest.mark.usefixtures("at_examples")
@pytest.mark.parametrize("output_format", FORMATS)
def test_golden(output_format: str, capfd: pytest.CaptureFixture[str]) -> None:
    code = run(["check", "--no-config", "--min-severity", "info", "--format", output_format, "."])
    output = capfd.readouterr().out
    assert code == 1
    assert output == golden(f"examples.{FORMATS[output_format]}", output)


@pytest.mark.usefixtures("at_examples")
def test_json_follows_its_schema(capfd: pytest.CaptureFixture[str]) -> None:
    run(["check", "--no-config", "--format", "json", "."])
    validate(capfd.readouterr().out, "report")


@pytest.mark.usefixtures("at_examples")
def test_the_good_example_has_no_findings(capfd: pytest.CaptureFixture[str]) -> None:
    code = run(["check", "--no-config", "--fail-on", "info", "good"])
    assert (code, capfd.readouterr().out) == (0, "")
