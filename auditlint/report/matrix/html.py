"""The matrix as one HTML page that needs nothing else: a heat map whose cells open the rule that decides.

Everything is in the page without its script, which only adds choosing, filtering, keys and a panel. All text of a
policy is escaped, and a Content-Security-Policy lets nothing run or load but the page's own style and script.
"""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from auditlint.english import counted
from auditlint.report.page import head
from auditlint.report.printable import markup
from auditlint.report.tables import methods, words
from auditlint.report.tables.grids import VERBS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from auditlint.report.medium import Medium
    from auditlint.report.tables.document import (
        Case,
        Cell,
        Decision,
        Document,
        Identity,
        PolicyText,
        Row,
        RuleText,
        Table,
    )
    from auditlint.report.tables.methods import Methods

LABELS = {"None": "None", "Metadata": "Metadata", "Request": "Request", "RequestResponse": "Req+Resp"}
"""What stands in a cell."""
LETTERS = {"None": "N", "Metadata": "M", "Request": "R", "RequestResponse": "RR", words.MIXED: "mix"}
"""What stands in a cell where the window is narrow."""
MEANINGS = {
    "None": "nothing is logged",
    "Metadata": "who did what, and when",
    "Request": "with what was sent",
    "RequestResponse": "with what was sent and answered",
}
_MOST = 100


