"""Writes what carriers declare: `docs/carriers.md`, the table for the first look, the names that start a hook."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from auditlint.carriers import registry  # noqa: E402 -- found beside this file

PAGE = ROOT / "docs" / "carriers.md"
TABLE = ROOT / "auditlint" / "carriers" / "declared.py"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
_TABLE = '''\
"""What carriers declare for the first look at a file, so that none is loaded for it; made by `tools/dev pages`.

A carrier that is not listed yet is loaded and asked.
"""
# ruff: noqa: E501, Q000, RUF100

from __future__ import annotations

# fmt: off
DECLARED: dict[str, tuple[tuple[bytes, ...], tuple[str, ...], bool]] = {{
{}
}}
"""The words, the endings of names, and whether there is a second look, for each module."""
'''
_HEAD = """# Where policies and flags are read

Made from the modules of `auditlint/carriers/` by `tools/dev pages`. A file is recognised by what it says; `--as WORD`
takes every input for that, whatever it looks like. A search of a folder looks at the endings named here; a file that
is named on the command line is read whatever its name.

## Templates

What Helm and Kustomize make is checked as it is:

```
helm template RELEASE CHART | auditlint check -
kustomize build FOLDER | auditlint check -
```

Templates themselves (Helm and Go, Jinja, ERB, `templatefile` of Terraform, envsubst) are checked as far as they can be
without rendering. A value that a mark fills in is a placeholder: nothing is said of it. Of the branches of an `if` the
longest is checked. Where lines may be left out or added, nothing is said of what is absent, and of a policy only what
is wrong with single values. A policy that does not parse without its marks is a warning
([unrendered-template](../rules/unrendered-template.md)); of other files a note says so. Names may end in
`.j2`, `.tpl`, `.tmpl` and the like behind the ending that the rendered file has.
"""


def page() -> str:
    """Return the page."""
    sections = []
    for name, carrier in sorted(registry.carriers(), key=lambda one: one[1].title.lower()):
        endings = ", ".join(f"`*{suffix}`" for suffix in carrier.suffixes)
        sections.append(f"## {carrier.title}\n\n`--as {name}` · {endings}\n\n{carrier.checked}\n")
    return "\n".join([_HEAD, *sections])


def table() -> str:
    """Return the module that tells the first look what carriers declare, so that none is loaded for it."""
    lines = [
        f"    {name.replace('-', '_')!r}: ({carrier.words!r}, {carrier.suffixes!r}, {carrier.look is not None}),"
        for name, carrier in sorted(registry.carriers())
    ]
    return _TABLE.format("\n".join(lines))


def hooks() -> str:
    """Return the hooks of pre-commit, started by a change of any file whose name ends as a carrier's may."""
    endings = "|".join(re.escape(suffix) for suffix in registry.suffixes())
    text = HOOKS.read_text(encoding="utf-8")
    return re.sub(r"(?<=\(\?x\)\(\n).*", lambda _: f"      ({endings})$|", text, count=1)


def main() -> None:
    """Write them."""
    HOOKS.write_text(hooks(), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
    TABLE.write_text(table(), encoding="utf-8")


if __name__ == "__main__":
    main()
