"""Writes `docs/carriers.md`: every carrier, as its module declares it."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from auditlint.carriers import registry  # noqa: E402 -- found beside this file

PAGE = ROOT / "docs" / "carriers.md"
_HEAD = """# Where policies and flags are read

Made from the modules of `auditlint/carriers/` by `tools/dev pages`. A file is recognised by what it says; `--as WORD`
takes every input for that, whatever it looks like. A search of a folder looks at the endings named here; a file that
is named on the command line is read whatever its name.
"""


def page() -> str:
    """Return the page."""
    sections = []
    for name, carrier in sorted(registry.carriers(), key=lambda one: one[1].title.lower()):
        endings = ", ".join(f"`*{suffix}`" for suffix in carrier.suffixes)
        sections.append(f"## {carrier.title}\n\n`--as {name}` · {endings}\n\n{carrier.checked}\n")
    return "\n".join([_HEAD, *sections])


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
