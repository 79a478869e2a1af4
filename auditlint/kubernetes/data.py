"""Finds the files that ship with auditlint: data and schemas in `schemas/`, the pages of rules in `rules/`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any


def folder(name: str) -> Path:
    """Return the folder called `name` (`schemas` or `rules`), in an installed package or in a checkout."""
    package = Path(__file__).parent.parent
    installed = package / "_data" / name
    return installed if installed.is_dir() else package.parent / name


@cache
def table(name: str) -> Any:
    """Return the content of the JSON file `schemas/<name>.json`, read once."""
    import json  # here, for a run that needs no table shall not pay for it

    return json.loads((folder("schemas") / f"{name}.json").read_bytes())
