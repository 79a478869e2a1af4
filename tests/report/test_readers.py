"""Every output is read by what reads its format, and none misses a finding that the JSON tells of."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import jsonschema
import pytest

from auditlint import __version__, registry
from auditlint.carriers.flags import LinePlaces
from auditlint.change import Repair
from auditlint.finding import Edit, Finding, Fix, Related, Severity, Span, Suppressed
from auditlint.lint.summaries import of_rules
from auditlint.report import Medium, formats, render
from auditlint.report.check.markdown import LONGEST
from auditlint.report.model import Report
from tests.report.published import golden

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditlint.change import Change

HERE = Path(__file__).parent
MEDIUM = Medium(folder="/repo/policies", root="/repo")
LINE = "  verbs: [\u00e4\U0001f600, get, get]"
SPAN = Span(2, 15, 2, 18)
registry.load()


class Somewhere(LinePlaces):
    """A place with one edit, whatever is to change."""

    def __init__(self) -> None:
        super().__init__(())

    def edits(self, path: str, changes: tuple[Change, ...]) -> tuple[Edit, ...]:  # noqa: ARG002
        return (Edit(path, SPAN, ""),)


class Told(NamedTuple):
    """What an output says of one finding."""

    rule: str
    path: str
    line: int


def finding(span: Span = SPAN, rule: str = "dead-identity", **details: Any) -> Finding:
    given: dict[str, Any] = {"severity": Severity.WARNING, "refused": False, "help": "Delete `get`", **details}
    message = 'the verb "get" <b>is</b> listed | twice & `so`'
    return Finding(rule, "some", path="p.yaml", span=span, document=0, pointer="/verbs/1", message=message, **given)


FINDINGS = (
    finding(),
    finding(Span(2, 20, 2, 23), example="`kubectl get secret` is logged twice"),
    finding(Span(1, 1, 2, 5), "invalid-level", severity=Severity.ERROR, refused=True),
    finding(
        Span(1, 1, 1, 6),
        "secrets-not-audited",
        related=(Related("other/m.yaml", Span(3, 1, 3, 4), "also not logged", "exec-not-audited"),),
        fix=Fix(Repair("delete it", ()), "p.yaml", Somewhere()),
    ),
    finding(Span(1, 2, 1, 6), "leases-logged", severity=Severity.INFO),
    finding(Span(9, 1, 9, 1), "verb-gap"),
)
HIDDEN = finding(Span(1, 3, 1, 6), "noisy-watch", suppressed=Suppressed("comment", "known"))


def report(*findings: Finding) -> Report:
    lines = {"p.yaml": ("rules:", LINE)}
    return Report((), findings, (), 1, rules=tuple(of_rules(findings)), lines=lines)


def rendered(output_format: str, *findings: Finding) -> str:
    return render("check", output_format, report(*(findings or (*FINDINGS, HIDDEN))), MEDIUM)


def told_in_lines(text: str) -> list[Told]:
    return [
        Told(m[3], m[1], int(m[2]))
        for m in re.finditer(r"^(\S+?):(\d+):\d+: (?:error|warning|info): .*\[([a-z-]+)\]$", text, re.MULTILINE)
    ]


def told_in_full(text: str) -> list[Told]:
    blocks = (re.search(r"\w+\[([a-z-]+)\]:(?:.*\n)+?  (\S+?):(\d+):\d+\n", block) for block in text.split("\n\n"))
    return [Told(block[1], block[2], int(block[3])) for block in blocks if block]


def told_in_json(text: str) -> list[Told]:
    live = [one for one in json.loads(text)["findings"] if one["suppressed"] is None]
    return [Told(one["rule"], one["path"], one["line"]) for one in live]


def told_to_github(text: str) -> list[Told]:
    commands = re.finditer(
        r"^::(?:error|warning|notice) file=([^,]+),line=(\d+),.*?title=([^:]+)::", text, re.MULTILINE
    )
    return [Told(m[3], m[1], int(m[2])) for m in commands]


def told_in_sarif(text: str) -> list[Told]:
    log = json.loads(text)
    schema = json.loads((HERE / "schemas" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    jsonschema.Draft4Validator(schema).validate(log)
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    found = []
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        assert rules[result["ruleIndex"]] == result["ruleId"]
        if "suppressions" not in result:
            found.append(Told(result["ruleId"], place["artifactLocation"]["uri"], place["region"]["startLine"]))
    return found


GITLAB = {
    "type": "array",
    "items": {
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^[^./]"},
                    "lines": {"required": ["begin"], "properties": {"begin": {"type": "integer", "minimum": 1}}},
                },
            },
        },
    },
}
"""The fields that GitLab's page on Code Quality lists as required."""


