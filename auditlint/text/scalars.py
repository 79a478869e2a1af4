"""What YAML scalars mean to the server: the typing rules of sigs.k8s.io/yaml (go-yaml v2, YAML 1.1).

Source: `resolve.go` of go.yaml.in/yaml/v2, `yaml.go` of sigs.k8s.io/yaml, and Go's strconv and encoding/json, through
which every value passes on. A value *as Go holds it* is None, bool, int, float or str; an int beyond 2**63 - 1 is what
Go calls uint64.
"""

from __future__ import annotations

import math
import re

Value = bool | float | str | None

TYPED_STARTS = frozenset("+-0123456789yYnNtTfFoO~.")
"""A plain scalar whose first character is none of these is a string."""

MAX_INT = 2**63 - 1

_TAG_PREFIX = "tag:yaml.org,2002:"
_RESOLVED_TAGS = frozenset({"!!str", "!!bool", "!!int", "!!float", "!!null", "!!timestamp"})

_WORDS: dict[str, tuple[str, Value]] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), ("!!bool", True)),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), ("!!bool", False)),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), ("!!null", None)),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), ("!!float", math.nan)),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), ("!!float", math.inf)),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), ("!!float", -math.inf)),
}

# Compiled where they are first used: most texts need none of them.
_DOT_FLOAT = r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?"
_FLOAT = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
_INT = (
    r"(?P<sign>[-+]?)(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[bB](?P<bits>[01]+)|0[oO](?P<new>[0-7]+)"
    r"|0(?P<old>[0-7]*)|(?P<dec>[1-9][0-9]*))"
)
_BASES = {"hex": 16, "bits": 2, "new": 8, "old": 8, "dec": 10}
_SIGN_AFTER_BASE = r"0b(?P<value>[-+][01]+)"
_DATE = (
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"
    r"(?:(?:[Tt](?P<time>[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2})(?:[.,][0-9]+)?(?:Z|[-+](?P<zone>[0-9]{2}:[0-9]{2})))"
    r"|(?: +(?P<local>[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2})(?:[.,][0-9]+)?))?"
)
_BASE64 = r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"
_LOOKS_DATED = r"[0-9]{4}-"


class UnfitScalarError(ValueError):
    """A scalar that its own tag refuses, in the words of the server."""


def resolve_plain(text: str) -> Value:
    """Return what a scalar without quotes and without a tag is, as Go holds it."""
    return _resolve(text, "")[1]


def resolve_tagged(text: str, tag: str) -> Value:
    """Return what a scalar under a tag is, as Go holds it; UnfitScalarError if the tag does not allow it.

    Quotes make no difference here. A tag that the server does not know leaves a string.
    """
    tag = short_tag(tag)
    if tag == "!!binary":
        return _from_base64(text)
    if tag not in _RESOLVED_TAGS:
        return text
    found, value = _resolve(text, tag)
    if found == tag:
        return value
    if tag == "!!float" and found == "!!int" and isinstance(value, int) and value <= MAX_INT:
        return float(value)
    raise UnfitScalarError(f"cannot decode {found} `{text}` as a {tag}")


def short_tag(tag: str) -> str:
    """Return a tag of YAML itself in its short form: `!!int`."""
    return "!!" + tag[len(_TAG_PREFIX) :] if tag.startswith(_TAG_PREFIX) else tag


def json_value(value: Value) -> Value:
    """Return a value as it is once it has been JSON: floats without a fraction are integers, huge ones are floats."""
    if isinstance(value, float) and value.is_integer() and -MAX_INT - 1 < value <= MAX_INT - 1023:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value > MAX_INT:
        return float(value)
    return value


def key_name(value: Value) -> str:
    """Return the JSON object key for a value as Go holds it; UnfitScalarError if it cannot be a key."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _short_float(value)
    if value is None:
        raise UnfitScalarError("unsupported map key of type: %!s(<nil>), key: <nil>")
    if value > MAX_INT:
        raise UnfitScalarError(f"unsupported map key of type: uint64, key: {value:#x}")
    return str(value)


def go_float(value: float) -> str:
    """Return a float as Go's `%v` prints those that JSON cannot hold, and most others."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value.is_integer() and abs(value) < 1e6 else repr(value)  # noqa: PLR2004 -- as %v


def replace_undecodable(data: bytes) -> str:
    """Decode UTF-8 as Go's encoding/json does: each byte that fits nowhere becomes U+FFFD."""
    return re.sub("[\udc80-\udcff]", "\ufffd", data.decode("utf-8", "surrogateescape"))


