"""The blocks of the documentation that people paste: fences that name their file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.places.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

_FENCE = re.compile(r"^```\w+ file=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str) -> Mapping[str, str]:
    """Return the blocks of a page by the names of their files."""
    return dict(_FENCE.findall((ROOT / "docs" / page).read_text(encoding="utf-8")))
