"""Bytes to text as the server's YAML reader decodes them, and the first character that it refuses.

Source: `readerc.go` of go.yaml.in/yaml/v2. A byte order mark decides between UTF-8 and UTF-16. The reader takes 512
bytes at a time, so a character that it refuses is met as soon as any of the 512 bytes that it is in are needed.
"""

from __future__ import annotations

import re

from auditlint.records import NamedTuple

_CHUNK = 512
_BOM_UTF8 = b"\xef\xbb\xbf"
_BOM_UTF16_LE = b"\xff\xfe"
_BOM_UTF16_BE = b"\xfe\xff"

_ALLOWED_ASCII = bytes([9, 10, 13, *range(0x20, 0x7F)])
_REFUSED = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]"


class BadCharacter(NamedTuple):
    """The first character that the server refuses; offsets count the characters of the text before it."""

    problem: str
    """In the server's words."""
    met_at: int
    """The offset from which on the server meets it: the first character read together with it."""
    control: bool
    """Whether it is a control character, rather than a sequence of bytes that is no character."""


class Decoded(NamedTuple):
    """A text without its byte order mark, up to the first character that the server refuses."""

    text: str
    bad: BadCharacter | None = None


def decode(data: bytes) -> Decoded:
    """Decode data as UTF-8, or as UTF-16 if it begins with such a byte order mark."""
    codec, bom = _codec(data)
    try:
        text = data[bom:].decode(codec)
        problem = ""
    except UnicodeDecodeError as error:
        text = data[bom : bom + error.start].decode(codec)
        problem = (_utf8_problem if codec == "utf-8" else _utf16_problem)(data, bom + error.start)
    at = _control_character(text)
    if at is not None:
        text, problem = text[:at], "control characters are not allowed"
    if not problem:
        return Decoded(text)
    bad_at = bom + len(text.encode(codec))
    met_at = len(text) if problem.startswith("incomplete") else _met_at(data, codec, bom, bad_at)
    return Decoded(text, BadCharacter(problem, met_at, control=at is not None))


def display(data: bytes) -> str:
    """Decode data for human eyes: whatever is no character becomes U+FFFD."""
    codec, bom = _codec(data)
    return data[bom:].decode(codec, "replace")


def encoded(text: str, like: bytes) -> bytes | None:
    """Return a text as other data are encoded, byte order mark included; None where those hold what is no character."""
    codec, bom = _codec(like)
    if like[bom:].decode(codec, "replace").encode(codec, "replace") != like[bom:]:
        return None
    return like[:bom] + text.encode(codec)


def in_first_chunk(data: bytes) -> int:
    """Return how many characters of its text the server takes at first."""
    codec, bom = _codec(data)
    return len(data[bom : _chunk_end(data, codec, 0)].decode(codec, "ignore"))


def _codec(data: bytes) -> tuple[str, int]:
    """Return the name of the encoding and the length of the byte order mark."""
    if data.startswith(_BOM_UTF16_LE):
        return "utf-16-le", 2
    if data.startswith(_BOM_UTF16_BE):
        return "utf-16-be", 2
    return "utf-8", len(_BOM_UTF8) if data.startswith(_BOM_UTF8) else 0


def _control_character(text: str) -> int | None:
    """Return the offset of the first character that YAML does not allow."""
    if text.isascii() and not text.encode("ascii").translate(None, _ALLOWED_ASCII):
        return None
    match = re.search(_REFUSED, text)
    return match.start() if match else None


def utf8_width(lead: int) -> int:
    """Return how many octets a character has that begins with this one, as the server tells; 0 if none does."""
    widths = ((0x80, 0x00), (0xE0, 0xC0), (0xF0, 0xE0), (0xF8, 0xF0))
    return next((width for width, (mask, bits) in enumerate(widths, 1) if lead & mask == bits), 0)


def _utf8_problem(data: bytes, at: int) -> str:
    """Say what is wrong with the UTF-8 sequence that begins at an offset."""
    lead = data[at]
    width = utf8_width(lead)
    if not width:
        return "invalid leading UTF-8 octet"
    if at + width > len(data):
        return "incomplete UTF-8 octet sequence"
    value = lead & (0xFF >> (width + 1))
    for octet in data[at + 1 : at + width]:
        if octet & 0xC0 != 0x80:  # noqa: PLR2004 -- the bits of a trailing octet
            return "invalid trailing UTF-8 octet"
        value = value << 6 | octet & 0x3F
    too_long = value < (0x80, 0x800, 0x10000)[width - 2]
    return "invalid length of a UTF-8 sequence" if too_long else "invalid Unicode character"


def _utf16_problem(data: bytes, at: int) -> str:
    """Say what is wrong with the UTF-16 unit, or pair of units, at an offset."""
    order = "little" if data.startswith(_BOM_UTF16_LE) else "big"
    if at + 2 > len(data):
        return "incomplete UTF-16 character"
    if int.from_bytes(data[at : at + 2], order) & 0xFC00 == 0xDC00:  # type: ignore[arg-type]  # noqa: PLR2004
        return "unexpected low surrogate area"
    return "incomplete UTF-16 surrogate pair" if at + 4 > len(data) else "expected low surrogate area"


def _met_at(data: bytes, codec: str, bom: int, bad_at: int) -> int:
    """Return the offset, in characters, of the first one that is read in one go with the byte at bad_at.

    A character that lies across the end of 512 bytes is read with the next ones.
    """
    start = 0
    while (end := _chunk_end(data, codec, start)) <= bad_at:
        start = end
    return len(data[bom : max(bom, start)].decode(codec))


def _chunk_end(data: bytes, codec: str, start: int) -> int:
    end = start + _CHUNK
    if codec == "utf-8":
        while end < len(data) and data[end] & 0xC0 == 0x80:  # noqa: PLR2004 -- the bits of a trailing octet
            end -= 1
        return end
    high_byte = end - 1 if codec == "utf-16-le" else end - 2
    return end - 2 if high_byte < len(data) and data[high_byte] & 0xFC == 0xD8 else end  # noqa: PLR2004 -- half a pair
