"""Requests that people know in place of made-up ones, as far as the question allows."""

from __future__ import annotations

import pytest

from auditlint.kubernetes.engine.ordinary import ordinary
from auditlint.kubernetes.requests import Request

POD = Request("get", "alice", ("system:authenticated",), None, "", "pods", "", "default", "web")


@pytest.mark.parametrize(
    ("request_", "better"),
    [
        (POD, POD),
        (POD._replace(groups=("dev",)), POD._replace(groups=("dev", "system:authenticated"))),
        (POD._replace(verb=""), POD),
        (POD._replace(verb="proxy", name=""), POD._replace(verb="list", name="")),
        (POD._replace(verb="create"), POD._replace(verb="create", name="")),
        (POD._replace(verb="create", subresource="exec"), POD._replace(verb="create", subresource="exec")),
        (POD._replace(resource="nodes"), POD._replace(resource="nodes", namespace="")),
        (POD._replace(resource="namespaces"), POD._replace(resource="namespaces", namespace="web")),
        (POD._replace(user=None, groups=()), POD._replace(user=None, groups=())),
        (
            POD._replace(user="system:anonymous", groups=()),
            POD._replace(user="system:anonymous", groups=("system:unauthenticated",)),
        ),
        (Request("get", path="/healthzz"), Request("get", path="/healthz")),
        (Request("post", path="/healthz"), Request("post", path="/healthz")),
    ],
)
def test_ordinary(request_: Request, better: Request) -> None:
    assert ordinary(request_, lambda _: True) == better


def test_what_was_asked_for_is_kept() -> None:
    request = Request("", "alice", ("dev",), None, "", "nodes", "", "default", "web")
    assert ordinary(request, lambda one: one.namespace == "default" and not one.verb and "dev" in one.groups) == (
        request._replace(groups=("dev", "system:authenticated"))
    )


def test_a_request_is_never_made_impossible() -> None:
    """A get has a name, so the verb becomes list."""
    request = Request("proxy", None, (), None, "", "pods", "", "default", "")
    assert ordinary(request, lambda _: True) == request._replace(verb="list")
