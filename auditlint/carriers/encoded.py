"""Texts in base64, packed with gzip, or in a data URL: what they hold, and how another text is written in their place.

Source of data URLs: RFC 2397; Ignition reads them with github.com/vincent-petithory/dataurl.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

AUDIT_IN_BASE64 = (b"YXVkaX", b"F1ZGl0", b"hdWRpd")
"""`audit` from each of the three places that it can have in a group of three characters."""
GZIP_ENCODED = (b"H4sI", b"%1F%8B", b"%1f%8b")
"""The first bytes of what gzip packs, in base64 and in a URL."""
_LARGEST = 2 << 20
"""Bytes: more than the API server takes of any object, and little of what can be packed to make a reader suffer."""
_GZIP = b"\x1f\x8b"
_WITH_HEADER = 16 + zlib.MAX_WBITS
_DATA_URL = re.compile(r"data:(?P<type>[^,]*),", re.IGNORECASE)


class Encoded(NamedTuple):
    """What an encoded text holds, and how other data are written in its place."""

    data: bytes
    encode: Callable[[bytes], str]


def from_base64(content: str, *, packed: bool = False) -> Encoded | None:
    """Return what a text in base64 holds, white space passed over; None if it is none. `packed`: with gzip first."""
    try:
        data = base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    packed = packed and data.startswith(_GZIP)
    return Encoded(unpacked(data) if packed else data, lambda new: _to_base64(new, content, packed=packed))


def from_data_url(source: str, *, packed: bool) -> Encoded | int | None:
    """Return what a data URL holds: what is encoded in it, or the offset of a text that is written in percents."""
    head = _DATA_URL.match(source)
    if head is None:
        return None
    content = source[head.end() :]
    if head["type"].lower().endswith(";base64"):
        found = from_base64(_unquoted(content).decode("ascii", "replace"), packed=packed)
        return found and Encoded(found.data, lambda new: head[0] + found.encode(new))
    data = _unquoted(content) if packed else b""
    if data.startswith(_GZIP):
        return Encoded(unpacked(data), lambda new: head[0] + quoted_bytes(_packed(new)))
    return head.end()


def unpacked(data: bytes) -> bytes:
    """Return what gzip packed, up to the largest text that matters; data itself if it is not packed."""
    if not data.startswith(_GZIP):
        return data
    try:
        return zlib.decompressobj(_WITH_HEADER).decompress(data, _LARGEST)
    except zlib.error:
        return b""


def quoted(text: str) -> str:
    """Return a text as a data URL has it."""
    return quoted_bytes(text.encode())


def quoted_bytes(data: bytes) -> str:
    """Return data as a data URL has them."""
    from urllib.parse import quote

    return quote(data, safe="!$&'()*+,/:;=?@-._~")


def _unquoted(text: str) -> bytes:
    from urllib.parse import unquote_to_bytes

    return unquote_to_bytes(text)


def _packed(data: bytes) -> bytes:
    """Return data packed with gzip, the same each time."""
    packing = zlib.compressobj(9, wbits=_WITH_HEADER)
    return packing.compress(data) + packing.flush()


def _to_base64(data: bytes, like: str, *, packed: bool) -> str:
    """Return data in base64, in lines as long as the first of those that it takes the place of."""
    written = base64.b64encode(_packed(data) if packed else data).decode()
    lines = like.split("\n")
    width = len(lines[0].strip()) if len(lines) > 1 else 0
    if not width:
        return written
    end = "\n" if like.endswith("\n") else ""
    return "\n".join(written[at : at + width] for at in range(0, len(written), width)) + end
