"""Subjects are values: made whole, never changed."""

from __future__ import annotations

from functools import partial

import pytest

from auditlint.change import Append, Delete, SetValue
from auditlint.finding import Span
from auditlint.kubernetes.cluster import ORDINARY, Cluster
from auditlint.kubernetes.decode import load
from auditlint.kubernetes.releases import NEWEST, SERVER, Target
from auditlint.subjects.model import ApiServer, PolicySubject
from auditlint.text.places import NodePlaces
from tests.carriers.recognition import only, pod
from tests.checks.policies import HEAD

ARGUMENTS = ("spec", "containers", 0, "command")

PLACES = NodePlaces(None, Span(1, 1, 1, 1))
POLICY = PolicySubject(
    path="p.yaml",
    document=0,
    places=PLACES,
    base=(),
    minor=37,
    loaded=load(None, 37),
    decode=partial(load, None),
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
        PolicySubject(path="p.yaml", document=0, places=PLACES, base=(), minor=NEWEST)  # type: ignore[call-arg]


def test_a_policy_for_another_release_is_worked_out_once() -> None:
    policy = only(PolicySubject, f"{HEAD}rules:\n- {{level: Metadata, omitManagedFields: true}}\n")
    older = policy.judged_for(Target(22, origin=SERVER), ORDINARY)
    assert (older.minor, older.loaded.lenient, policy.loaded.lenient) == (22, True, False)
    assert policy.judged_for(Target(22, origin=SERVER), ORDINARY) is older
    assert policy.judged_for(policy.release, ORDINARY) is policy
    assert policy.judged_for(Target(22, origin=SERVER), ORDINARY).analysis is older.analysis
    assert policy.judged_for(Target(22, origin=SERVER), Cluster(aggregated=True)).cluster.aggregated


def test_a_template_is_excused_for_every_release() -> None:
    policy = only(PolicySubject, f"{HEAD}rules:\n- level: <level>\n")
    assert not policy.judged_for(Target(22, origin=SERVER), ORDINARY).loaded.refused


@pytest.mark.parametrize(
    ("arguments", "changes"),
    [
        ("[]", (Append(ARGUMENTS, "--audit-log-maxage=30"),)),
        ("[--audit-log-maxage=x]", (SetValue((*ARGUMENTS, 1), "--audit-log-maxage=30"),)),
        ("[--audit-log-maxage=7, --v=2]", (SetValue((*ARGUMENTS, 1), "--audit-log-maxage=30"),)),
        (
            "[--v=2, --audit-log-maxage, '7']",
            (SetValue((*ARGUMENTS, 2), "--audit-log-maxage=30"), Delete((*ARGUMENTS, 3))),
        ),
    ],
)
def test_setting_a_flag(arguments: str, changes: tuple[object, ...]) -> None:
    command = "command: " + arguments.replace("[", "[kube-apiserver, ").replace(", ]", "]")
    assert only(ApiServer, pod(command)).with_flag("audit-log-maxage", "30") == changes


def test_deleting_a_flag() -> None:
    server = only(ApiServer, pod("command: [kube-apiserver, --audit-log-path, /a, --audit-log-mode=batch]"))
    first, second = server.flags.uses
    assert server.without(first) == (Delete((*ARGUMENTS, 1)), Delete((*ARGUMENTS, 2)))
    assert server.without(second) == (Delete((*ARGUMENTS, 3)),)
