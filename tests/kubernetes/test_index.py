"""The index leaves out no rule that may share a request with a region, and those by their paths that cannot."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from auditlint.kubernetes.engine.index import Index
from auditlint.kubernetes.engine.region import Region
from auditlint.kubernetes.match import path_matches
from auditlint.kubernetes.policy import PolicyRule

URLS = st.sampled_from(["*", "/", "/*", "/a", "/a*", "/a/*", "/a/b", "/a/b*", "/ab", "/b", "/b/*", "/a/**"])
PATHS = ("/", "/a", "/a/", "/a/b", "/a/b/c", "/a/bc", "/ab", "/abc", "/b", "/b/c", "/c")


@given(st.lists(st.lists(URLS, min_size=1, max_size=3).map(tuple), max_size=6), st.lists(URLS, min_size=1, max_size=3))
def test_rules_that_share_a_path_overlap(rules: list[tuple[str, ...]], urls: list[str]) -> None:
    index = Index(tuple(PolicyRule("Metadata", non_resource_urls=listed) for listed in rules))
    overlapping = index.overlapping(Region(targets=(), urls=tuple(urls)))
    for number, listed in enumerate(rules):
        shared = [
            path
            for path in PATHS
            if any(path_matches(path, url) for url in listed) and any(path_matches(path, url) for url in urls)
        ]
        if shared:
            assert overlapping & 1 << number, shared


def test_rules_for_other_paths_and_for_resources_are_left_out() -> None:
    rules = (
        PolicyRule("Metadata", non_resource_urls=("/a/*",)),
        PolicyRule("Metadata", non_resource_urls=("/b", "/c*")),
        PolicyRule("Metadata", namespaces=("prod",)),
        PolicyRule("Metadata"),
    )
    index = Index(rules)
    assert index.overlapping(Region(targets=(), urls=("/a/x",))) == 0b1001
    assert index.overlapping(Region(targets=(), urls=("/c/x", "/d"))) == 0b1010
    assert index.overlapping(Region(urls=())) == 0b1100