def told_to_gitlab(text: str) -> list[Told]:
    entries = json.loads(text)
    jsonschema.Draft202012Validator(GITLAB).validate(entries)
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)
    return [Told(e["check_name"], e["location"]["path"], e["location"]["lines"]["begin"]) for e in entries]


def told_in_junit(text: str) -> list[Told]:
    root = ET.fromstring(text)
    assert root.tag == "testsuites"
    cases = root.findall("testsuite/testcase")
    failures = root.findall("testsuite/testcase/failure")
    assert (int(root.attrib["tests"]), int(root.attrib["failures"])) == (len(cases), len(failures))
    assert [len(suite) for suite in root] == [int(suite.attrib["tests"]) for suite in root]
    named = [case.attrib["name"].split() for case in cases if len(case)]
    return [Told(rule, place.split(":")[0], int(place.split(":")[1])) for rule, place in named]


def told_in_checkstyle(text: str) -> list[Told]:
    root = ET.fromstring(text)
    assert root.tag == "checkstyle"
    errors = [(file.attrib["name"], error.attrib) for file in root.findall("file") for error in file.findall("error")]
    assert {attributes["severity"] for _, attributes in errors} <= {"error", "warning", "info"}
    return [Told(error["source"].removeprefix("auditlint."), path, int(error["line"])) for path, error in errors]


def told_to_reviewdog(text: str) -> list[Told]:
    result = json.loads(text)
    schema = json.loads((HERE / "schemas" / "rdf-DiagnosticResult.json").read_text(encoding="utf-8"))
    jsonschema.Draft4Validator(schema).validate(result)
    return [
        Told(one["code"]["value"], one["location"]["path"], one["location"]["range"]["start"]["line"])
        for one in result["diagnostics"]
    ]


def told_in_markdown(text: str) -> list[Told]:
    heads = re.finditer(r"^- \S+ \*\*.*?\*\* (\S+?):(\d+):\d+ `([a-z-]+)`", text, re.MULTILINE)
    return [Told(m[3], m[1], int(m[2])) for m in heads]


class Page(HTMLParser):
    """Collects the text of the places, and the names of all elements."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.places: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._inside = self._inside or ("class", "place") in attrs
        if ("class", "place") in attrs:
            self.places.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "p"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.places[-1] += data


def told_in_html(text: str) -> list[Told]:
    page = Page()
    page.feed(text)
    assert {"script", "img", "link", "b"}.isdisjoint(page.tags)
    parts = (re.fullmatch(r"(\S+?):(\d+):\d+ ([a-z-]+)", place) for place in page.places)
    return [Told(part[3], part[1], int(part[2])) for part in parts if part]


READERS: dict[str, Callable[[str], list[Told]]] = {
    "checkstyle": told_in_checkstyle,
    "full": told_in_full,
    "github": told_to_github,
    "gitlab": told_to_gitlab,
    "html": told_in_html,
    "json": told_in_json,
    "junit": told_in_junit,
    "markdown": told_in_markdown,
    "rdjson": told_to_reviewdog,
    "sarif": told_in_sarif,
    "text": told_in_lines,
}
AS_GIVEN = {"text", "full", "json"}
"""Outputs that name files as the user did, not as seen from the repository's root."""


