"""What the outputs of every command are held to: the golden files, and the schemas that are published."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema

GOLDEN = Path(__file__).parent / "golden"
SCHEMAS = Path(__file__).parent.parent.parent / "schemas"


def golden(name: str, found: str) -> str:
    """Return what a golden file holds; with AUDITLINT_UPDATE_GOLDEN=1 it is first made to hold what was found."""
    path = GOLDEN / name
    if os.environ.get("AUDITLINT_UPDATE_GOLDEN"):
        path.write_text(found, encoding="utf-8", newline="")
    return path.read_bytes().decode()


def validate(text: str, schema: str) -> dict[str, Any]:
    """Return a document; raises ValidationError where the schema of that name does not describe it."""
    described = json.loads((SCHEMAS / f"{schema}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(described)
    document: dict[str, Any] = json.loads(text)
    jsonschema.Draft202012Validator(described).validate(document)
    return document
