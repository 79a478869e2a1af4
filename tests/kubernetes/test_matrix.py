"""Cells of the matrix, held to the evaluator: every request of a cell is in one case, and gets what that case says."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditlint.kubernetes import catalogue
from auditlint.kubernetes.cluster import Cluster
from auditlint.kubernetes.match import evaluate
from auditlint.kubernetes.matrix import MOST_ROWS, changes, matrix
from auditlint.kubernetes.matrix.cells import MOST_CASES, Case, Cell, Choice, Engine, Where
from auditlint.kubernetes.matrix.people import Identity, distinguished, member_of, user_called
from auditlint.kubernetes.matrix.rows import NAMED, VERBS, Row, default_rows, resource_row
from auditlint.kubernetes.policy import GroupResources, Policy, PolicyRule
from auditlint.kubernetes.releases import NEWEST
from auditlint.kubernetes.requests import URL_VERBS, Request, can_happen
from tests.kubernetes import brute

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


EXACT = settings(max_examples=60, deadline=None)
SCOPES = (True, False, None)
OF_ONE = ("get", "create", "update", "patch", "delete")
"""The verbs of subresources."""
ROWS = [
    Row(NAMED, OF_ONE if subresource else VERBS, group, resource, subresource, scope)
    for group, resource, subresource, scope in product(("", "e"), ("p", "q", "status"), ("", "l"), SCOPES)
] + [
    Row(NAMED, VERBS[:-1], "", "namespaces", "", namespaced=False),
    Row(NAMED, OF_ONE, "", "namespaces", "status", namespaced=False),
]
CATALOGUE = catalogue.of_release(NEWEST)
SECRETS = resource_row(NAMED, "", "secrets", "", CATALOGUE)
NODES = resource_row(NAMED, "", "nodes", "", CATALOGUE)
ALICE = user_called("alice")


def requests(row: Row, verb: str, policies: Sequence[Policy], identity: Identity) -> Iterator[Request]:
    """Yield requests of a cell, said anew: every namespace and name that rules list, and some that they do not."""
    who = (verb, identity.user, identity.groups)
    if row.path is not None:
        yield Request(*who, row.path)
        return
    rules = [rule for policy in policies for rule in policy.rules]
    listed = [name for rule in rules for entry in rule.resources for name in entry.resource_names]
    namespaces = {"", brute.NEW, "n", *(name for rule in rules for name in rule.namespaces)}
    names = {"", brute.NEW, "other", *listed}
    for namespace, name in product(namespaces | names, names | namespaces):
        request = Request(*who, None, row.group, row.resource, row.subresource, namespace, name)
        if can_happen(request) and served(row, request):
            yield request


def served(row: Row, request: Request) -> bool:
    """Tell whether a server answers such a request, beyond what can happen."""
    verb, one = request.verb, bool(row.subresource) or request.verb in {"get", "update", "patch", "delete"}
    if one != bool(request.name) and verb not in {"list", "watch"}:
        return False
    if row.subresource and not request.name:
        return False
    if row.resource == "namespaces":
        of_one = request.namespace == request.name != ""
        return of_one if one else not request.namespace or (verb == "watch" and of_one)
    if row.namespaced is None:
        return True
    if not row.namespaced or row.resource == "status":
        return not request.namespace
    return bool(request.namespace) or (verb in {"list", "watch"} and not row.subresource)


def cases_of(cell: Cell, request: Request) -> list[Case]:
    return [case for case in cell.cases for where in case.where if is_in(where, request)]


def is_in(where: Where, request: Request) -> bool:
    pairs = ((where.namespace, request.namespace), (where.name, request.name))
    return all(choice is None or (value in choice.values) is not choice.others for choice, value in pairs)


def check(policies: Sequence[Policy], row: Row, identity: Identity) -> None:
    engine = Engine(policies)
    for verb in row.verbs:
        cell = engine.cell(row, verb, engine.identity(identity))
        found = list(requests(row, verb, policies, identity))
        assert (cell is None) is (not found)
        if cell is None:
            continue
        seen = set()
        for request in found:
            (case,) = cases_of(cell, request)
            assert case.decisions == tuple(evaluate(policy, request) for policy in policies), request
            seen.add(case)
        assert seen == set(cell.cases)
        assert set(cell.levels) == {case.decisions[0].level for case in cell.cases}
        assert [case.otherwise for case in cell.cases].count(True) == 1


@EXACT
@given(brute.policies(), st.data())
def test_cells_of_resources_are_exact(policy: Policy, data: st.DataObject) -> None:
    identities = distinguished(Engine([policy]).index)
    check([policy], data.draw(st.sampled_from(ROWS)), data.draw(st.sampled_from(identities)))


@EXACT
@given(brute.policies(), brute.policies(), st.data())
def test_cells_of_two_policies_are_exact(new: Policy, old: Policy, data: st.DataObject) -> None:
    identities = distinguished(Engine([new, old]).index)
    check([new, old], data.draw(st.sampled_from(ROWS)), data.draw(st.sampled_from(identities)))


@EXACT
@given(brute.policies(), st.data())
def test_every_path_gets_what_its_row_says(policy: Policy, data: st.DataObject) -> None:
    """A path that a rule names has a row; any other is one of those that its longest prefix's row stands for."""
    engine = Engine([policy])
    rows = {row.name: row for row in default_rows([policy], CATALOGUE, engine.index) if row.path is not None}
    path = data.draw(st.sampled_from(sorted(path for path in brute.paths(policy.rules) if path.startswith("/"))))
    identity = data.draw(st.sampled_from(distinguished(engine.index)))
    request = Request(data.draw(st.sampled_from(URL_VERBS)), identity.user, identity.groups, path)
    if not can_happen(request):
        return
    prefixes = [path[:length] + "*" for length in range(len(path), 1, -1)]
    row = next(rows[name] for name in (path, *prefixes, "any other path") if name in rows)
    cell = engine.cell(row, request.verb, engine.identity(identity))
    assert cell is not None
    assert cell.cases[0].decisions == (evaluate(policy, request),)


