"""Elastic's detection rules: TOML files with a `[rule]`, of which those that read Kubernetes audit logs count.

Source: elastic/detection-rules, and the documentation of KQL and EQL.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from auditlint.detections.languages import eql, kql
from auditlint.detections.model import Detection
from auditlint.detections.unreadable import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditlint.detections.condition import Condition

LANGUAGE = "elastic"
_INDEX = "kubernetes.audit"
_QUERIES = frozenset({"query", "saved_query", "new_terms", "threshold"})
_LONGEST = 200_000


def is_rule(document: Any) -> bool:
    """Tell whether a document is a detection rule."""
    return isinstance(document, dict) and isinstance(document.get("rule"), dict) and "name" in document["rule"]


def is_about_audit_events(document: Mapping[str, Any]) -> bool:
    """Tell whether a rule reads Kubernetes audit events."""
    rule = document["rule"]
    index = rule.get("index")
    indices = index if isinstance(index, list) else [index]
    return any(_INDEX in one for one in (*indices, rule.get("query")) if isinstance(one, str))


def read(document: Mapping[str, Any], text: str, path: str) -> Detection:
    """Return the detection that a rule is; `text` is the whole file."""
    rule = document["rule"]
    found = Detection(
        LANGUAGE,
        str(rule["name"]),
        path,
        _line(text),
        (),
        str(rule["rule_id"]) if "rule_id" in rule else None,
        str(rule["severity"]).lower() if "severity" in rule else None,
        _tactics(rule),
    )
    try:
        parts, notes = _parts(rule)
    except UnreadableError as error:
        return found._replace(unread=str(error))
    return found._replace(parts=parts, notes=notes)


def _parts(rule: Mapping[str, Any]) -> tuple[tuple[Condition, ...], tuple[str, ...]]:
    kind, language, query = (str(rule.get(key, "")) for key in ("type", "language", "query"))
    if len(query) > _LONGEST:
        raise UnreadableError(f"a query of {len(query)} characters")
    if rule.get("filters"):
        raise UnreadableError("`filters`, which stand beside the query")
    if kind == "eql":
        return eql.read(query)
    if kind in _QUERIES and language in {"kuery", ""}:
        return (kql.read(query),), ()
    raise UnreadableError(f"`{query.strip().splitlines()[0][:60] if query.strip() else kind}`, a rule of type {kind}")


def _tactics(rule: Mapping[str, Any]) -> tuple[str, ...]:
    threats = rule.get("threat")
    found = []
    for threat in threats if isinstance(threats, list) else []:
        tactic = threat.get("tactic") if isinstance(threat, dict) else None
        if isinstance(tactic, dict) and isinstance(tactic.get("name"), str):
            found.append(tactic["name"].lower())
    return tuple(dict.fromkeys(found))


def _line(text: str) -> int:
    """Return the line of the rule's name."""
    in_rule = False
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(r"\s*\[", line):
            in_rule = re.match(r"\s*\[rule\]", line) is not None
        elif in_rule and re.match(r"name\s*=", line):
            return number
    return 1
