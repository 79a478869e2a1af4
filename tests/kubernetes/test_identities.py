"""The groups that kube-apiserver puts users in by itself."""

from __future__ import annotations

import pytest

from auditlint.kubernetes.identities import account_namespace, groups_of, has_fixed_groups


@pytest.mark.parametrize(
    ("user", "groups"),
    [
        ("jane", ("system:authenticated",)),
        ("system:anonymous", ("system:unauthenticated",)),
        ("system:apiserver", ("system:masters", "system:authenticated")),
        ("system:node:worker-1", ("system:nodes", "system:authenticated")),
        ("system:nodes", ("system:authenticated",)),
        (
            "system:serviceaccount:ci:bot",
            ("system:serviceaccounts", "system:serviceaccounts:ci", "system:authenticated"),
        ),
        ("system:serviceaccount:ci", ("system:authenticated",)),
    ],
)
def test_groups(user: str, groups: tuple[str, ...]) -> None:
    assert groups_of(user) == groups


@pytest.mark.parametrize(("user", "namespace"), [("system:serviceaccount:ci:bot", "ci"), ("jane", ""), ("a:b:c:d", "")])
def test_namespace_of_a_service_account(user: str, namespace: str) -> None:
    assert account_namespace(user) == namespace
    assert has_fixed_groups(user) is bool(namespace)
