"""Regions and the index say of every request what the rules themselves say."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from auditlint.kubernetes.engine.index import Index, lowest, members, rule_set
from auditlint.kubernetes.engine.region import Region, contains, meet, pieces, region_of
from auditlint.kubernetes.match import matches
from auditlint.kubernetes.policy import GroupResources, PolicyRule
from auditlint.kubernetes.requests import Request


def some(*words: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(words), max_size=2).map(tuple)


RESOURCES = ("pods", "pods/log", "pods/*", "*/log", "*", "*/*", "log", "jobs")
URLS = ("*", "/a", "/a*", "/a/*", "/b", "/")
entries = st.builds(GroupResources, st.sampled_from(("", "apps", "*")), some(*RESOURCES), some("x", "y", ""))
rules = st.builds(
    PolicyRule,
    st.just("Metadata"),
    users=some("u", "v"),
    user_groups=some("g", "h"),
    verbs=some("get", "list"),
    resources=st.lists(entries, max_size=2).map(tuple),
    namespaces=some("n", ""),
    non_resource_urls=some(*URLS),
)
people = st.one_of(
    st.just((None, ())), st.tuples(st.sampled_from(("u", "v", "w")), some("g", "h", "i").map(lambda one: tuple({*one})))
)
targets = st.tuples(
    st.sampled_from(("", "apps", "batch")),
    st.sampled_from(("pods", "jobs", "log", "*")),
    st.sampled_from(("", "log", "*")),
    st.sampled_from(("n", "m", "")),
    st.sampled_from(("x", "z", "")),
)
verbs = st.sampled_from(("get", "list", "watch"))
requests = st.one_of(
    st.builds(lambda verb, who, target: Request(verb, who[0], who[1], None, *target), verbs, people, targets),
    st.builds(
        lambda verb, who, path: Request(verb, who[0], who[1], path),
        verbs,
        people,
        st.sampled_from(("/", "/a", "/a/b", "/ab", "/b", "/c")),
    ),
)
asked = st.lists(requests, min_size=1, max_size=20)


@settings(max_examples=400, deadline=None)
@given(rules, asked)
def test_the_region_of_a_rule_is_what_it_matches(rule: PolicyRule, some_requests: list[Request]) -> None:
    for request in some_requests:
        assert contains(region_of(rule), request) is matches(rule, request)


@settings(max_examples=400, deadline=None)
@given(rules, rules, asked)
def test_what_two_regions_share(one: PolicyRule, other: PolicyRule, some_requests: list[Request]) -> None:
    shared = meet(region_of(one), region_of(other))
    for request in some_requests:
        assert contains(shared, request) is (matches(one, request) and matches(other, request))


@settings(max_examples=200, deadline=None)
@given(rules, asked)
def test_what_a_question_asks_about_and_a_rule_matches(rule: PolicyRule, some_requests: list[Request]) -> None:
    for question in (
        Region(nobody=True),
        Region(exact_groups=("g", "h")),
        Region(exact_groups=()),
        Region(users=("u",), groups=(("g", "i"), ("h",))),
        Region(targets=(), urls=("/a*",)),
        Region(urls=(), namespaces=("n",)),
    ):
        for request in some_requests:
            inside = contains(question, request) and matches(rule, request)
            assert contains(meet(question, region_of(rule)), request) is inside
            assert contains(meet(region_of(rule), question), request) is inside


def test_questions() -> None:
    failed, known = Request("get"), Request("get", "u", ("g",))
    assert [contains(Region(nobody=True), one) for one in (failed, known)] == [True, False]
    assert [contains(Region(exact_groups=()), one) for one in (failed, known)] == [True, False]
    assert [contains(Region(exact_groups=("g",)), one) for one in (failed, known)] == [False, True]
    assert [contains(Region(groups=(("g",), ("h",))), one) for one in (failed, known)] == [False, False]
    assert pieces(Region(), Region(urls=("/a",))) == 0
    two = Region(
        targets=tuple(region_of(PolicyRule("None", resources=(GroupResources("", ("a", "b", "c")),))).targets or ())
    )
    assert pieces(two, two) == 9
    assert pieces(two._replace(urls=("/a", "/b")), two._replace(urls=("/a",))) == 11


policies = st.lists(rules, max_size=6).map(tuple)


@settings(max_examples=400, deadline=None)
@given(policies, asked)
def test_the_index_finds_the_rules_that_match(listed: tuple[PolicyRule, ...], some_requests: list[Request]) -> None:
    index = Index(listed)
    for request in some_requests:
        matching = [number for number, rule in enumerate(listed) if matches(rule, request)]
        assert members(index.matching(request)) == tuple(matching)
        assert index.matching(request) == rule_set(matching)


@settings(max_examples=400, deadline=None)
@given(policies, rules, asked)
def test_no_rule_that_shares_a_request_with_a_region_is_left_out(
    listed: tuple[PolicyRule, ...], rule: PolicyRule, some_requests: list[Request]
) -> None:
    found = Index(listed).overlapping(region_of(rule))
    for request in some_requests:
        if matches(rule, request):
            for number, other in enumerate(listed):
                assert not matches(other, request) or found & 1 << number


def test_rules_that_share_nothing_with_a_region_are_left_out() -> None:
    def of(group: str, *resources: str, names: tuple[str, ...] = ()) -> PolicyRule:
        return PolicyRule("None", resources=(GroupResources(group, resources, names),))

    listed = (
        of("", "pods"),
        of("apps", "pods"),
        of("", "jobs"),
        of("*", "pods/log"),
        of("", "*"),
        of(""),
        of("", "pods", names=("x",)),
        of("", "pods", names=("y",)),
        PolicyRule("None", users=("v",)),
        PolicyRule("None", verbs=("list",)),
        PolicyRule("None", namespaces=("m",)),
        PolicyRule("None", user_groups=("h",)),
        PolicyRule("None"),
    )
    index = Index(listed)
    assert index.overlapping(Region()) == rule_set(range(13))
    assert members(index.overlapping(region_of(of("batch", "jobs", names=("z",))))) == (8, 9, 10, 11, 12)
    asked_for = region_of(of("", "pods", names=("x",)))._replace(
        users=("u",), verbs=("get",), namespaces=("n",), exact_groups=("g",)
    )
    assert members(index.overlapping(asked_for)) == (0, 3, 4, 5, 6, 12)
    assert members(index.overlapping(Region(nobody=True)) & rule_set([8, 11, 12])) in {(12,), (8, 11, 12)}
    assert index.user_admitting(None) == rule_set([*range(8), 9, 10, 11, 12])
    assert index.user_admitting("v") == rule_set(range(13))
    assert index.names_path("/a") is Index((PolicyRule("None", non_resource_urls=("/b*",)),)).names_path("/a") is False
    both = Index((PolicyRule("None", non_resource_urls=("/a", "/b*")),))
    assert [both.names_path(path) for path in ("/a", "/b", "/c")] == [True, True, False]


def test_one_entry_without_resources_or_names_may_be_about_any() -> None:
    pods, jobs = GroupResources("", ("pods",), ("x",)), GroupResources("", ("jobs",))
    mixed = Index(
        (PolicyRule("None", resources=(pods, GroupResources(""))), PolicyRule("None", resources=(pods, jobs)))
    )
    for entry, found in (
        (GroupResources("", ("secrets",)), (0,)),
        (GroupResources("", ("pods",), ("z",)), (0, 1)),
        (GroupResources("", ("jobs",), ("z",)), (0, 1)),
        (GroupResources("", ("pods",), ("x",)), (0, 1)),
    ):
        assert members(mixed.overlapping(region_of(PolicyRule("None", resources=(entry,))))) == found


def test_sets_of_rules() -> None:
    assert [lowest(rule_set(numbers)) for numbers in ([2, 3], [0], [5, 1])] == [2, 0, 1]
    assert members(rule_set([5, 1, 5])) == (1, 5)
    assert members(0) == ()