@EXACT
@given(brute.policies(), st.data())
def test_one_namespace_is_a_part_of_the_cell(policy: Policy, data: st.DataObject) -> None:
    engine = Engine([policy])
    row = data.draw(st.sampled_from(ROWS))
    identity = data.draw(st.sampled_from(distinguished(engine.index)))
    for verb in row.verbs:
        cell = engine.cell(row, verb, engine.identity(identity), "n")
        found = [one for one in requests(row, verb, [policy], identity) if one.namespace == "n"]
        assert (cell is None) is (not found)
        for request in found:
            assert cell is not None
            (case,) = cases_of(cell, request)
            assert case.decisions == (evaluate(policy, request),)


def cell(policies: Sequence[Policy], row: Row, verb: str, identity: Identity = ALICE, namespace: str = "") -> Cell:
    engine = Engine(policies)
    found = engine.cell(row, verb, engine.identity(identity), namespace)
    assert found is not None
    return found


def by_rule(found: Cell) -> dict[int | None, tuple[Where, ...]]:
    return {case.decisions[0].rule: case.where for case in found.cases}


def test_a_level_depends_on_the_namespace() -> None:
    policy = Policy((PolicyRule("None", namespaces=("kube-system", "")), PolicyRule("Metadata")))
    got, listed = (cell([policy], SECRETS, verb) for verb in ("get", "list"))
    assert by_rule(got) == {
        0: (Where(Choice(("kube-system",))),),
        1: (Where(Choice(("kube-system",), others=True)),),
    }
    assert by_rule(listed) == {
        0: (Where(Choice(("", "kube-system"))),),
        1: (Where(Choice(("", "kube-system"), others=True)),),
    }
    assert [case.otherwise for case in got.cases] == [False, True]
    assert got.levels == ("None", "Metadata")


