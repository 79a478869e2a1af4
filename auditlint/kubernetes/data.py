"""Finds the files that ship with auditlint: data and schemas in `schemas/`, the pages of rules in `rules/`."""

from __future__ import annotations

import os
from functools import cache

from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any


def folder(name: str) -> Path:
    """Return the folder called `name` (`schemas` or `rules`), in an installed package or in a checkout."""
    from pathlib import Path  # here, for it takes longer to load than a table does

    return Path(_folder(name))


def _folder(name: str) -> str:
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    installed = os.path.join(package, "_data", name)
    return installed if os.path.isdir(installed) else os.path.join(os.path.dirname(package), name)


@cache
def table(name: str) -> Any:
    """Return the content of the JSON file `schemas/<name>.json`, read once."""
    import json  # here, for a run that needs no table shall not pay for it

    with open(os.path.join(_folder("schemas"), f"{name}.json"), "rb") as file:
        return json.loads(file.read())
