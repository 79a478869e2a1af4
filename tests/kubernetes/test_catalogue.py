"""The resources of each release: the committed data, and the questions that are asked of it."""

from __future__ import annotations

import re

import pytest

from auditlint.kubernetes import catalogue
from auditlint.kubernetes.catalogue import Catalogue, Resource
from auditlint.kubernetes.data import table
from auditlint.kubernetes.releases import KNOWN, NEWEST, NEWEST_KNOWN, OLDEST

VERBS = {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}
RECORDS = table("resources")["resources"]
TYPES = {
    "group": str,
    "resource": str,
    "subresource": str,
    "namespaced": bool,
    "kind": str,
    "singular": str,
    "shortNames": list,
    "verbs": list,
    "releases": list,
    "versions": dict,
}
RELEASES = KNOWN


def minors(texts: list[str]) -> list[int]:
    """Return the minors in ranges of releases, refusing anything that is no such range."""
    found: list[int] = []
    for text in texts:
        match = re.fullmatch(r"1\.(\d+)-1\.(\d+)", text)
        assert match, text
        found += range(int(match[1]), int(match[2]) + 1)
    return found


def test_the_data_is_of_the_releases_that_auditlint_knows() -> None:
    """A new release needs `python tools/generate_resources.py`, see there."""
    data = table("resources")
    assert (data["oldest"], data["newest"]) == (f"1.{OLDEST}", f"1.{NEWEST_KNOWN}")


@pytest.mark.parametrize("record", RECORDS, ids=lambda one: f"{one['group']}-{one['resource']}-{one['subresource']}")
def test_each_record_has_the_shape(record: dict[str, object]) -> None:
    assert {name: type(value) for name, value in record.items()} == TYPES
    assert re.fullmatch(r"[a-z]*(\.[a-z0-9.]+)?", str(record["group"]))
    assert re.fullmatch(r"[a-z]+", str(record["resource"]))
    assert re.fullmatch(r"[a-z]*", str(record["subresource"]))
    assert re.fullmatch(r"[A-Z][A-Za-z]+", str(record["kind"]))


@pytest.mark.parametrize("record", RECORDS, ids=lambda one: f"{one['group']}-{one['resource']}-{one['subresource']}")
def test_verbs_and_releases_are_some_that_exist(record: dict[str, list[str]]) -> None:
    assert record["verbs"]
    assert set(record["verbs"]) <= VERBS
    in_releases = minors(record["releases"])
    assert in_releases
    assert set(in_releases) <= set(RELEASES)
    assert sorted(set(in_releases)) == in_releases


def test_each_release_has_one_record_of_a_resource_at_most() -> None:
    seen = [
        (record["group"], record["resource"], record["subresource"], minor)
        for record in RECORDS
        for minor in minors(record["releases"])
    ]
    assert len(seen) == len(set(seen))


def test_the_versions_of_a_record_cover_its_releases() -> None:
    for record in RECORDS:
        by_version = [set(minors(releases)) for releases in record["versions"].values()]
        assert set.union(*by_version) == set(minors(record["releases"])), record


def test_a_subresource_has_its_resource_in_each_release() -> None:
    for minor in RELEASES:
        here = catalogue.of_release(minor)
        for one in here.served:
            assert here.get(one.group, one.resource), one


@pytest.mark.parametrize(
    ("name", "served"),
    [
        (("", "pods", "exec"), RELEASES),
        (("", "pods", "ephemeralcontainers"), RELEASES),
        (("", "pods", "resize"), range(32, NEWEST_KNOWN + 1)),
        (("policy", "podsecuritypolicies", ""), range(18, 25)),
        (("extensions", "ingresses", ""), range(18, 22)),
        (("storage.k8s.io", "csistoragecapacities", ""), range(19, NEWEST_KNOWN + 1)),
        (("apiregistration.k8s.io", "apiservices", ""), RELEASES),
        (("apiextensions.k8s.io", "customresourcedefinitions", "status"), RELEASES),
        (("", "deployments", ""), ()),
    ],
)
def test_which_releases_serve_it(name: tuple[str, str, str], served: range | tuple[()]) -> None:
    assert [minor for minor in RELEASES if catalogue.of_release(minor).get(*name)] == list(served)
    spans = catalogue.of_release(OLDEST).releases(*name)
    assert [minor for first, last in spans for minor in range(first, last + 1)] == list(served)


def test_verbs_are_those_of_the_release() -> None:
    def verbs(minor: int, *name: str) -> set[str]:
        found = catalogue.of_release(minor).get(*name)
        assert found
        return set(found.verbs)

    assert verbs(23, "", "services") - verbs(22, "", "services") == {"deletecollection"}
    approval = ("certificates.k8s.io", "certificatesigningrequests", "approval")
    assert (verbs(18, *approval), verbs(19, *approval)) == ({"update"}, {"get", "patch", "update"})


def test_a_resource_of_other_releases_is_as_the_nearest_has_it() -> None:
    gone = catalogue.of_release(30).ever("policy", "podsecuritypolicies")
    assert gone
    assert not gone.served_in(30)
    assert gone.short_names == ("psp",)
    containers = [catalogue.of_release(minor).ever("", "pods", "ephemeralcontainers") for minor in (18, NEWEST)]
    assert [one.kind for one in containers if one] == ["EphemeralContainers", "Pod"]
    assert catalogue.of_release(NEWEST).releases("", "pods", "ephemeralcontainers") == ((18, NEWEST_KNOWN),)


@pytest.mark.parametrize(("minor", "version"), [(18, "v1"), (22, "v1"), (23, "v2"), (NEWEST, "v2")])
def test_the_version_that_clients_use(minor: int, version: str) -> None:
    found = catalogue.of_release(minor).get("autoscaling", "horizontalpodautoscalers")
    assert found
    assert found.version_in(minor) == version


@pytest.mark.parametrize(
    ("word", "group", "plural"),
    [
        ("deployments", "apps", "deployments"),
        ("Deployment", "apps", "deployments"),
        ("deploy", "apps", "deployments"),
        ("cm", "", "configmaps"),
        ("psp", "policy", "podsecuritypolicies"),
        ("endpointslice", "discovery.k8s.io", "endpointslices"),
        ("crd", "apiextensions.k8s.io", "customresourcedefinitions"),
        ("podpreset", "settings.k8s.io", "podpresets"),
    ],
)
def test_what_a_word_names(word: str, group: str, plural: str) -> None:
    found = catalogue.of_release(NEWEST).named(word)
    assert (group, plural) in {(one.group, one.resource) for one in found}


def test_a_word_that_names_nothing() -> None:
    assert catalogue.of_release(NEWEST).named("widgets") == ()


def test_custom_resources_extend_what_a_release_serves() -> None:
    widgets = Resource("example.com", "widgets", kind="Widget", short_names=("wd",), versions=(("v1beta1", ()),))
    known = Catalogue(30, (widgets,))
    assert known.get("example.com", "widgets") == widgets
    assert known.named("WD") == (widgets,)
    assert widgets.version_in(30) == "v1beta1"
    assert known.groups - catalogue.of_release(30).groups == {"example.com"}
    assert "example.com" not in known.built_in_groups
    assert known.releases("example.com", "widgets") == ()
