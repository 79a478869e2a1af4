"""Sigma rules for `product: kubernetes`, `service: audit`, as pySigma reads them.

pySigma is an extra: `pip install auditlint[detect]`. Source of what its values mean: the Sigma specification,
https://github.com/SigmaHQ/sigma-specification.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from auditlint.detections import regexes
from auditlint.detections.condition import ANY, ONE, Comparison, How, Not, Pattern, both, either, glob
from auditlint.detections.languages.texts import MOST_DEEP, MOST_TESTS, field_of
from auditlint.detections.model import Detection
from auditlint.detections.unreadable import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditlint.detections.condition import Condition

LANGUAGE = "sigma"
PACKAGE = "pySigma"
_TACTIC = re.compile(r"attack\.(?P<name>[a-z][a-z_-]*)")


def is_rule(document: Any) -> bool:
    """Tell whether a document is a Sigma rule, or a correlation of such."""
    return isinstance(document, dict) and "title" in document and ("logsource" in document or "correlation" in document)


def is_about_audit_events(document: Mapping[str, Any]) -> bool:
    """Tell whether a rule is for the events of Kubernetes audit logging."""
    source = document.get("logsource")
    said = source if isinstance(source, dict) else {}
    return said.get("product") == "kubernetes" and said.get("service") == "audit"


def is_installed() -> bool:
    """Tell whether pySigma is there."""
    from importlib.util import find_spec

    return find_spec("sigma") is not None


def read(document: Mapping[str, Any], path: str, line: int) -> Detection:
    """Return the detection that a rule is."""
    tags = [str(tag) for tag in document.get("tags") or [] if isinstance(tag, str)]
    tactics = [match["name"].replace("_", " ").replace("-", " ") for tag in tags if (match := _TACTIC.fullmatch(tag))]
    level = document.get("level")
    found = Detection(
        LANGUAGE,
        str(document.get("title")),
        path,
        line,
        (),
        str(document["id"]) if "id" in document else None,
        str(level).lower() if level is not None else None,
        tuple(tactics),
    )
    if not is_installed():
        return found._replace(unread=f"{PACKAGE} is not installed")
    try:
        return found._replace(parts=(_condition(document),))
    except UnreadableError as error:
        return found._replace(unread=str(error))


def _condition(document: Mapping[str, Any]) -> Condition:
    """Return the condition of a rule; UnreadableError where pySigma or auditlint cannot read it."""
    from sigma.exceptions import SigmaError
    from sigma.rule import SigmaRule

    for key in ("correlation", "action"):
        if key in document:
            raise UnreadableError(f"`{key}`, which is about several rules or events")
    _check_size(document.get("detection"))
    try:
        rule = SigmaRule.from_dict(dict(document))
        parsed = [condition.parsed for condition in rule.detection.parsed_condition]
    except SigmaError as error:
        raise UnreadableError(" ".join(str(error).split())[:200]) from None
    except RecursionError:
        raise UnreadableError("a condition that is nested too deeply") from None
    except Exception as error:  # noqa: BLE001 -- what pySigma does not foresee in a rule
        raise UnreadableError(f"what {PACKAGE} fails on: {type(error).__name__}") from None
    return either([_read(one, 0) for one in parsed])


def _check_size(detection: Any) -> None:
    """Raise UnreadableError for a detection that pySigma would take long to read."""
    conditions = detection.get("condition") if isinstance(detection, dict) else None
    for condition in conditions if isinstance(conditions, list) else [conditions]:
        if isinstance(condition, str) and max(condition.count("("), condition.count("not ")) > MOST_DEEP:
            raise UnreadableError(f"a condition with more than {MOST_DEEP} brackets or negations")
    waiting, number = [(detection, 0)], 0
    while waiting:
        value, deep = waiting.pop()
        number += 1
        if number > MOST_TESTS or deep > MOST_DEEP:
            raise UnreadableError(f"a detection of more than {MOST_TESTS} values, or nested deeper than {MOST_DEEP}")
        if isinstance(value, dict):
            waiting += [(inner, deep + 1) for inner in value.values()]
        elif isinstance(value, list):
            waiting += [(inner, deep + 1) for inner in value]
        elif isinstance(value, str) and len(value) > _LONGEST:
            raise UnreadableError(f"a value of {len(value)} characters")


_LONGEST = 20_000


def _read(item: Any, deep: int) -> Condition:
    from sigma import conditions

    if deep > MOST_DEEP:
        raise UnreadableError(f"more than {MOST_DEEP} conditions inside each other")
    if isinstance(item, conditions.ConditionOR):
        return either([_read(one, deep + 1) for one in item.args])
    if isinstance(item, conditions.ConditionAND):
        return both([_read(one, deep + 1) for one in item.args])
    if isinstance(item, conditions.ConditionNOT):
        return Not(_read(item.args[0], deep + 1))
    if isinstance(item, conditions.ConditionFieldEqualsValueExpression):
        return _test(item.field, item.value)
    if isinstance(item, conditions.ConditionValueExpression):
        raise UnreadableError(f"the keyword `{str(item.value)[:60]}`, which names no field")
    raise UnreadableError(f"`{type(item).__name__}`")


def _test(name: str, value: Any) -> Condition:
    from sigma import types

    field = field_of(name)
    written = f"{name}: {'null' if isinstance(value, types.SigmaNull) else _shown(value)}"
    if isinstance(value, types.SigmaNull):
        return Not(Comparison(field, (Pattern(How.EXISTS),), written=f"{name} exists"))
    if isinstance(value, types.SigmaExists):
        test = Comparison(field, (Pattern(How.EXISTS),), written=f"{name} exists")
        return test if value.exists else Not(test)
    if isinstance(value, types.SigmaString):
        folded = not isinstance(value, types.SigmaCasedString)
        return Comparison(field, (_pattern(value, folded=folded),), folded, written=written)
    if isinstance(value, types.SigmaBool):
        return Comparison(field, (Pattern(How.IS, "true" if value.boolean else "false"),), folded=True, written=written)
    if isinstance(value, types.SigmaNumber):
        return Comparison(field, (Pattern(How.IS, str(value.number)),), written=written)
    if isinstance(value, types.SigmaRegularExpression):
        folded = types.SigmaRegularExpressionFlag.IGNORECASE in value.flags
        regex = regexes.read(str(value.regexp), whole=False, folded=folded)
        return Comparison(field, (Pattern(How.REGEX, regex.text, regex=regex),), folded, written=written)
    if isinstance(value, types.SigmaCIDRExpression):
        return Comparison(field, (Pattern(How.CIDR, str(value.cidr)),), written=written)
    if isinstance(value, types.SigmaCompareExpression):
        hows = {"LT": How.LESS, "LTE": How.AT_MOST, "GT": How.MORE, "GTE": How.AT_LEAST}
        if value.op.name in hows:
            return Comparison(field, (Pattern(hows[value.op.name], str(value.number.number)),), written=written)
    raise UnreadableError(f"`{name}`: a value of the kind {type(value).__name__}")


def _pattern(value: Any, *, folded: bool) -> Pattern:
    from sigma.types import SpecialChars

    wildcards = {SpecialChars.WILDCARD_MULTI: ANY, SpecialChars.WILDCARD_SINGLE: ONE}
    parts: list[str] = []
    for part in value.s:
        if isinstance(part, str):
            parts.append(part.lower() if folded else part)
        elif isinstance(part, SpecialChars) and part in wildcards:
            parts.append(wildcards[part])
        else:
            raise UnreadableError(f"the placeholder in `{value}`")
    if not parts:
        return Pattern(How.IS, "")
    return glob(parts)


def _shown(value: Any) -> str:
    for name in ("regexp", "cidr", "boolean"):
        if hasattr(value, name):
            return str(getattr(value, name))
    return str(value)