def test_a_namespace_given_is_the_only_one() -> None:
    policy = Policy((PolicyRule("None", namespaces=("kube-system",)), PolicyRule("Metadata")))
    assert cell([policy], SECRETS, "list", namespace="kube-system").levels == ("None",)
    assert cell([policy], SECRETS, "list", namespace="prod").levels == ("Metadata",)
    engine = Engine([policy])
    assert engine.cell(NODES, "get", engine.identity(ALICE), "prod") is None


def test_names_before_namespaces_where_that_says_it_shorter() -> None:
    locks = GroupResources("", ("configmaps",), ("lock", "leader"))
    policy = Policy(
        (PolicyRule("None", resources=(locks,)), PolicyRule("Request", namespaces=("prod",)), PolicyRule("Metadata"))
    )
    found = by_rule(cell([policy], resource_row(NAMED, "", "configmaps", "", CATALOGUE), "get"))
    others = Choice(("leader", "lock"), others=True)
    assert found == {
        0: (Where(None, Choice(("leader", "lock"))),),
        1: (Where(Choice(("prod",)), others),),
        2: (Where(Choice(("prod",), others=True), others),),
    }


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("get", {0: (Where(None, Choice(("prod",))),), 1: (Where(None, Choice(("prod",), others=True)),)}),
        ("list", {1: (Where(),)}),
        ("create", {1: (Where(),)}),
        (
            "watch",
            {
                0: (Where(Choice(("",), others=True), Choice(("prod",))),),
                1: (Where(Choice(("",))), Where(Choice(("",), others=True), Choice(("prod",), others=True))),
            },
        ),
    ],
)
def test_a_namespace_object_is_in_itself(verb: str, expected: dict[int, tuple[Where, ...]]) -> None:
    policy = Policy((PolicyRule("None", namespaces=("prod",)), PolicyRule("Metadata")))
    assert by_rule(cell([policy], resource_row(NAMED, "", "namespaces", "", CATALOGUE), verb)) == expected


def test_a_name_that_looks_ordinary_is_no_exception() -> None:
    """Names that auditlint makes up elsewhere may be listed here."""
    entry = GroupResources("", ("secrets",), ("web", "db"))
    policy = Policy((PolicyRule("None", resources=(entry,)), PolicyRule("Request", namespaces=("default", "web"))))
    found = by_rule(cell([policy], SECRETS, "get"))
    assert found[0] == (Where(None, Choice(("db", "web"))),)
    spaces = by_rule(cell([policy], resource_row(NAMED, "", "namespaces", "", CATALOGUE), "get"))
    assert spaces[1] == (Where(None, Choice(("default", "web"))),)


def test_who_is_told_apart() -> None:
    rules = (
        PolicyRule("None", users=("bob", "system:anonymous", "alice")),
        PolicyRule("None", user_groups=("system:nodes", "system:serviceaccounts:prod", "system:authenticated", "ops")),
        PolicyRule("None", user_groups=("system:serviceaccounts",)),
    )
    assert distinguished(Engine([Policy(rules)]).index) == (
        Identity("others", "", "jane", ("system:authenticated",)),
        Identity("anonymous", "system:anonymous", "system:anonymous", ("system:unauthenticated",)),
        Identity("failed login", "", None),
        Identity("user", "bob", "bob", ("system:authenticated",)),
        Identity("user", "alice", "alice", ("system:authenticated",)),
        Identity("group", "system:nodes", "system:node:node-1", ("system:nodes", "system:authenticated")),
        Identity(
            "group",
            "system:serviceaccounts:prod",
            "system:serviceaccount:prod:app",
            ("system:serviceaccounts:prod", "system:serviceaccounts", "system:authenticated"),
        ),
        Identity("group", "ops", "jane", ("ops", "system:authenticated")),
        Identity(
            "group",
            "system:serviceaccounts",
            "system:serviceaccount:default:app",
            ("system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"),
        ),
    )


def test_people_with_the_same_cells_share_a_table() -> None:
    rules = (
        PolicyRule("None", users=("bob",), verbs=("watch",)),
        PolicyRule("None", user_groups=("ops",), verbs=("proxy",)),
        PolicyRule("Metadata"),
    )
    engine = Engine([Policy(rules)])
    found = matrix(engine, [SECRETS], distinguished(engine.index))
    names = [[identity.name or identity.kind for identity in table.identities] for table in found.tables]
    assert names == [["others", "system:anonymous", "failed login", "ops"], ["bob"]]


