"""Every rule has a page, every page a rule, and the examples on it are what auditlint says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import rules_index

from auditlint import registry
from auditlint.rule import REGISTRY
from tests import pages

if TYPE_CHECKING:
    from pathlib import Path

registry.load()
PAGES = sorted(path.stem for path in pages.RULES.glob("*.md") if path != rules_index.PAGE)
EXAMPLES = [
    pytest.param(name, example, id=f"{name}-{index}-{example.section.lower()}")
    for name in PAGES
    for index, example in enumerate(pages.examples((pages.RULES / f"{name}.md").read_text(encoding="utf-8")))
]


def test_the_index_names_them_all() -> None:
    assert rules_index.PAGE.read_text(encoding="utf-8") == rules_index.page()


def test_each_rule_has_a_page_and_each_page_a_rule() -> None:
    assert sorted(REGISTRY) == PAGES


@pytest.mark.parametrize("name", PAGES)
def test_page_has_its_title_and_both_kinds_of_examples(name: str) -> None:
    page = (pages.RULES / f"{name}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {name}\n")
    assert {example.section for example in pages.examples(page)} == {"Bad", "Good"}


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_example(name: str, example: pages.Example, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    output = pages.check(example, name, tmp_path, capfd)
    assert output == (example.output or "")
    if example.section == "Bad":
        assert output
