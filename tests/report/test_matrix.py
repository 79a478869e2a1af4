"""The outputs of `matrix`: golden files, the published schema, and what no value of a policy may do to them."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from auditlint import Policy
from auditlint.cli import run, terminal
from auditlint.report import pieces, render
from auditlint.report.matrix import json as matrix_json
from auditlint.report.printable import as_json, printable
from tests.report.published import golden, validate

HERE = Path(__file__).parent
NARROW = ("--resource", "secrets", "--resource", "configmaps", "--resource", "namespaces", "--path", "/healthz")
SECRETS = ("--resource", "secrets", "--path", "/healthz", "--user", "bob", "--user", "jane", "--group", "ops")
GOLDENS = {
    "matrix.txt": (),
    "matrix.color.txt": (*NARROW, "--color", "always"),
    "matrix.md": (),
    "matrix.csv": SECRETS,
    "matrix.json": SECRETS,
    "matrix.compared.txt": ("--compare", "old-policy.yaml"),
    "matrix.compared.md": (*NARROW, "--compare", "old-policy.yaml"),
    "matrix.compared.csv": (*SECRETS, "--compare", "old-policy.yaml"),
    "matrix.compared.json": (*SECRETS, "--compare", "old-policy.yaml"),
    "matrix.html": NARROW,
    "matrix.compared.html": (*NARROW, "--compare", "old-policy.yaml"),
}
FORMATS = {"txt": "text", "md": "markdown", "csv": "csv", "json": "json", "html": "html"}
HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "</style><script>alert(1)</script>",
    "javascript:alert(1)",
    "a|b`c`*d*_e_[f](https://example.com)",
    "\x1b[31mred\x07",
    "\u202egnp.exe",
    "=cmd|' /C calc'!A0",
    "@SUM(1)",
    " +1",
    "-1+\r\n=2",
    'with "quotes", commas\nand lines',
    "{{ template }} ${value} &amp; \\",
)


STRANGE = [
    "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: None\n",
    "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: None\n  users: ['##[error]', \"ü\u2028\", '\\']\n",
    "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Request\n  namespaces: [a, b]\n- level: Metadata\n",
]


@pytest.mark.parametrize("text", STRANGE)
@pytest.mark.parametrize("chosen", [{}, {"resources": ["secrets"]}, {"against": Policy.from_text(STRANGE[2])}])
def test_json_is_written_as_python_writes_it(text: str, chosen: dict[str, Any]) -> None:
    document = Policy.from_text(text).matrix(**chosen)
    assert "".join(pieces("matrix", "json", document)) == as_json(document)


def test_an_output_in_pieces_is_written_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    document = Policy.load("audit-policy.yaml").matrix()
    written: list[bytes] = []
    monkeypatch.setattr(terminal, "_ENOUGH", 10_000)
    monkeypatch.setattr(terminal, "stream", written.append)
    terminal.write_pieces(None, pieces("matrix", "json", document))
    assert b"".join(written).decode() == render("matrix", "json", document)
    assert len(written) > 10


def test_equal_cells_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is made, and written as JSON, once."""
    document = Policy.load("audit-policy.yaml").matrix()
    cells = [cell for table in document["tables"] for row in table["rows"] for cell in row["cells"]]
    alike = {json.dumps(cell) for cell in cells}
    assert len({id(cell) for cell in cells}) == len(alike) < len(cells) / 10
    texts = matrix_json._text
    written: list[Any] = []

    def text(value: Any, depth: int) -> str:
        written.append(value)
        return texts(value, depth)

    monkeypatch.setattr(matrix_json, "_text", text)
    render("matrix", "json", document)
    assert sum(isinstance(value, dict) and "levels" in value for value in written) == len(alike)


@pytest.fixture(autouse=True)
def at_policies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE / "matrix")