class _Cases:
    """The explanations of cells whose level depends on something: one for all cells that say the same."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def anchor(self, text: str) -> str:
        return f"cases-{self.numbers.setdefault(text, len(self.numbers))}"


class _Page(NamedTuple):
    """What every part of the page needs."""

    document: Document
    groups: list[Methods]
    cases: _Cases
    base: Mapping[tuple[str, str], Cell]
    """The cells of the first table, by row and verb."""


def render(document: Document, medium: Medium) -> str:
    """Return the page."""
    return "".join(pieces(document, medium))


def pieces(document: Document, _medium: Medium) -> Iterator[str]:
    """Yield the same line by line."""
    style, script = (Path(__file__).with_name(name).read_text("utf-8") for name in ("page.css", "page.js"))
    tables = document["tables"]
    base = {(row["name"], cell["verb"]): cell for table in tables[:1] for row in table["rows"] for cell in row["cells"]}
    page = _Page(document, methods.columns(document), _Cases(), base)
    body = chain.from_iterable(_table(page, number, table) for number, table in enumerate(tables))
    parts = chain(_head(document, style, script), _controls(page), ("<main>",), body, _below(page), ("</main>",))
    panel = '<aside id="panel" role="dialog" aria-label="The rule that decides" tabindex="-1" hidden></aside>'
    for line in chain(parts, (panel, f"<script>{script}</script>", "</body>", "</html>")):
        yield f"{line}\n"


def _head(document: Document, style: str, script: str) -> Iterator[str]:
    against = document["against"]
    title = f"Who is logged at which level: {markup(document['policy']['path'])}"
    yield from head(title, style, script)
    yield "<body>\n<header>"
    yield "<h1>Who is logged at which level</h1>"
    yield f'<p class="policy">{markup(words.policy_line(document["policy"]))}</p>'
    if against:
        yield f'<p class="policy">compared with {markup(words.policy_line(against))}: only the cells that differ</p>'
    if document["namespace"] is not None:
        yield f"<p>{markup(words.namespace_line(document).capitalize())}</p>"
    yield from _legend(document)
    yield '<p class="keys scripted" hidden><kbd>←</kbd><kbd>↑</kbd><kbd>↓</kbd><kbd>→</kbd> move between cells, '
    yield "<kbd>Enter</kbd> opens the rule that decides, <kbd>Esc</kbd> closes it</p></header>"


def _legend(document: Document) -> Iterator[str]:
    yield '<ul class="legend" aria-label="Levels">'
    for level, meaning in MEANINGS.items():
        name = level if LABELS[level] == level else f"{LABELS[level]} ({level})"
        yield f'<li><span class="swatch {_class(level)}">{LETTERS[level]}</span> {name}: {meaning}</li>'
    mixed = _bar(list(LABELS)[:2])
    yield f'<li><span class="swatch mixed">mix{mixed}</span> mixed: it depends on namespace or name</li>'
    if document["against"]:
        halves = '<span class="half level-metadata">M</span><span class="half level-none">N</span>'
        yield f'<li><span class="swatch changed">{halves}</span> before and now</li>'
    yield "</ul>"


def _controls(page: _Page) -> Iterator[str]:
    """Yield what only the script can serve; it is shown by the script."""
    yield '<form id="controls" class="scripted" hidden><label>Who <select id="who">'
    for number, table in enumerate(page.document["tables"]):
        first, *others = words.people(page.document, table["identities"])
        rest = f" and {len(others)} more" if others else ""
        differing = sum(_unlike(page, row, cell) for row in table["rows"] for cell in row["cells"]) if number else 0
        count = f" – {counted(differing, 'cell differs', 'cells differ')}"
        yield f'<option value="{number}">{markup(first)}{rest}{count if number else ""}</option>'
    yield '</select></label> <label>Find <input id="find" type="search" placeholder="secrets, rbac, /healthz" '
    yield 'autocomplete="off" spellcheck="false"></label>'
    yield '<label class="check"><input id="only" type="checkbox"> only what differs from everybody else</label>'
    yield '<output id="found" for="who find only"></output></form>'


def _unlike(page: _Page, row: Row, cell: Cell) -> bool:
    """Tell whether a cell looks unlike that of the first table."""
    base = page.base.get((row["name"], cell["verb"]))
    return base is not cell and (base is None or _looks(base) != _looks(cell))  # equal cells are one object


def _looks(cell: Cell) -> object:
    level = words.level_of(cell)
    mixed = [(words.change_words(case), words.silent(case), case["where"]) for case in cell["cases"]]
    return level, mixed if level == words.MIXED else {words.change_words(case) for case in cell["cases"]}


def _table(page: _Page, number: int, table: Table) -> Iterator[str]:
    document = page.document
    groups = (_groups(identity) for identity in table["identities"][:_MOST])
    yield f'<section class="people" id="people-{number}" aria-labelledby="who-{number}">'
    yield f'<h2 id="who-{number}">{markup(words.heading(document, table["identities"]))}</h2>'
    yield f'<p class="groups">{"; ".join(dict.fromkeys(groups))}</p>'
    if not table["rows"]:
        yield "<p>No cell differs.</p>"
    resources = [row for row in table["rows"] if row["path"] is None]
    paths = [row for row in table["rows"] if row["path"] is not None]
    if resources:
        yield from _grid(page, number, resources, [(verb,) for verb in VERBS], VERBS)
    if paths:
        titles = [methods.title(group, page.groups) for group in page.groups]
        yield from _grid(page, number, paths, page.groups, titles)
    yield "</section>"


def _groups(identity: Identity) -> str:
    """Return whom a table speaks of, by the groups that they are in."""
    if identity["user"] is None:
        return "no user and no group"
    groups = ", ".join(f"<code>{markup(group)}</code>" for group in identity["groups"])
    who = "anybody" if identity["kind"] in {"others", "group"} else f"<code>{markup(identity['user'])}</code>"
    return f"{who} in {groups} and no other group" if groups else f"{who} in no group"


def _grid(
    page: _Page, number: int, rows: Sequence[Row], columns: Sequence[Methods], titles: Sequence[str]
) -> Iterator[str]:
    kind = "paths" if rows[0]["path"] is not None else "resources"
    yield f'<table class="{kind}"><caption>{words.caption(kind)}</caption><thead><tr>'
    yield "<td></td>" + "".join(f'<th scope="col"><span>{title}</span></th>' for title in titles) + "</tr></thead>"
    for section in dict.fromkeys(row["section"] for row in rows):
        heading = f'<th scope="rowgroup" colspan="{len(columns) + 1}">{words.SECTIONS[section]}</th>'
        yield f'<tbody><tr class="section">{heading}</tr>'
        for row in rows:
            if row["section"] == section:
                yield _row(page, number, row, columns)
        yield "</tbody>"
    yield "</table>"


def _row(page: _Page, number: int, row: Row, columns: Sequence[Methods]) -> str:
    cells = {cell["verb"]: cell for cell in row["cells"]}
    found = (cells.get(column[0]) for column in columns)
    fields = (_cell(page, number, row, cell) if cell else "<td></td>" for cell in found)
    return f'<tr data-name="{markup(row["name"])}"><th scope="row">{_name(row)}</th>{"".join(fields)}</tr>'


def _name(row: Row) -> str:
    """Return the name of a row, its API group behind it."""
    name, group = row["name"], f".{row['apiGroup']}"
    if row["path"] is None and row["apiGroup"] and group in name:
        name = name.replace(group, "", 1)
        return f'{_breakable(name)} <span class="group">{markup(row["apiGroup"])}</span>'
    return _breakable(name)


def _breakable(name: str) -> str:
    return markup(name).replace("/", "/<wbr>")


def _class(level: str) -> str:
    return f"level-{level.lower()}"


def _cell(page: _Page, number: int, row: Row, cell: Cell) -> str:
    changes = {words.change_words(case) for case in cell["cases"]}
    single = len(cell["cases"]) == 1 and cell["exact"]
    anchor = _rule_anchor(cell["cases"][0]) if single and not page.document["against"] else ""
    anchor = anchor or page.cases.anchor("".join(_explanation(page, cell)))
    place = f"cell-{number}-{markup(row['name']).replace(' ', '_')}-{cell['verb']}"
    marked = " differs" if number and _unlike(page, row, cell) else ""
    if page.document["against"]:
        look, shown = ("changed", _change(cell["cases"][0])) if len(changes) == 1 else ("mixed", _mixed(cell))
    elif words.level_of(cell) == words.MIXED:
        look, shown = "mixed", _mixed(cell)
    else:
        look, shown = _plain(words.level_of(cell))
    return f'<td><a id="{place}" class="cell {look}{marked}" href="#{anchor}">{shown}</a></td>'


def _plain(level: str) -> tuple[str, str]:
    if level == words.SILENT:
        return level, _label(level, "0")
    return _class(level), _label(LABELS[level], LETTERS[level])


def _label(label: str, letter: str) -> str:
    return f'<span class="long">{label}</span><span class="letter" aria-hidden="true">{letter}</span>'


def _mixed(cell: Cell) -> str:
    return _label(words.MIXED, LETTERS[words.MIXED]) + _bar(cell["levels"])


def _bar(levels: Sequence[str]) -> str:
    return (
        f'<span class="bar" aria-hidden="true">{"".join(f"<i class={_class(level)}></i>" for level in levels)}</span>'
    )


def _change(case: Case) -> str:
    was = case["was"]
    levels = (was["level"] if was else case["level"], case["level"])
    halves = (f'<span class="half {_class(level)}">{_label(LABELS[level], LETTERS[level])}</span>' for level in levels)
    return '<span class="sr"> to </span>'.join(halves)


def _rule_anchor(case: Case) -> str:
    return "no-rule" if case["rule"] is None else f"rule-{case['rule']}"


def _explanation(page: _Page, cell: Cell) -> Iterator[str]:
    """Yield what is said of a cell with several cases, or with a change."""
    against = page.document["against"]
    if not cell["exact"]:
        yield f"<p>Too many cases to try all of them: {' or '.join(cell['levels'])}</p>"
        return
    yield '<ul class="cases">'
    for case in cell["cases"]:
        when = "" if len(cell["cases"]) == 1 else f"<p>{markup(words.where_words(case, _MOST))}</p>"
        links = _decision(case, "rule", page.document["policy"])
        if against and case["was"]:
            links = f"{_decision(case['was'], 'old', against)} before, now {links}"
        yield f"<li>{when}<p>{links}</p></li>"
    if cell["more_cases"]:
        yield f"<li><p>and {cell['more_cases']} more cases</p></li>"
    yield "</ul>"


def _decision(decision: Decision, kind: str, policy: PolicyText) -> str:
    level, rule = decision["level"], decision["rule"]
    omitted = decision["omitStages"] if level != "None" else []
    stages = f" without {', '.join(omitted)}" if omitted else ""
    anchor = f"{'old-' if kind == 'old' else ''}{'no-rule' if rule is None else f'rule-{rule}'}"
    place = words.rule_place(decision, policy)
    return f'<span class="swatch {_class(level)}">{level}</span>{stages} by <a href="#{anchor}">{place}</a>'


def _below(page: _Page) -> Iterator[str]:
    """Yield how levels depend on what, and the rules with their lines: what cells lead to."""
    document = page.document
    yield from (f"<p>{line}</p>" for line in words.hidden_lines(document))
    if page.cases.numbers:
        yield '<section id="cases" class="unscripted"><h2>What depends on namespace or name, or has changed</h2>'
        for text, number in page.cases.numbers.items():
            yield f'<article id="cases-{number}" class="cases">{text}</article>'
        yield "</section>"
    yield from _rules(document["policy"], "")
    if document["against"]:
        yield from _rules(document["against"], "old-")


def _rules(policy: PolicyText, prefix: str) -> Iterator[str]:
    yield f'<section id="{prefix}rules"><h2>The rules of {markup(policy["path"])}</h2>'
    for rule in policy["rules"]:
        yield _rule(rule, prefix)
    yield f'<article id="{prefix}no-rule" class="rule"><h3><span class="swatch level-none">None</span> no rule</h3>'
    yield "<p>Requests that no rule matches are not logged.</p></article></section>"


def _rule(rule: RuleText, prefix: str) -> str:
    lines = "".join(f"<li><code>{markup(line)}</code></li>" for line in rule["text"])
    more = rule["end_line"] - rule["line"] + 1 - len(rule["text"])
    rest = f"<p>and {more} more lines</p>" if more > 0 else ""
    level = f'<span class="swatch {_class(rule["level"])}">{rule["level"]}</span>'
    title = f"<h3>{level} line {rule['line']}, <code>rules[{rule['rule']}]</code></h3>"
    logged = f"<p>{words.logged(rule)}</p>"
    listing = f'<ol class="lines" start="{rule["line"]}">{lines}</ol>'
    return f'<article id="{prefix}rule-{rule["rule"]}" class="rule">{title}{logged}{listing}{rest}</article>'
