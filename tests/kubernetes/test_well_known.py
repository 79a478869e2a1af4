"""Resources that everybody knows, held to the catalogue, and the answers about all others."""

from __future__ import annotations

import pytest

from auditlint.kubernetes import catalogue, well_known
from auditlint.kubernetes.catalogue import Resource
from auditlint.kubernetes.cluster import Cluster
from auditlint.kubernetes.engine import fresh
from auditlint.kubernetes.releases import KNOWN, NEWEST
from auditlint.kubernetes.well_known import ANYWHERE, Known

NAMES = [("", name) for name in sorted(well_known.CORE)] + [
    (group, name) for group, names in well_known.OTHERS.items() for name in names.split()
]


@pytest.mark.parametrize(("group", "resource"), NAMES)
def test_the_tables_are_those_of_each_release(group: str, resource: str) -> None:
    served = [catalogue.of_release(minor).get(group, resource) for minor in KNOWN]
    assert [one and one.namespaced for one in served] == [ANYWHERE.is_namespaced(group, resource)] * len(served)
    assert served[-1]
    assert set(served[-1].verbs) == set(ANYWHERE.verbs(group, resource))


def test_what_is_always_served_is() -> None:
    for minor in KNOWN:
        served = catalogue.of_release(minor)
        names = [(group, name) for group, names in well_known._SERVED_TOO.items() for name in names.split()]
        assert all(served.get(*one) and well_known.is_always_served(*one) for one in (*names, *NAMES))
    assert not well_known.is_always_served("policy", "podsecuritypolicies")


@pytest.mark.parametrize(
    ("group", "resource", "namespaced"),
    [
        ("scheduling.k8s.io", "priorityclasses", False),
        ("networking.k8s.io", "ingressclasses", False),
        ("extensions", "ingresses", True),
        ("authorization.k8s.io", "localsubjectaccessreviews", True),
        ("", "tokenreviews", False),
        ("metrics.k8s.io", "nodes", False),
        ("example.com", "widgets", True),
    ],
)
def test_scope_of_others(group: str, resource: str, namespaced: bool) -> None:  # noqa: FBT001
    assert not well_known.is_well_known(group, resource)
    assert ANYWHERE.is_namespaced(group, resource) is namespaced


@pytest.mark.parametrize(
    ("group", "name", "verbs"),
    [
        ("", "pods/exec", ("create", "get")),
        ("", "pods/log", ("get",)),
        ("", "nodes/proxy", ("get", "create", "delete", "patch", "update")),
        ("", "namespaces/finalize", ("update",)),
        ("", "componentstatuses", ("get", "list")),
        ("", "subjectaccessreviews", ("create",)),
        ("apps", "deployments/scale", ("get", "patch", "update")),
        ("certificates.k8s.io", "certificatesigningrequests/approval", ("update", "get", "patch")),
        ("example.com", "widgets/status", ("get", "update", "patch")),
    ],
)
def test_verbs_of_others(group: str, name: str, verbs: tuple[str, ...]) -> None:
    resource, _, subresource = name.partition("/")
    assert ANYWHERE.verbs(group, resource, subresource) == verbs


@pytest.mark.parametrize(
    ("group", "resource", "minor", "version"),
    [
        ("", "pods", 18, "v1"),
        ("batch", "cronjobs", 20, "v1beta1"),
        ("batch", "cronjobs", 21, "v1"),
        ("autoscaling", "horizontalpodautoscalers", 22, "v1"),
        ("autoscaling", "horizontalpodautoscalers", 23, "v2"),
        ("extensions", "ingresses", NEWEST, "v1beta1"),
        ("extensions", "ingresses", 20, "v1beta1"),
        ("example.com", "widgets", NEWEST, "v1"),
    ],
)
def test_versions(group: str, resource: str, minor: int, version: str) -> None:
    assert Known(minor).version(group, resource) == version


def test_verbs_are_those_of_the_release() -> None:
    approval = ("certificates.k8s.io", "certificatesigningrequests", "approval")
    assert (Known(18).verbs(*approval), Known(19).verbs(*approval)) == (("update",), ("update", "get", "patch"))


def test_custom_resources_of_the_cluster() -> None:
    widgets = Resource("example.com", "widgets", namespaced=False, verbs=("list", "get"), versions=(("v1beta1", ()),))
    known = Known(30, Cluster(custom=(widgets, Resource("example.com", "gadgets"))))
    assert not known.is_namespaced("example.com", "widgets")
    assert known.verbs("example.com", "widgets") == ("get", "list")
    assert known.version("example.com", "widgets") == "v1beta1"
    assert known.verbs("example.com", "widgets", "status") == ("get", "update", "patch")
    assert known.is_namespaced("example.com", "gadgets")
    assert known.verbs("example.com", "gadgets") == ANYWHERE.verbs("", "pods")
    assert known.version("example.com", "gadgets") == "v1"
    assert known.is_namespaced("else.org", "widgets")


def test_fresh_values_are_served_by_each_release() -> None:
    for minor in KNOWN:
        served = catalogue.of_release(minor)
        found = [served.get(*one) for one in fresh.RESOURCES]
        assert all(one and one.namespaced for one in found), minor
        for resource, names in fresh.SUBRESOURCES.items():
            groups = [group for group, plural in (*fresh.RESOURCES, ("", "nodes")) if plural == resource]
            assert all(served.get(group, resource, name) for group in groups for name in names), (minor, resource)
