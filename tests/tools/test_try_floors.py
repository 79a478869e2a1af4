"""The lowest versions that are tried are those that the project declares."""

from __future__ import annotations

import pytest
import try_floors


def test_each_dependency_is_pinned_to_its_floor() -> None:
    declared = ["click>=8.1.7", "tomli>=2.0.1,<3; python_version < '3.11'"]
    assert try_floors.floors(declared) == ["click==8.1.7", "tomli==2.0.1; python_version < '3.11'"]


def test_a_dependency_without_a_floor_is_told() -> None:
    with pytest.raises(ValueError, match='"click" has no floor'):
        try_floors.floors(["click"])
