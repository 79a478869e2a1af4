"""How the table of feature gates is read from Go: which spec is in force, and that the file says what was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import generate_feature_gates as tool
import pytest

if TYPE_CHECKING:
    from pathlib import Path

FEATURES = """package features

const (
	// Calm is a gate.
	Calm featuregate.Feature = "Calm"
	Loud featuregate.Feature = "loudly"

	byDefault = true
)

var defaultVersionedKubernetesFeatureGates = map[featuregate.Feature]featuregate.VersionedSpecs{
	Calm: {
		{Version: version.MustParse("1.29"), Default: false, PreRelease: featuregate.Alpha},
		{Version: version.MustParse("1.31"), Default: byDefault, PreRelease: featuregate.Beta}, // remove in 1.40
		{Version: version.MustParse("1.33"), Default: true, PreRelease: featuregate.GA, LockToDefault: true},
	},
	genericfeatures.Loud: {
		{Version: version.MustParse("1.32"), Default: false, PreRelease: featuregate.Beta},
		{Version: version.MustParse("1.32"), Default: true, MinCompatibilityVersion: version.MustParse("1.32")},
	},
	elsewhere.Quiet: {
		{Version: version.MustParse("1.0"), Default: true, PreRelease: featuregate.Deprecated},
	},
}

var defaultKubernetesFeatureGateDependencies = map[featuregate.Feature][]featuregate.Feature{
	genericfeatures.Loud: {Calm, featuregate.Feature(elsewhere.Quiet)},
}
"""


@pytest.fixture(autouse=True)
def _one_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "pkg" / "features"
    folder.mkdir(parents=True)
    (folder / "kube_features.go").write_text(FEATURES)
    (folder / "kube_features_test.go").write_text('package features\n\nvar Test featuregate.Feature = "Test"\n')
    monkeypatch.setattr(tool, "PACKAGES", (tool.Package("k8s.io/kubernetes", "pkg/features"),))
    monkeypatch.setattr(tool, "module", lambda *_: tmp_path)


def spec(minor: int, gate: str) -> tuple[object, ...] | None:
    found = tool.gates(minor).get(gate)
    return None if found is None else (found["stage"], found["default"], found["locked"], found["needs"])


def test_the_spec_in_force_at_a_release() -> None:
    assert [spec(minor, "Calm") for minor in (28, 29, 32, 33)] == [
        None,
        ("alpha", False, False, []),
        ("beta", True, False, []),
        ("ga", True, True, []),
    ]


def test_a_default_that_needs_newer_servers_beside_it() -> None:
    """The server expects others that are one minor older."""
    assert [spec(minor, "loudly") for minor in (32, 33)] == [
        ("beta", False, False, ["Calm", "Quiet"]),
        ("ga", True, False, ["Calm", "Quiet"]),
    ]


def test_every_release_has_the_gates_of_the_registry_itself() -> None:
    assert set(tool.gates(29)) == {"AllAlpha", "AllBeta", "Calm", "Quiet"}


def test_the_file_says_what_was_read() -> None:
    read = {minor: tool.gates(minor) for minor in (29, 30, 31, 32, 33)}
    assert tool.gates_by_release(tool.written(read)) == read


def test_the_committed_file_is_written_by_the_tool() -> None:
    text = tool.DATA.read_text()
    assert tool.written(tool.gates_by_release(text)) == text
