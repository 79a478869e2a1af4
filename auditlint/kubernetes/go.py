"""Reads and writes scalars as the Go standard library does, with its error texts.

Sources: strconv (atoi.go, atof.go, atob.go, quote.go, ftoa.go) and time (format.go, time.go) of Go. The readers raise
ValueError with Go's own words.
"""

from __future__ import annotations

import re
import struct

_TRUE = frozenset({"1", "t", "T", "true", "TRUE", "True"})
_FALSE = frozenset({"0", "f", "F", "false", "FALSE", "False"})
_DIGITS = {character: value for value, character in enumerate("0123456789abcdefghijklmnopqrstuvwxyz")}
_BASES = {"b": 2, "o": 8, "x": 16}
_ESCAPES = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}

_SPECIAL_FLOAT = re.compile(r"[+-]?inf(?:inity)?|nan", re.IGNORECASE | re.ASCII)
_DECIMAL_FLOAT = re.compile(r"[+-]?(?=[0-9_.]*[0-9])[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9][0-9_]*)?", re.ASCII)
_HEX_FLOAT = re.compile(
    r"[+-]?0[xX](?=[0-9a-fA-F_.]*[0-9a-fA-F])[0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?[pP][+-]?[0-9][0-9_]*", re.ASCII
)

_NANOSECONDS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,  # U+00B5, micro sign
    "μs": 10**3,  # U+03BC, Greek letter mu
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_DURATION_PART = re.compile(r"([0-9]*)(?:(\.)([0-9]*))?([^0-9.]*)", re.ASCII | re.DOTALL)
_LARGEST_DURATION = 2**63
_LONGEST_DURATION = len(str(_LARGEST_DURATION))


def quote(text: str) -> str:
    """Return text as `%q` prints it."""
    return '"' + "".join(map(_quoted, text)) + '"'


def quote_list(texts: list[str]) -> str:
    """Return a list of strings as `%q` prints it: `["a" "b"]`."""
    return "[" + " ".join(map(quote, texts)) + "]"


def quote_byte(byte: int) -> str:
    """Return one byte as `%q` prints it: the character of that number in single quotes."""
    character = chr(byte)
    return "'" + ("\\'" if character == "'" else '"' if character == '"' else _quoted(character)) + "'"


