"""The head of an HTML page that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def head(title: str, style: str, script: str = "") -> Iterator[str]:
    """Yield the lines up to the body: a Content-Security-Policy lets nothing run or load but this style and script.

    `title` is markup. The page has to write the script itself.
    """
    scripts = f"script-src {_hash(script)}; " if script else ""
    security = f"default-src 'none'; style-src {_hash(style)}; {scripts}base-uri 'none'; form-action 'none'"
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{security}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="color-scheme" content="light dark">'
    yield f"<title>{title}</title>\n<style>{style}</style>\n</head>"


def _hash(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