def _resolve(text: str, tag: str) -> tuple[str, Value]:
    """Return the tag that text has by itself, and its value."""
    if tag == "!!str" or (text and text[0] not in TYPED_STARTS):
        return "!!str", text
    word = _WORDS.get(text)
    if word is not None:
        return word
    if text[0] == ".":
        return _checked_float(text, text) if re.fullmatch(_DOT_FLOAT, text) else ("!!str", text)
    if text[0] not in "+-0123456789":
        return "!!str", text
    if tag in {"", "!!timestamp"} and re.match(_LOOKS_DATED, text) and _is_timestamp(text):
        return "!!timestamp", text
    return _number(text)


def _number(text: str) -> tuple[str, Value]:
    digits = text.replace("_", "")
    number = _integer(digits)
    if number is not None:
        return "!!int", number
    if re.fullmatch(_FLOAT, digits):
        return _checked_float(digits, text)
    odd = re.fullmatch(_SIGN_AFTER_BASE, digits)
    if odd and -MAX_INT - 1 <= int(odd["value"], 2) <= MAX_INT:
        return "!!int", int(odd["value"], 2)
    return "!!str", text


def _integer(digits: str) -> int | None:
    """Return what Go's ParseInt, or else ParseUint, makes of digits with base 0; None if they refuse."""
    match = re.fullmatch(_INT, digits)
    if not match:
        return None
    kind = match.lastgroup or ""
    if len(match[kind]) > 70:  # noqa: PLR2004 -- more binary digits than 64 bits have, leading zeros aside
        stripped = match[kind].lstrip("0")
        if len(stripped) > 64:  # noqa: PLR2004 -- see above
            return None
    value = int(match[kind] or "0", _BASES[kind])
    if match["sign"] == "-":
        return -value if value <= MAX_INT + 1 else None
    return value if value <= (MAX_INT if match["sign"] else 2 * MAX_INT + 1) else None


def _checked_float(digits: str, text: str) -> tuple[str, Value]:
    value = float(digits)
    return ("!!str", text) if math.isinf(value) else ("!!float", value)


def _is_timestamp(text: str) -> bool:
    """Tell whether one of go-yaml's four timestamp layouts reads text."""
    match = re.fullmatch(_DATE, text)
    if not match:
        return False
    year, month, day = int(match["year"]), int(match["month"]), int(match["day"])
    if not 1 <= month <= 12 or not 1 <= day <= _days(year, month):  # noqa: PLR2004 -- months
        return False
    zone = match["zone"]
    if zone and (int(zone[:2]) > 24 or int(zone[3:]) > 60):  # noqa: PLR2004 -- as Go allows
        return False
    time = match["time"] or match["local"] or "0:0:0"
    hour, minute, second = [int(part) for part in time.split(":")]
    return hour < 24 and minute < 60 and second < 60  # noqa: PLR2004 -- the clock


def _days(year: int, month: int) -> int:
    if month == 2:  # noqa: PLR2004 -- February
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in {4, 6, 9, 11} else 31


def _from_base64(text: str) -> str:
    """Decode `!!binary` as Go's base64.StdEncoding does: line breaks are nothing, padding is strict."""
    import base64

    digits = text.replace("\n", "").replace("\r", "")
    if not re.fullmatch(_BASE64, digits):
        raise UnfitScalarError("!!binary value contains invalid base64 data")
    return replace_undecodable(base64.b64decode(digits))


def _short_float(value: float) -> str:
    """Format as Go's FormatFloat(value, 'g', -1, 32) does, with YAML's words for infinities and NaN."""
    single = _to_single(value)
    if math.isnan(single):
        return ".nan"
    if math.isinf(single):
        return ".inf" if single > 0 else "-.inf"
    return _go_notation(_shortest_single(single))


def _to_single(value: float) -> float:
    """Round to a 32-bit float."""
    import struct

    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def _shortest_single(single: float) -> str:
    """Return the fewest digits, in e-notation, that read back as the same 32-bit float."""
    for precision in range(9):
        text = f"{single:.{precision}e}"
        if _to_single(float(text)) == single:
            return text
    return f"{single:.8e}"


def _go_notation(scientific: str) -> str:
    """Turn e-notation into what Go's 'g' format prints: plain from 1e-4 to below 1e6, with an exponent otherwise."""
    mantissa, _, power = scientific.partition("e")
    digits = mantissa.lstrip("-").replace(".", "").rstrip("0") or "0"
    exponent = int(power)
    sign = "-" if mantissa.startswith("-") else ""
    if exponent < -4 or exponent >= 6:  # noqa: PLR2004 -- thresholds of strconv
        fraction = "." + digits[1:] if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{fraction}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    whole = digits[: exponent + 1].ljust(exponent + 1, "0")
    rest = digits[exponent + 1 :]
    return f"{sign}{whole}.{rest}" if rest else sign + whole
