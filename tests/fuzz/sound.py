"""What must hold of an output, whatever came in: places are in the text, JSON follows its schema, bytes repeat."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import jsonschema

from auditlint.checking import check_text
from auditlint.lint.reporting import order
from auditlint.report import formats, render
from auditlint.text.source import lines
from tests.fuzz.corpus import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditlint.report.model import Report

_XML = {"junit", "checkstyle"}
_PLACE = re.compile(r":(\d+): ")


def assert_sound(data: bytes, name: str, as_kind: str | None) -> Report:
    """Check a text twice: nothing crashes, places are in the text, findings are in order, each once, and repeat."""
    report = check_text(data, name=name, as_kind=as_kind)
    assert not report.crashed, report.crashed
    shown = lines(data)
    for one in report.findings:
        for span in (one.span, *(related.span for related in one.related if related.path == name)):
            assert_inside(span, shown)
    placed = [order(one) for one in report.findings]
    assert placed == sorted(placed)
    said = [(one.rule, one.span, one.pointer, one.document, one.message) for one in report.findings]
    assert len(said) == len(set(said)), [one for one in said if said.count(one) > 1]
    again = check_text(data, name=name, as_kind=as_kind)
    assert_valid("check", "report", iter((report, again)).__next__)
    return report


def assert_inside(span: tuple[int, int, int, int], shown: list[str]) -> None:
    """Hold the start and the end of a span to the lines of its text."""
    for line, column in (span[:2], span[2:]):
        at_end = line == len(shown) + 1 and column == 1
        assert at_end or (0 < line <= max(len(shown), 1) and 0 < column <= len(shown[line - 1] if shown else "") + 1), (
            span
        )
    assert span[:2] <= span[2:], span


def assert_line_inside(message: str, path: str, data: bytes) -> None:
    """Hold an error of the form `path:line: what` to the lines of its text; one of the whole file has no line."""
    assert message.startswith(f"{path}:"), message
    place = _PLACE.match(message, len(path))
    assert place is None or 0 < int(place[1]) <= len(lines(data)) + 1, message
    assert "\n" not in message, message


def assert_valid(command: str, schema: str, made: Callable[[], object]) -> None:
    """Make what a command found twice: all outputs are the same, XML is XML, and the JSON follows its schema."""
    first, second = made(), made()
    for output in formats(command):
        text = render(command, output, first)
        assert text == render(command, output, second), output
        if output in _XML:
            ET.fromstring(text)
    _schema(schema).validate(json.loads(render(command, "json", first)))


@cache
def _schema(name: str) -> jsonschema.Draft202012Validator:
    path = ROOT / "schemas" / f"{name}.schema.json"
    return jsonschema.Draft202012Validator(json.loads(path.read_text("utf-8")))