def output(capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    code = run(["matrix", *arguments])
    captured = capfd.readouterr()
    assert (code, captured.err) == (0, "")
    return captured.out


@pytest.mark.parametrize("name", GOLDENS)
def test_golden(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    output_format = FORMATS[name.rpartition(".")[2]]
    found = output(capfd, "audit-policy.yaml", "--format", output_format, *GOLDENS[name])
    if output_format == "html":
        found = re.sub(r"(?s)<(style|script)>.*?</\1>|<meta http-equiv.*?>", r"<\1>", found)
    assert found == golden(name, found)


@pytest.mark.parametrize("more", [(), ("--compare", "old-policy.yaml"), ("--namespace", "kube-system")])
def test_json_follows_its_schema(more: tuple[str, ...], capfd: pytest.CaptureFixture[str]) -> None:
    validate(output(capfd, "audit-policy.yaml", "--format", "json", *more), "matrix")


def test_text_fits_eighty_columns(capfd: pytest.CaptureFixture[str]) -> None:
    for more in ((), ("--compare", "old-policy.yaml"), ("--namespace", "kube-system")):
        assert [line for line in output(capfd, "audit-policy.yaml", *more).splitlines() if len(line) > 80] == []


def hostile_policy(tmp_path: Path) -> str:
    rules: list[dict[str, Any]] = [{"level": "None", "users": [value]} for value in HOSTILE]
    rules += [{"level": "Request", "userGroups": [value]} for value in HOSTILE]
    rules += [{"level": "RequestResponse", "namespaces": [value]} for value in HOSTILE]
    entry = {"group": "", "resources": ["secrets"], "resourceNames": list(HOSTILE)}
    rules += [{"level": "Request", "resources": [entry]}]
    rules += [{"level": "None", "resources": [{"group": "", "resources": [value]}]} for value in HOSTILE]
    rules += [{"level": "Metadata"}]
    path = tmp_path / "<b>&.json"
    path.write_text(json.dumps({"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": rules}), encoding="utf-8")
    return str(path)


class Elements(HTMLParser):
    """Collects the elements of a page, with their attributes, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_nothing_in_a_policy_becomes_markup(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    page = Elements()
    page.feed(output(capfd, hostile_policy(tmp_path), "--format", "html"))
    tags = [tag for tag, _ in page.found]
    assert tags.count("script") == tags.count("style") == 1
    assert {"img", "iframe", "link", "object", "b"}.isdisjoint(tags)
    attributes = [(name, value or "") for _, found in page.found for name, value in found.items()]
    assert [name for name, _ in attributes if name.startswith("on") or name in {"src", "style", "srcdoc"}] == []
    assert {value[:1] for name, value in attributes if name == "href"} == {"#"}
    text = "".join(page.texts)
    assert HOSTILE[0] in text
    assert not set(text) & {"\x1b", "\x07", "\u202e"}


def test_every_link_of_the_page_leads_somewhere(capfd: pytest.CaptureFixture[str]) -> None:
    for more in ((), ("--compare", "old-policy.yaml")):
        page = Elements()
        page.feed(output(capfd, "audit-policy.yaml", "--format", "html", *more))
        ids = [found["id"] for _, found in page.found if "id" in found]
        assert len(ids) == len(set(ids))
        assert not [one for one in ids if one is None or re.search(r"\s", one)]
        assert {found["href"] for tag, found in page.found if tag == "a"} <= {f"#{one}" for one in ids}


@pytest.mark.parametrize("output_format", ["text", "markdown"])
def test_nothing_in_a_policy_drives_a_terminal(
    output_format: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    found = output(capfd, hostile_policy(tmp_path), "--format", output_format)
    assert {char for char in found if unicodedata.category(char) in {"Cc", "Cf"}} == {"\n"}


def test_nothing_in_a_policy_breaks_a_markdown_table(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    rows = [
        line for line in output(capfd, hostile_policy(tmp_path), "--format", "markdown").splitlines() if "|" in line
    ]
    columns = {len(re.findall(r"(?<!\\)\|", row)) for row in rows if row.startswith("|")}
    assert columns == {10, 3}
    assert not [row for row in rows if re.search(r"(?<!\\)[<*`]", row.replace("@<!-- -->", "@"))]


def test_csv_says_all_that_the_policy_says(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text = output(capfd, hostile_policy(tmp_path), "--format", "csv")
    head, *rows = csv.reader(io.StringIO(text, newline=""))
    assert {len(row) for row in rows} == {len(head)}
    names = {row[1] for row in rows}
    assert {"'" * (value.lstrip()[0] in "=+-@") + printable(value) for value in HOSTILE} <= names
    assert not [field for row in rows for field in row if field.lstrip()[:1] in {*"=+-@"} - {""}]
    assert not [field for row in rows for field in row if field != printable(field)]
    assert text.endswith("\r\n")


def test_a_rule_is_shown_with_its_lines(capfd: pytest.CaptureFixture[str]) -> None:
    report = json.loads(output(capfd, "audit-policy.yaml", "--format", "json", *NARROW))
    lines = Path("audit-policy.yaml").read_text(encoding="utf-8").splitlines()
    for rule in report["policy"]["rules"]:
        assert rule["text"] == lines[rule["line"] - 1 : rule["end_line"]]
        assert rule["text"][0].startswith("  - level: " + rule["level"])


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: None, users: [a]}, {level: Metadata}]\n",
        '{"apiVersion":"audit.k8s.io/v1","kind":"Policy","rules":[{"level":"None","users":["a"]},{"level":"Metadata"}]}',
    ],
)
def test_rules_on_one_line_are_shown_apart(text: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "policy"
    path.write_text(text, encoding="utf-8")
    report = json.loads(output(capfd, str(path), "--format", "json", *NARROW))
    first, second = (rule["text"] for rule in report["policy"]["rules"])
    assert len(first) == len(second) == 1
    assert "Metadata" not in first[0]
    assert "None" not in second[0]
    assert text.splitlines()[-1].count(first[0]) == 1


def test_the_schema_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", "matrix"]) == 0
    assert json.loads(capfd.readouterr().out)["$id"] == "urn:auditlint:schema:matrix"
