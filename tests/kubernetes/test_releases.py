"""Versions as people and images write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditlint.kubernetes import releases


@pytest.mark.parametrize(
    ("image", "minor"),
    [
        ("registry.k8s.io/kube-apiserver:v1.29.3", 29),
        ("kube-apiserver:1.29", 29),
        ("localhost:5000/kube-apiserver:v1.18.20", 18),
        ("602401143452.dkr.ecr.eu-west-1.amazonaws.com/eks/kube-apiserver:v1.29.3-eksbuild.1", 29),
        ("rancher/hardened-kubernetes:v1.30.0-rke2r1-build20240417", 30),
        ("rancher/hardened-kubernetes:v1.30.0_rke2r1", 30),
        ("kube-apiserver:v1.29.3@sha256:0123", 29),
        ("localhost:5000/kube-apiserver", None),
        ("kube-apiserver", None),
        ("kube-apiserver:latest", None),
        ("kube-apiserver:", None),
        ("kube-apiserver@sha256:0123", None),
        ("kube-apiserver:sha-1.29", None),
        ("kube-apiserver:20240417", None),
        ("kube-apiserver:v1", None),
        ("kube-apiserver:v2.29.3", None),
        ("kube-apiserver:${VERSION}", None),
        ("", None),
    ],
)
def test_image_tags(image: str, minor: int | None) -> None:
    assert releases.from_image(image) == minor


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1.29", 29),
        ("v1.29.3", 29),
        (" 1.29.3 ", 29),
        ("v1.32.0-rc.1+abc", 32),
        ("1.29.x", 29),
        ("stable-1.29", None),
        ("1", None),
        ("1.29x", None),
        ("1.٢٩", None),
        ("29", None),
        ("2.0", None),
        ("3.5.1", None),
        ("1.123456", None),
        ("", None),
    ],
)
def test_texts(text: str, minor: int | None) -> None:
    assert releases.from_text(text) == minor


def test_target_clamps_and_says_so() -> None:
    assert releases.target(releases.OLDEST) == releases.Target(releases.OLDEST)
    assert releases.target(releases.NEWEST_KNOWN) == releases.Target(releases.NEWEST_KNOWN)
    old, new = releases.target(releases.OLDEST - 1), releases.target(releases.NEWEST_KNOWN + 1)
    assert old.minor == releases.OLDEST
    assert old.notice == "Kubernetes 1.17 is older than what auditlint knows, judged as 1.18"
    assert new.minor == releases.NEWEST_KNOWN
    assert new.notice.endswith(f"judged as 1.{releases.NEWEST_KNOWN}")


@given(st.integers(0, 9999))
def test_names_read_back(minor: int) -> None:
    assert releases.from_text(releases.name(minor)) == minor


@given(st.text())
def test_no_image_is_too_odd(image: str) -> None:
    found = releases.from_image(image)
    assert found is None or ":" in image


@pytest.mark.parametrize(
    ("asked", "origin", "shown", "minor", "said_by"),
    [
        (25, "option", 29, 25, "option"),
        (25, "option", None, 25, "option"),
        (25, "config", 29, 29, "file"),
        (25, "config", None, 25, "config"),
        (None, "option", 29, 29, "file"),
        (None, "option", None, releases.NEWEST, "default"),
        (None, "option", releases.OLDEST - 1, releases.OLDEST, "file"),
    ],
)
def test_an_option_comes_before_the_file_and_the_file_before_the_configuration(
    asked: int | None, origin: str, shown: int | None, minor: int, said_by: str
) -> None:
    chosen = releases.choose(asked, origin, shown)
    assert (chosen.minor, chosen.origin) == (minor, said_by)
