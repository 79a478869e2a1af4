"""Writes `rules/README.md`: every rule by category, with its page."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from auditlint import registry  # noqa: E402 -- found beside this file
from auditlint.rule import REGISTRY, Rule  # noqa: E402

PAGE = ROOT / "rules" / "README.md"
_HEAD = """# Rules

Made from the rules by `tools/dev pages`. *Refused*: a finding may say that kube-apiserver does not start with what is
written. `auditlint explain NAME` shows a page, `auditlint rules` lists them.
"""


def page() -> str:
    """Return the index."""
    registry.load()
    categories = sorted({rule.category for rule in REGISTRY.values()})
    return "\n".join([_HEAD, *map(_section, categories)])


def _section(category: str) -> str:
    rules = sorted((rule for rule in REGISTRY.values() if rule.category == category), key=lambda rule: rule.name)
    rows = "\n".join(map(_row, rules))
    return f"## {category}\n\n| rule | severity | what it finds |\n|---|---|---|\n{rows}\n"


def _row(rule: Rule) -> str:
    notes = [word for word, holds in (("refused", rule.refuses), ("off", not rule.default)) if holds]
    severity = ", ".join([rule.severity.word, *notes])
    summary = rule.summary.replace("|", "\\|")
    return f"| [{rule.name}]({rule.name}.md) | {severity} | {summary} |"


def main() -> None:
    """Write the index."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