def test_rows_are_what_everybody_asks_about_and_what_the_policy_names() -> None:
    rules = (
        PolicyRule("None", resources=(GroupResources("", ("secrets", "pods/*")), GroupResources("batch"))),
        PolicyRule("None", resources=(GroupResources("example.com", ("widgets", "*/scale", "/x", "a/b/c")),)),
        PolicyRule("None", resources=(GroupResources("apps", ("*/scale",)), GroupResources("*", ("leases", "*")))),
        PolicyRule("None", non_resource_urls=("/logs*", "/version", "/api/v1/pods", "*", "x")),
    )
    policy = Policy(rules)
    rows = default_rows([policy], CATALOGUE, Engine([policy]).index)
    named = [row.name for row in rows if row.section == NAMED]
    assert named == [
        *("pods/binding", "pods/eviction", "pods/resize", "widgets.example.com"),
        *("deployments.apps/scale", "replicasets.apps/scale", "statefulsets.apps/scale"),
        *("*.example.com/scale", "others in batch"),
    ]
    everything = [row.name for row in rows]
    assert len(set(everything)) == len(everything)
    assert {"secrets", "any other resource", "/version", "/logs*", "any other path"} < set(everything)
    assert not {"/api/v1/pods", "x", "*"} & set(everything)


NAMING = [
    (("bar.io", "*/status"), "*.bar.io/status"),
    (("bar.io", "foos/*"), "foos.bar.io/*"),
    (("*", "*/status"), "*/status"),
    (("*", "foos"), "foos.*"),
    (("*", "foos/*"), "foos.*/*"),
    (("", "*/nothing"), "*/nothing"),
    (("", "secrets/*"), "secrets/*"),
]


@pytest.mark.parametrize(("entry", "name"), NAMING)
def test_no_rule_is_without_a_row(entry: tuple[str, str], name: str) -> None:
    group, resource = entry
    policy = Policy((PolicyRule("None", resources=(GroupResources(group, (resource,)),)), PolicyRule("Metadata")))
    engine = Engine([policy])
    rows = {row.name: row for row in default_rows([policy], CATALOGUE, engine.index)}
    found = engine.cell(rows[name], "get", engine.identity(ALICE))
    assert found is not None
    assert found.levels == ("None",)


def test_a_group_named_as_a_whole_has_a_row_that_no_closer_rule_takes() -> None:
    rules = (
        PolicyRule("None", resources=(GroupResources("apps", ("deployments",)),)),
        PolicyRule("Request", resources=(GroupResources("apps"),)),
        PolicyRule("Request", resources=(GroupResources("coordination.k8s.io"),)),
    )
    policy = Policy(rules)
    names = {row.name for row in default_rows([policy], CATALOGUE, Engine([policy]).index)}
    assert "others in apps" in names
    assert "others in coordination.k8s.io" not in names


def test_custom_resources_of_the_configuration_have_rows() -> None:
    custom = tuple(catalogue.Resource(group, name) for group, name in (("example.com", "widgets"), ("a.io", "bs")))
    cluster = Cluster(custom=custom)
    rows = default_rows([], cluster.catalogue(NEWEST), Engine([]).index, cluster)
    assert {"widgets.example.com", "bs.a.io"} < {row.name for row in rows}


def test_a_release_has_the_rows_that_it_serves() -> None:
    old = catalogue.of_release(18)
    assert "endpointslices.discovery.k8s.io" in {row.name for row in default_rows([], CATALOGUE, Engine([]).index)}
    verbs = {row.name: row.verbs for row in default_rows([], old, Engine([]).index)}
    assert verbs["certificatesigningrequests.certificates.k8s.io/approval"] == ("update",)


