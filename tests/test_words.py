"""What users read keeps to the words of the Kubernetes documentation: a rule matches a request, a server responds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from auditlint import registry
from auditlint.rule import REGISTRY

ROOT = Path(__file__).parent.parent
BESIDE = {
    r"\b(rules?|entry|entries|line \d+) takes?\b": "match",
    r"\banswer(s|ed|ing)?\b": "response",
    r"\bin place of\b": "instead of",
    r"\bstands? twice\b": "is listed twice",
    r"\bfor want of\b": "without",
    r"\bbelongs? into\b": "belongs in",
    r"\b(is|are|was) called so\b": "has that name",
    r"\b(not|no|nobody|never) (\w+ ){0,5}any more\b": "no longer",
}
"""Words that readers stumble over, with the better ones."""
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "rules").glob("*.md")))


def stumbles(text: str) -> list[str]:
    return [f"{found[0]} (write {better})" for word, better in BESIDE.items() for found in re.finditer(word, text)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_and_the_messages_in_their_examples(page: Path) -> None:
    assert stumbles(page.read_text(encoding="utf-8")) == []


def test_summaries() -> None:
    registry.load()
    assert {name: found for name, rule in REGISTRY.items() if (found := stumbles(rule.summary))} == {}
