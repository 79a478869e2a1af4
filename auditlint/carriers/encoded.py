"""Texts in base64, and packed with gzip: what they hold, and what audit words look like in them."""

from __future__ import annotations

import base64
import binascii
import zlib

AUDIT_IN_BASE64 = (b"YXVkaX", b"F1ZGl0", b"hdWRpd")
"""`audit` from each of the three places that it can have in a group of three characters."""
GZIP_IN_BASE64 = b"H4sI"
"""The first bytes of what gzip packs."""
_LARGEST = 2 << 20
"""Bytes: more than the API server takes of any object, and little of what can be packed to make a reader suffer."""
_GZIP = b"\x1f\x8b"
_WITH_HEADER = 16 + zlib.MAX_WBITS


def from_base64(content: str) -> bytes:
    """Return what a text in base64 holds, white space passed over; nothing if it is none."""
    try:
        return base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def unpacked(data: bytes) -> bytes:
    """Return what gzip packed, up to the largest text that matters; data itself if it is not packed."""
    if not data.startswith(_GZIP):
        return data
    try:
        return zlib.decompressobj(_WITH_HEADER).decompress(data, _LARGEST)
    except zlib.error:
        return b""
