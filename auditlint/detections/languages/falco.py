"""Falco's rules files: a YAML list of rules, macros and lists, of which the rules with `source: k8s_audit` count.

Source: the documentation of Falco, https://falco.org/docs/concepts/rules/. Files of one folder are read together, in
the order of their names, as Falco loads them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from auditlint.detections.condition import Condition, Not, both, either
from auditlint.detections.languages.falco_fields import fields_printed
from auditlint.detections.languages.falco_syntax import LISTED, Names, Reader, comparison
from auditlint.detections.model import Detection
from auditlint.detections.unreadable import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LANGUAGE = "falco"
SOURCE = "k8s_audit"
_KINDS = ("rule", "macro", "list")


class Entry(NamedTuple):
    """One item of a rules file."""

    path: str
    line: int
    said: Mapping[str, Any]


def is_rules_file(document: Any) -> bool:
    """Tell whether a document is a list as Falco reads it."""
    items = [item for item in document if isinstance(item, dict)] if isinstance(document, list) else []
    return any(kind in item for item in items for kind in (*_KINDS, "required_engine_version"))


class Loaded(NamedTuple):
    """The detections of some files, how many rules were for other sources, and what there is to say."""

    detections: list[Detection]
    others: int
    notices: list[str]


def read(entries: Sequence[Entry]) -> Loaded:
    """Return the detections of the files of one folder."""
    book: dict[str, dict[str, dict[str, Any]]] = {kind: {} for kind in _KINDS}
    places: dict[str, Entry] = {}
    notices: list[str] = []
    for entry in entries:
        kind = next((one for one in _KINDS if one in entry.said), None)
        if kind is None:
            continue
        name = entry.said[kind]
        if not isinstance(name, str):
            notices.append(f"{entry.path}:{entry.line}: the name of a {kind} is no text")
            continue
        known = book[kind].get(name)
        if kind == "rule" and (known is None or ("condition" in entry.said and not _adds(entry.said))):
            places[name] = entry
        book[kind][name] = _combined(known, entry.said)
    reader = Reader(Names(_texts(book["macro"]), _lists(book["list"])))
    mine = {name: said for name, said in book["rule"].items() if said.get("source") == SOURCE}
    found = [_detection(reader, name, said, places[name]) for name, said in mine.items()]
    return Loaded(found, len(book["rule"]) - len(mine), notices)


def _adds(said: Mapping[str, Any]) -> bool:
    return said.get("append") is True or isinstance(said.get("override"), dict)


def _combined(known: dict[str, Any] | None, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what holds of a name that is known, after another entry for it."""
    if known is None:
        return dict(said)
    override = said.get("override")
    modes = override if isinstance(override, dict) else {}
    if not _adds(said):
        whole = any(key in said for key in ("condition", "items"))
        return dict(said) if whole else {**known, **said}
    result = dict(known)
    for key, value in said.items():
        if key in {*_KINDS, "append", "override"}:
            continue
        mode = modes.get(key, "append" if said.get("append") is True else "replace")
        result[key] = _appended(known.get(key), value) if mode == "append" else value
    return result


def _appended(known: Any, more: Any) -> Any:
    if isinstance(known, str) and isinstance(more, str):
        return f"{known} {more}"
    if isinstance(known, list) and isinstance(more, list):
        return [*known, *more]
    return more


def _texts(macros: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    return {name: str(said.get("condition", "")) for name, said in macros.items()}


def _lists(lists: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    return {name: _items(said.get("items")) for name, said in lists.items()}


def _items(said: Any) -> list[str]:
    return [_scalar(item) for item in said] if isinstance(said, list) else []


def _scalar(item: Any) -> str:
    if isinstance(item, bool):
        return "true" if item else "false"
    return str(item)


def _detection(reader: Reader, name: str, said: Mapping[str, Any], entry: Entry) -> Detection:
    tags = _items(said.get("tags"))
    found = Detection(
        LANGUAGE,
        name,
        entry.path,
        entry.line,
        (),
        None,
        str(said["priority"]).upper() if "priority" in said else None,
        tuple(tag.removeprefix("mitre_").replace("_", " ").lower() for tag in tags if tag.startswith("mitre_")),
        prints=fields_printed(str(said.get("output", ""))),
        notes=("it is switched off in its file (enabled: false)",) if said.get("enabled") is False else (),
    )
    try:
        return found._replace(parts=(_condition(reader, said),))
    except UnreadableError as error:
        return found._replace(unread=str(error))


def _condition(reader: Reader, said: Mapping[str, Any]) -> Condition:
    condition = said.get("condition")
    if not isinstance(condition, str):
        raise UnreadableError("a rule without a condition")
    exceptions = said.get("exceptions") or []
    if not isinstance(exceptions, list):
        raise UnreadableError("`exceptions`, which is no list")
    spared = [one for exception in exceptions for one in _exception(reader, exception)]
    return both([reader.read(condition), *(Not(one) for one in spared)])


def _exception(reader: Reader, said: Any) -> Iterator[Condition]:
    """Yield what one exception rules out: the combinations of values of its fields."""
    if not isinstance(said, dict) or "fields" not in said:
        raise UnreadableError(f"the exception {said.get('name', '') if isinstance(said, dict) else said}")
    values = said.get("values") or []
    fields, comps = said["fields"], said.get("comps")
    if isinstance(fields, str):
        operator = comps if isinstance(comps, str) else "in"
        if values and operator in LISTED:
            yield _compare(reader, fields, operator, values)
        elif values:
            yield either([_compare(reader, fields, operator, value) for value in values])
        return
    operators = comps if isinstance(comps, list) else ["="] * len(fields)
    combinations = []
    for row in values:
        if not isinstance(row, list) or len(row) != len(fields) or len(operators) != len(fields):
            raise UnreadableError(f"the exception {said.get('name', '')}, whose values do not fit its fields")
        parts = [_compare(reader, *one) for one in zip(fields, operators, row, strict=True)]
        combinations.append(both(parts))
    if combinations:
        yield either(combinations)


_FIELD = re.compile(r"(?P<name>[\w.]+)(?:\[(?P<argument>[^\]]*)\])?")


def _compare(reader: Reader, field: Any, operator: Any, value: Any) -> Condition:
    match = _FIELD.fullmatch(str(field))
    if match is None:
        raise UnreadableError(f"`{field}`, a field of an exception")
    asked = reader.members(_items(value) if isinstance(value, list) else [_scalar(value)])
    if operator not in LISTED and len(asked) != 1:
        raise UnreadableError(f"an exception with {len(asked)} values for `{field} {operator}`")
    written = f"{field} {operator} {', '.join(asked)}"
    return comparison(match["name"], match["argument"], str(operator).lower(), asked, written)
