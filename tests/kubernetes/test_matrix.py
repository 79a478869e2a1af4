"""Cells of the matrix, held to the evaluator: every request of a cell is in one case, and gets what that case says."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from auditlint.kubernetes import catalogue
from auditlint.kubernetes.match import evaluate
from auditlint.kubernetes.matrix.cells import Case, Cell, Engine, Where
from auditlint.kubernetes.matrix.people import Identity, distinguished
from auditlint.kubernetes.matrix.rows import NAMED, VERBS, Row, default_rows
from auditlint.kubernetes.requests import URL_VERBS, Request, can_happen
from tests.kubernetes import brute

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditlint.kubernetes.policy import Policy

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
NEWEST = catalogue.of_release(37)


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
            assert case.outcomes == tuple(evaluate(policy, request) for policy in policies), request
            seen.add(case)
        assert seen == set(cell.cases)
        assert set(cell.levels) == {case.outcomes[0].level for case in cell.cases}
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
    rows = {row.name: row for row in default_rows([policy], NEWEST, engine.index) if row.path is not None}
    path = data.draw(st.sampled_from(sorted(path for path in brute.paths(policy.rules) if path.startswith("/"))))
    identity = data.draw(st.sampled_from(distinguished(engine.index)))
    request = Request(data.draw(st.sampled_from(URL_VERBS)), identity.user, identity.groups, path)
    if not can_happen(request):
        return
    prefixes = [path[:length] + "*" for length in range(len(path), 1, -1)]
    row = next(rows[name] for name in (path, *prefixes, "any other path") if name in rows)
    cell = engine.cell(row, request.verb, engine.identity(identity))
    assert cell is not None
    assert cell.cases[0].outcomes == (evaluate(policy, request),)


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
            assert case.outcomes == (evaluate(policy, request),)
