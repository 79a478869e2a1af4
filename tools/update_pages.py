"""Rewrites what `docs/` and `rules/` say in the program's words: carriers, the index of rules, outputs of examples.

Then read the difference.
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).parent.parent))

import carriers_page
import rules_index

from auditlint import registry
from tests import pages


def updated(page: str, rule: str) -> str:
    """Return the page with each output as it is now; from the last to the first, so that offsets hold."""
    for example in reversed(pages.examples(page)):
        if example.output is not None:
            now = _output(example, rule)
            page = page[: example.start] + now + page[example.start + len(example.output) :]
    return page


def _output(example: pages.Example, rule: str) -> str:
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()

    def read() -> SimpleNamespace:
        out.flush()
        written = out.buffer.getvalue()
        return SimpleNamespace(out=written.decode(), err=err.getvalue())

    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        return pages.check(example, rule, Path(folder), SimpleNamespace(readouterr=read))


def main() -> None:
    """Rewrite the pages that are named, or all."""
    registry.load()
    for path in sorted(pages.RULES.glob("*.md")):
        if len(sys.argv) > 1 and path.stem not in sys.argv[1:]:
            continue
        page = path.read_text(encoding="utf-8")
        path.write_text(updated(page, path.stem), encoding="utf-8")
    carriers_page.main()
    rules_index.main()


if __name__ == "__main__":
    main()
