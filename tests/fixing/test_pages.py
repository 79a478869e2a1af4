"""The rules that say of themselves that they can be fixed, held to the examples of their pages."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from auditlint import registry
from auditlint.checking import fix_paths
from auditlint.rule import REGISTRY
from auditlint.settings import with_profiles, with_version
from tests.fixing.mending import ALL
from tests.pages import RULES, examples, written

if TYPE_CHECKING:
    from pathlib import Path

    from auditlint.settings import Settings
    from tests.pages import Example

registry.load()


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_a_rule_is_fixable_exactly_if_an_example_of_its_page_is_mended(name: str, tmp_path: Path) -> None:
    bad = [one for one in examples((RULES / f"{name}.md").read_text(encoding="utf-8")) if one.section == "Bad"]
    mended = [is_mended(one, name, tmp_path / str(number)) for number, one in enumerate(bad)]
    assert any(mended) == REGISTRY[name].fixable


def is_mended(example: Example, rule: str, folder: Path) -> bool:
    """Tell whether some file of an example is mended because of a rule."""
    paths = [os.fspath(folder / name) for name in written(example, folder)]
    options = dict(zip(example.arguments[::2], example.arguments[1::2], strict=True))
    fixed = fix_paths(paths, settings(options, rule), unsafe=True, as_kind=options.get("--as"))
    return any(finding.rule == rule for finding in fixed.findings)


def settings(options: dict[str, str], rule: str) -> Settings:
    """Return what an example is checked with."""
    found = ALL._replace(select=(rule,))
    if "--kubernetes-version" in options:
        found = with_version(found, options["--kubernetes-version"], "--kubernetes-version")
    return with_profiles(found, (options["--profile"],), "--profile") if "--profile" in options else found
