"""Subjects are values: made whole, never changed."""

from __future__ import annotations

from functools import partial

import pytest

from auditlint.finding import Span
from auditlint.kubernetes.decode import load
from auditlint.subjects.model import PolicySubject
from auditlint.text.places import NodePlaces

PLACES = NodePlaces(None, Span(1, 1, 1, 1))
POLICY = PolicySubject(
    path="p.yaml", document=0, places=PLACES, base=(), minor=37, loaded=load(None, 37), decode=partial(load, None)
)


def test_a_subject_cannot_be_changed() -> None:
    with pytest.raises(AttributeError, match="read-only"):
        POLICY.minor = 20  # type: ignore[misc]


def test_a_changed_copy() -> None:
    older = POLICY.replace(minor=20)
    assert (older.minor, older.path, older.shape, POLICY.minor) == (20, "p.yaml", "policy", 37)
    assert older != POLICY


def test_a_subject_is_made_whole() -> None:
    with pytest.raises(TypeError, match="lacks loaded, decode"):
        PolicySubject(path="p.yaml", document=0, places=PLACES, base=(), minor=37)  # type: ignore[call-arg]
