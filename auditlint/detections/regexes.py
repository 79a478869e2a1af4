"""Regular expressions of detection rules: read only as far as a text that matches can be made, and matched safely."""

from __future__ import annotations

import re
import warnings
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from auditlint.detections.unreadable import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 2_000
_MOST_EXAMPLES = 24
_MANY = 8
"""A repetition that may be so long or longer is one without end."""
_MOST_ENDLESS = 12


class Regex(NamedTuple):
    """An expression that matches in time a little above linear: no endless repetition stands inside another."""

    text: str
    whole: bool
    """Whether it must match the whole value."""
    examples: tuple[str, ...]
    """Some texts that it matches: one for each alternative, up to a number."""

    def matches(self, value: str) -> bool:
        """Tell whether a value matches."""
        found = re.fullmatch(self.text, value) if self.whole else re.search(self.text, value)
        return found is not None


def read(text: str, *, whole: bool, folded: bool = False) -> Regex:
    """Return an expression; UnreadableError where it cannot be matched safely, or no matching text can be made."""
    if len(text) > _LONGEST:
        raise UnreadableError(f"a regular expression of {len(text)} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from re import _parser  # type: ignore[attr-defined]
    except ImportError:
        import sre_parse as _parser
    try:
        parsed = _parser.parse(text.lower() if folded else text)
        endless = list(_endless(parsed, inside=False))
        made = list(dict.fromkeys(islice(_texts(parsed), _MOST_EXAMPLES)))
        found = Regex(text.lower() if folded else text, whole, ())
        good = tuple(one for one in made if found.matches(one))
    except (re.error, RecursionError, OverflowError):
        raise UnreadableError(f"the regular expression {text[:80]}") from None
    if len(endless) > _MOST_ENDLESS or any(endless) or not good:
        raise UnreadableError(f"the regular expression {text[:80]}")
    return found._replace(examples=good)


def _endless(parsed: Any, *, inside: bool) -> Iterator[bool]:
    """Yield for each endless repetition whether it is inside another."""
    for operator, argument in parsed:
        name = str(operator)
        if name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            endless = int(argument[1]) >= _MANY
            if endless:
                yield inside
            yield from _endless(argument[2], inside=inside or endless)
        elif name == "SUBPATTERN":
            yield from _endless(argument[3], inside=inside)
        elif name == "BRANCH":
            for branch in argument[1]:
                yield from _endless(branch, inside=inside)
        elif name in {"GROUPREF", "GROUPREF_EXISTS", "ASSERT", "ASSERT_NOT"}:
            yield True


def _texts(parsed: Any) -> Iterator[str]:
    """Yield texts that an expression may match, one for each alternative of each part by itself."""
    parts = [list(islice(_of_part(str(operator), argument), _MOST_EXAMPLES)) or [""] for operator, argument in parsed]
    yield "".join(options[0] for options in parts)
    for at, options in enumerate(parts):
        for option in options[1:]:
            yield "".join(option if here == at else others[0] for here, others in enumerate(parts))


def _of_part(name: str, argument: Any) -> Iterator[str]:
    if name == "LITERAL":
        yield chr(argument)
    elif name in {"ANY", "NOT_LITERAL"}:
        yield "q" if argument != ord("q") else "z"
    elif name == "IN":
        yield _of_class(argument)
    elif name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
        yield from _repeated(min(int(argument[0]), 64), argument[2])
    elif name in {"SUBPATTERN", "ATOMIC_GROUP"}:
        yield from _texts(argument[3] if name == "SUBPATTERN" else argument)
    elif name == "BRANCH":
        for branch in argument[1]:
            yield from _texts(branch)


def _repeated(least: int, inner: Any) -> Iterator[str]:
    for text in _texts(inner):
        yield text * (least or 1)
    if least == 0:
        yield ""


def _of_class(members: Any) -> str:
    """Return a character of a class such as `[a-z]`."""
    negated = str(members[0][0]) == "NEGATE"
    for character in "q7zQ-_./ \t:,'\"#@" if negated else "":
        pattern = "".join(_member(*one) for one in members[1:])
        if not re.match(f"[{pattern}]", character):
            return character
    name, argument = str(members[0][0]), members[0][1]
    if name == "LITERAL":
        return chr(argument)
    if name == "RANGE":
        return chr(argument[0])
    return {"CATEGORY_DIGIT": "7", "CATEGORY_SPACE": " "}.get(str(argument), "q")


def _member(name: Any, argument: Any) -> str:
    match str(name):
        case "LITERAL":
            return re.escape(chr(argument))
        case "RANGE":
            return f"{re.escape(chr(argument[0]))}-{re.escape(chr(argument[1]))}"
    return {"CATEGORY_DIGIT": "\\d", "CATEGORY_SPACE": "\\s", "CATEGORY_WORD": "\\w"}.get(str(argument), "")
