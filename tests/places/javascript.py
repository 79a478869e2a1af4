"""Regular expressions as a JavaScript engine reads them, which VS Code is made with."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_SCRIPT = """
const [pattern, ...lines] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const found = lines.map((line) => new RegExp(pattern).exec(line));
console.log(JSON.stringify(found.map((groups) => groups && [...groups].slice(1))));
"""


def groups(node: str, pattern: str, lines: Sequence[str]) -> list[Any]:
    """Return the groups of a pattern in each line, None for a line that does not match."""
    asked = json.dumps([pattern, *lines])
    run = subprocess.run([node, "-e", _SCRIPT], input=asked, capture_output=True, text=True, check=True)
    found: list[Any] = json.loads(run.stdout)
    return found