def _quoted(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    code = ord(character)
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character < " " or character == "\x7f":
        return f"\\x{code:02x}"
    if "\ud800" <= character <= "\udfff":
        return "\ufffd"
    return f"\\u{code:04x}" if character <= "\uffff" else f"\\U{code:08x}"


_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""What unicode.IsSpace takes for space."""


def trim_space(text: str) -> str:
    """Return a text without the space at its ends (strings.TrimSpace)."""
    return text.strip(_SPACE)


def parse_bool(text: str) -> bool:
    """Return the truth value that strconv.ParseBool reads."""
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise _syntax_error("ParseBool", text)


def parse_int(text: str, bits: int = 64, base: int = 0) -> int:
    """Return the number that strconv.ParseInt reads.

    With base 0 the text says the base, and may hold underscores: `30`, `0x1e`, `0o36`, `036`, `0b11110`, `1_000`.
    """
    sign, digits = (text[0], text[1:]) if text[:1] in {"+", "-"} else ("+", text)
    try:
        number = _unsigned(digits, bits, base)
    except OverflowError:
        raise _range_error("ParseInt", text) from None
    except ValueError:
        raise _syntax_error("ParseInt", text) from None
    if number > 2 ** (bits - 1) - (sign == "+"):
        raise _range_error("ParseInt", text)
    return -number if sign == "-" else number


def is_int64(text: str) -> bool:
    """Tell whether strconv.ParseInt reads a text as a decimal number of 64 bits."""
    try:
        parse_int(text, base=10)
    except ValueError:
        return False
    return True


def parse_uint(text: str, bits: int = 64, base: int = 0) -> int:
    """Return the number that strconv.ParseUint reads, as parse_int but without a sign."""
    try:
        return _unsigned(text, bits, base)
    except OverflowError:
        raise _range_error("ParseUint", text) from None
    except ValueError:
        raise _syntax_error("ParseUint", text) from None


def _unsigned(text: str, bits: int, base: int) -> int:
    """Return the number; ValueError on bad syntax, OverflowError as soon as the digits so far are too many."""
    stated = base == 0
    base, digits = _base(text) if stated else (base, text)
    number = 0
    for character in digits:
        if character == "_" and stated:
            continue
        digit = _DIGITS.get(character.lower() if character.isascii() else "", base)
        if digit >= base:
            raise ValueError
        number = number * base + digit
        if number >= 2**bits:
            raise OverflowError
    if not text or not _underscores_separate_digits(text):
        raise ValueError
    return number


def _base(text: str) -> tuple[int, str]:
    if len(text) > 2 and text[0] == "0" and text[1].lower() in _BASES:  # noqa: PLR2004 (a prefix and one digit)
        return _BASES[text[1].lower()], text[2:]
    return (8, text[1:]) if text[:1] == "0" else (10, text)


def _underscores_separate_digits(number: str) -> bool:
    """Tell whether each `_` stands between two digits, or between a base prefix and a digit."""
    prefix = re.match(r"0[box]", number, re.IGNORECASE | re.ASCII)
    hexadecimal = prefix is not None and number[1] in "xX"
    digits = "0123456789abcdefABCDEF" if hexadecimal else "0123456789"
    body = "0" + number[2:] if prefix else number
    return all(
        before in digits and after in digits and before and after
        for before, after in ((body[i - 1 : i], body[i + 1 : i + 2]) for i, c in enumerate(body) if c == "_")
    )


def parse_float(text: str, bits: int = 64) -> float:
    """Return the number that strconv.ParseFloat reads for a float of 32 or 64 bits."""
    if _SPECIAL_FLOAT.fullmatch(text):
        return float(text)
    hexadecimal = _HEX_FLOAT.fullmatch(text) is not None
    if not hexadecimal and not _DECIMAL_FLOAT.fullmatch(text):
        raise _syntax_error("ParseFloat", text)
    if not _underscores_separate_digits(text.lstrip("+-")):
        raise _syntax_error("ParseFloat", text)
    plain = text.replace("_", "")
    try:
        number = float.fromhex(plain) if hexadecimal else float(plain)
        number = struct.unpack("<f", struct.pack("<f", number))[0] if bits == 32 else number  # noqa: PLR2004
    except OverflowError:
        raise _range_error("ParseFloat", text) from None
    if number in {float("inf"), float("-inf")}:
        raise _range_error("ParseFloat", text)
    return number


def parse_duration(text: str) -> int:
    """Return the nanoseconds that time.ParseDuration reads: `30s`, `1h2m`, `1.5h`, `0`."""
    sign, rest = (text[0], text[1:]) if text[:1] in {"+", "-"} else ("+", text)
    if rest == "0":
        return 0
    total = 0
    if not rest:
        raise _duration_error("invalid duration", text)
    while rest:
        nanoseconds, rest = _duration_part(rest, text)
        total += nanoseconds
        if total > _LARGEST_DURATION:
            raise _duration_error("invalid duration", text)
    if sign == "-":
        return -total
    if total == _LARGEST_DURATION:
        raise _duration_error("invalid duration", text)
    return total


def _duration_part(rest: str, text: str) -> tuple[int, str]:
    """Return the nanoseconds of the first number with its unit, and what follows it."""
    match = _DURATION_PART.match(rest)
    whole, fraction, unit = (match[1], match[3] or "", match[4]) if match else ("", "", "")
    if match is None or not (whole or fraction) or len(whole.lstrip("0")) > _LONGEST_DURATION:
        raise _duration_error("invalid duration", text)
    number = int(whole.lstrip("0") or "0")
    if number > _LARGEST_DURATION:
        raise _duration_error("invalid duration", text)
    if not unit:
        raise _duration_error("missing unit in duration", text)
    if unit not in _NANOSECONDS:
        raise _duration_error(f"unknown unit {_quote_plain(unit)} in duration", text)
    nanoseconds = number * _NANOSECONDS[unit]
    if nanoseconds <= _LARGEST_DURATION:
        nanoseconds += _fraction(fraction, _NANOSECONDS[unit])
    if nanoseconds > _LARGEST_DURATION:
        raise _duration_error("invalid duration", text)
    return nanoseconds, rest[match.end() :]


def _fraction(digits: str, scale: int) -> int:
    """Return the nanoseconds of the digits behind a point, rounded as float64; further digits are dropped."""
    number, divisor = 0, 1.0
    for digit in digits:
        longer = number * 10 + int(digit)
        if number > (_LARGEST_DURATION - 1) // 10 or longer > _LARGEST_DURATION:
            break
        number, divisor = longer, divisor * 10
    return int(float(number) * (scale / divisor))


def _quote_plain(text: str) -> str:
    """Return text as package time quotes it: every byte beyond ASCII as an escape."""
    characters = (
        "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8", "surrogatepass"))
        if character < " " or not character.isascii()
        else character.replace("\\", "\\\\").replace('"', '\\"')
        for character in text
    )
    return '"' + "".join(characters) + '"'


def format_float(number: float, bits: int = 64) -> str:
    """Return a float of 32 or 64 bits as `%v` prints it: the shortest digits that read back as the same number."""
    if number != number or number in {float("inf"), float("-inf")}:  # noqa: PLR0124 (only NaN differs from itself)
        return "NaN" if number != number else "+Inf" if number > 0 else "-Inf"  # noqa: PLR0124
    shortest = next(text for text in (f"{number:.{digits}e}" for digits in range(17)) if _rounded(text, bits) == number)
    mantissa, exponent = shortest.split("e")
    if -4 <= int(exponent) < 6:  # noqa: PLR2004 (the bounds of strconv's %g when it prints the shortest digits)
        digits = len(mantissa.lstrip("-").replace(".", "")) - 1
        return f"{number:.{max(0, digits - int(exponent))}f}"
    return shortest


def _rounded(text: str, bits: int) -> float:
    try:
        return float(struct.unpack("<f", struct.pack("<f", float(text)))[0]) if bits == 32 else float(text)  # noqa: PLR2004
    except OverflowError:
        return float("inf")


def format_duration(nanoseconds: int) -> str:
    """Return a duration as Go prints it: `1m30s`, `100ms`, `0s`."""
    sign, size = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    if size < _NANOSECONDS["s"]:
        unit = next((unit for unit in ("ms", "µs", "ns") if size >= _NANOSECONDS[unit]), "s")
        return sign + _decimal(size, _NANOSECONDS[unit]) + unit
    minutes, rest = divmod(size, _NANOSECONDS["m"])
    seconds = _decimal(rest, _NANOSECONDS["s"]) + "s"
    if not minutes:
        return sign + seconds
    hours, minutes = divmod(minutes, 60)
    return sign + (f"{hours}h" if hours else "") + f"{minutes}m" + seconds


def _decimal(number: int, scale: int) -> str:
    whole, rest = divmod(number, scale)
    fraction = str(rest).zfill(len(str(scale)) - 1).rstrip("0") if rest else ""
    return f"{whole}.{fraction}" if fraction else str(whole)


def _syntax_error(function: str, text: str) -> ValueError:
    return ValueError(f"strconv.{function}: parsing {quote(text)}: invalid syntax")


def _range_error(function: str, text: str) -> ValueError:
    return ValueError(f"strconv.{function}: parsing {quote(text)}: value out of range")


def _duration_error(problem: str, text: str) -> ValueError:
    return ValueError(f"time: {problem} {_quote_plain(text)}")