def test_too_many_cases_are_counted_and_the_levels_stay_exact() -> None:
    rules = tuple(PolicyRule("Metadata", namespaces=(f"team-{number}",)) for number in range(3000))
    found = cell([Policy((*rules, PolicyRule("None")))], SECRETS, "get")
    assert len(found.cases) == MOST_CASES
    assert found.hidden == 3001 - MOST_CASES
    assert (found.levels, found.exact) == (("None", "Metadata"), True)
    assert found.cases[-1].otherwise


def test_what_is_too_much_to_try_is_said_not_guessed() -> None:
    names = (GroupResources("", ("secrets",), (f"secret-{number}",)) for number in range(300))
    rules = [PolicyRule("None", resources=(entry,)) for entry in names]
    rules += [PolicyRule("Metadata", namespaces=(f"team-{number}",)) for number in range(300)]
    engine = Engine([Policy((*rules, PolicyRule("Request")))], steps=10_000)
    found = engine.cell(SECRETS, "get", engine.identity(ALICE))
    assert found is not None
    assert (found.exact, found.cases) == (False, ())
    assert set(found.levels) == {"None", "Metadata", "Request"}


def test_a_hard_policy_stays_within_its_steps() -> None:
    """Thousands of names beside thousands of namespaces, both in every rule."""
    many = tuple(f"n-{number}" for number in range(2000))
    rules = tuple(
        PolicyRule("None", namespaces=many[at::7], resources=(GroupResources("*", ("*",), many[at::11]),))
        for at in range(100)
    )
    policy = Policy((*rules, PolicyRule("Metadata")))
    engine = Engine([policy])
    found = matrix(engine, default_rows([policy], CATALOGUE, engine.index), distinguished(engine.index))
    cells = [one for table in found.tables for _, line in table.lines for one in line]
    assert all(one.levels for one in cells)
    assert any(len(one.levels) > 1 for one in cells)


def test_changes_are_the_cells_that_differ_in_a_log() -> None:
    new = (
        PolicyRule("None", users=("bob",), verbs=("get",), omit_stages=("Panic",)),
        PolicyRule("Metadata", verbs=("create",), omit_managed_fields=True),
        PolicyRule("Request", verbs=("update",), omit_managed_fields=True),
        PolicyRule("Metadata"),
    )
    old = (PolicyRule("None", users=("bob",)), PolicyRule("Request", verbs=("update",)), PolicyRule("Metadata"))
    engine = Engine([Policy(new), Policy(old)])
    people = [user_called("alice"), user_called("bob")]
    found = changes(matrix(engine, [SECRETS], people))
    verbs = {
        table.identities[0].name: [one.verb for _, cells in table.lines for one in cells] for table in found.tables
    }
    assert verbs == {
        "alice": ["update"],
        "bob": ["list", "watch", "create", "update", "patch", "delete", "deletecollection"],
    }


def test_nothing_changes_where_only_other_rules_decide() -> None:
    new = Policy((PolicyRule("Metadata", verbs=("get",)), PolicyRule("Metadata")))
    found = changes(matrix(Engine([new, Policy((PolicyRule("Metadata"),))]), [SECRETS], [ALICE]))
    assert [table.lines for table in found.tables] == [()]


def test_a_user_in_more_groups() -> None:
    assert user_called("bob", ("ops", "system:authenticated")).groups == ("ops", "system:authenticated")
    assert member_of("system:unauthenticated", Engine([]).index).user == "system:anonymous"


def test_rows_and_people_beyond_the_limit_are_counted() -> None:
    engine = Engine([Policy((PolicyRule("Metadata"),))])
    rows = [resource_row(NAMED, "example.com", f"kind-{number}", "", CATALOGUE) for number in range(MOST_ROWS + 3)]
    found = matrix(engine, rows, [ALICE])
    assert (len(found.tables[0].lines), found.hidden_rows, found.hidden_identities) == (MOST_ROWS, 3, 0)
    rules = tuple(PolicyRule("None", users=(f"user-{number}",)) for number in range(100))
    engine = Engine([Policy(rules)])
    found = matrix(engine, rows, distinguished(engine.index))
    shown = sum(len(table.identities) for table in found.tables)
    assert found.hidden_identities == 103 - shown > 0