def test_every_output_has_a_reader() -> None:
    assert tuple(READERS) == formats("check")


@pytest.mark.parametrize("output_format", READERS)
def test_no_output_misses_a_finding(output_format: str) -> None:
    folder = "" if output_format in AS_GIVEN else "policies/"
    expected = sorted(Told(one.rule, folder + one.path, one.span.line) for one in FINDINGS)
    assert sorted(READERS[output_format](rendered(output_format))) == expected


@pytest.mark.parametrize("output_format", READERS)
def test_every_output_tells_of_help_example_and_what_is_folded(output_format: str) -> None:
    text = rendered(output_format)
    for words in ("Delete", "is logged twice", "also not logged", "exec-not-audited"):
        assert words in text, words


@pytest.mark.parametrize("output_format", READERS)
def test_an_empty_report(output_format: str) -> None:
    assert READERS[output_format](render("check", output_format, Report((), (), (), 0), MEDIUM)) == []


@pytest.mark.parametrize("output_format", sorted({*READERS} - {"sarif"}))
def test_golden(output_format: str) -> None:
    """SARIF holds the pages of rules, which have tests of their own."""
    text = rendered(output_format).replace(__version__, "0")
    assert text == golden(f"made.{output_format}", text)


@pytest.mark.skipif(shutil.which("xmllint") is None, reason="xmllint (libxml2-utils) is not installed")
def test_junit_follows_the_schema_of_jenkins() -> None:
    schema = HERE / "schemas" / "jenkins-junit.xsd"
    done = subprocess.run(
        ["xmllint", "--noout", "--schema", str(schema), "-"],
        input=rendered("junit").encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()


def test_fingerprints_survive_lines_and_tell_values_of_one_line_apart() -> None:
    def marks(*findings: Finding, above: int = 0) -> list[str]:
        lines = {"p.yaml": ("",) * above + ("rules:", LINE)}
        moved = tuple(
            one._replace(span=one.span._replace(line=one.span.line + above, end_line=one.span.end_line + above))
            for one in findings
        )
        log = json.loads(render("check", "sarif", report(*moved)._replace(lines=lines), MEDIUM))
        return [result["partialFingerprints"]["primaryLocationLineHash"] for result in log["runs"][0]["results"]]

    pair = (finding(), finding(Span(2, 20, 2, 23)))
    assert marks(*pair) == marks(*pair, above=7)
    assert len(set(marks(*pair))) == 2


def test_sarif_tells_of_fixes_suppressions_and_pages() -> None:
    run = json.loads(rendered("sarif"))["runs"][0]
    (fixed,) = (result for result in run["results"] if "fixes" in result)
    (change,) = fixed["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["deletedRegion"] == {
        "startLine": 2,
        "startColumn": 15,
        "endLine": 2,
        "endColumn": 18,
    }
    (suppressed,) = (result for result in run["results"] if "suppressions" in result)
    assert suppressed["suppressions"] == [{"kind": "inSource", "justification": "known"}]
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} >= {one.rule for one in FINDINGS}
    assert all(rule["help"]["markdown"].startswith(f"# {rule['id']}\n") for rule in run["tool"]["driver"]["rules"])


def test_reviewdog_counts_bytes() -> None:
    (only,) = json.loads(rendered("rdjson", finding()))["diagnostics"]
    assert only["location"]["range"] == {
        "start": {"line": 2, "column": len(LINE[:14].encode()) + 1},
        "end": {"line": 2, "column": len(LINE[:17].encode()) + 1},
    }


def test_markdown_fits_a_comment_and_calls_nobody() -> None:
    many = tuple(finding(Span(number, 1, number, 2)) for number in range(1, 2000))
    text = rendered("markdown", *many)
    told = len(told_in_markdown(text))
    assert len(text) <= LONGEST
    assert f"and {len(many) - told} more findings" in text
    assert "@admin" not in rendered("markdown", finding()._replace(message="the user @admin"))
