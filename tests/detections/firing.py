"""Whether a Sigma rule fires on an event: a small evaluator over JSON, which knows nothing of auditlint's reader."""

from __future__ import annotations

import fnmatch
from functools import cache
from typing import TYPE_CHECKING, Any

from sigma.conditions import ConditionAND, ConditionFieldEqualsValueExpression, ConditionNOT, ConditionOR
from sigma.rule import SigmaRule
from sigma.types import SigmaBool, SigmaExists, SigmaNull, SigmaNumber, SigmaString, SpecialChars

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@cache
def _parsed(rule: str) -> Any:
    (condition,) = SigmaRule.from_yaml(rule).detection.parsed_condition
    return condition.parsed


def fires(rule: str, event: Mapping[str, Any]) -> bool:
    """Tell whether a rule, given as its text, fires on an event."""
    return _holds(_parsed(rule), event)


def _holds(condition: Any, event: Mapping[str, Any]) -> bool:
    if isinstance(condition, ConditionAND):
        return all(_holds(part, event) for part in condition.args)
    if isinstance(condition, ConditionOR):
        return any(_holds(part, event) for part in condition.args)
    if isinstance(condition, ConditionNOT):
        return not _holds(condition.args[0], event)
    assert isinstance(condition, ConditionFieldEqualsValueExpression), type(condition)
    return _is(list(_values(event, condition.field)), condition.value)


def _is(found: list[Any], wanted: Any) -> bool:
    if isinstance(wanted, SigmaNull):
        return not found
    if isinstance(wanted, SigmaExists):
        return bool(found) == wanted.exists
    if isinstance(wanted, SigmaBool):
        return wanted.boolean in [one for one in found if isinstance(one, bool)]
    if isinstance(wanted, SigmaNumber):
        return wanted.number in found
    assert isinstance(wanted, SigmaString), type(wanted)
    pattern = "".join(_glob(part) for part in wanted.s).lower()
    return any(fnmatch.fnmatchcase(str(one).lower(), pattern) for one in found if isinstance(one, str))


def _glob(part: Any) -> str:
    if isinstance(part, str):
        return "".join(f"[{one}]" if one in "*?[" else one for one in part)
    return {SpecialChars.WILDCARD_MULTI: "*", SpecialChars.WILDCARD_SINGLE: "?"}[part]


def _values(value: Any, name: str) -> Iterator[Any]:
    """Yield what stands under a dotted name, in every item of the lists on the way; names may have dots in them."""
    if isinstance(value, list):
        for item in value:
            yield from _values(item, name)
    elif not name:
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if name == key or name.startswith(f"{key}."):
                yield from _values(inner, name.removeprefix(key).removeprefix("."))
