"""Which fields objects can have, in which release."""

from __future__ import annotations

import pytest

from auditlint.detections.bodies import may_be_returned, may_be_sent
from auditlint.kubernetes.releases import KNOWN, NEWEST, OLDEST

POD, SECRET, TOKEN = ("", "pods", ""), ("", "secrets", ""), ("", "serviceaccounts", "token")
SENT: dict[tuple[tuple[str, str, str], str], bool | None] = {
    (POD, "spec.hostPID"): True,
    (POD, "spec.containers.securityContext.privileged"): True,
    (POD, "spec.containers.0.image"): True,
    (POD, "spec.containers.image.x"): False,
    (POD, "metadata.labels.app.kubernetes.io/name"): True,
    (POD, "spec"): True,
    (POD, ""): True,
    (POD, "hostPath"): False,
    (POD, "spec.template"): False,
    (SECRET, "data.password"): True,
    (SECRET, "spec"): False,
    (TOKEN, "spec.audiences"): True,
    (("rbac.authorization.k8s.io", "rolebindings", ""), "spec.serviceAccountName"): False,
    (("rbac.authorization.k8s.io", "rolebindings", ""), "roleRef.name"): True,
    (("example.com", "widgets", ""), "spec.anything"): None,
}


@pytest.mark.parametrize(("target", "path"), SENT)
def test_what_is_sent(target: tuple[str, str, str], path: str) -> None:
    keys = tuple(path.split(".")) if path else ()
    assert may_be_sent(target, keys, NEWEST) is SENT[target, path]


@pytest.mark.parametrize(
    ("target", "verb", "path", "expected"),
    [
        (TOKEN, "create", ("status", "token"), True),
        (POD, "get", ("status", "phase"), True),
        (POD, "list", ("items", "spec", "hostPID"), True),
        (POD, "list", ("spec",), False),
        (POD, "list", ("rows", "cells"), True),
        (POD, "delete", ("code",), True),
        (POD, "delete", ("nothing",), False),
        (("example.com", "widgets", ""), "get", ("spec",), None),
    ],
)
def test_what_is_returned(
    target: tuple[str, str, str],
    verb: str,
    path: tuple[str, ...],
    expected: bool | None,  # noqa: FBT001
) -> None:
    assert may_be_returned(target, verb, path, NEWEST) is expected


def test_a_field_comes_with_a_release() -> None:
    have = [may_be_sent(POD, ("spec", "containers", "resizePolicy"), minor) for minor in KNOWN]
    assert have == [minor >= 27 for minor in KNOWN]


def test_every_release_is_there() -> None:
    assert may_be_sent(POD, ("spec", "hostPID"), OLDEST)
    assert all(may_be_sent(POD, ("spec", "hostPID"), minor) for minor in KNOWN)
