"""The versions that are tried are those that the project declares."""

from __future__ import annotations

import pytest
import try_versions

OWN, OF_DETECT = ["click>=8.1.7", "tomli>=2.0.1,<3; python_version < '3.11'"], ["pysigma>=2.0.1"]
LOWEST = ["click==8.1.7", "tomli==2.0.1; python_version < '3.11'"]


def test_each_dependency_is_pinned_to_its_floor() -> None:
    assert try_versions.floors(OWN) == LOWEST


def test_a_dependency_without_a_floor_is_told() -> None:
    with pytest.raises(ValueError, match='"click" has no floor'):
        try_versions.floors(["click"])


def test_what_is_tried() -> None:
    assert [trial.wanted for trial in try_versions.trials(OWN, OF_DETECT, ("lowest", "newest"), ["tests/cli"])] == [
        LOWEST,
        [*OWN, "pysigma==2.0.1"],
        [*OWN, *OF_DETECT],
    ]
