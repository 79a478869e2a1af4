"""The outputs of `detect`: golden files, the published schema, and what no rule may do to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditlint.cli import run
from auditlint.report import render
from auditlint.report.detections import Blinding, Judged, Judgements, Needed
from auditlint.report.differences import Compared
from tests.report.published import GOLDEN, golden, validate
from tests.report.test_matrix import HOSTILE

ROOT = Path(__file__).parent.parent.parent
FORMATS = {"detect.txt": "text", "detect.md": "markdown", "detect.json": "json", "detect.html": "html"}


@pytest.mark.parametrize("name", FORMATS)
def test_golden(name: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "examples")
    arguments = ["detections/audit-policy.yaml", "--rules", "detections", "--kubernetes-version", "1.30"]
    assert run(["detect", *arguments, "--format", FORMATS[name]]) == 0
    found = capfd.readouterr().out
    assert found == golden(name, found)


def test_json_follows_its_schema() -> None:
    document = validate((GOLDEN / "detect.json").read_text(encoding="utf-8"), "detect")
    assert sum(document["summary"].values()) == len(document["detections"])


def judgements(text: str) -> Judgements:
    one = Judged(
        "falco",
        text,
        text,
        1,
        text,
        text,
        (text,),
        "blind",
        Needed("Request", ("ResponseComplete",), (text,)),
        {"user": text, "groups": [text], "verb": "get", "path": "/x"},
        text,
        Blinding(0, "/rules/0", text, 1),
        text,
        f"- level: {text}\n",
        (text,),
    )
    return Judgements(Compared(text, "1.30"), (one, one._replace(verdict="never", help=None)), (text,))


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("output_format", sorted(set(FORMATS.values())))
def test_no_value_gets_out(value: str, output_format: str) -> None:
    text = render("detect", output_format, judgements(value))
    if output_format == "json":
        validate(text, "detect")
        return
    assert "\x1b" not in text
    if output_format == "html":
        assert "<script" not in text
        assert "<img" not in text
