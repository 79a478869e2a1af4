"""Hypothesis strategies for texts of policies: written in every style, and changed by slips of the hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from auditlint.kubernetes.policy import GroupResources, Policy, PolicyRule
from tests import flag_strategies, strategies
from tests.agreement.blunders import blundered
from tests.agreement.dice import Dice
from tests.agreement.mutator import mutated
from tests.agreement.sharing import shared
from tests.agreement.writer import write
from tests.kubernetes import brute
from tests.kubernetes.policy_texts import texts as corners
from tests.pages import BLOCK, ROOT, RULES
from tests.recorded_answers import cases
from tests.text.texts import SEEDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hypothesis.strategies import SearchStrategy

    from auditlint.kubernetes.decode import Value

NAMES = {
    "users": (
        "alice",
        "system:kube-proxy",
        "system:anonymous",
        "system:node:*",
        "system:serviceaccount:ci:bot",
        "system:apiserver",
        "system:kube-scheduler",
        "*",
        "",
    ),
    "user_groups": ("system:nodes", "system:authenticated", "system:masters", "system:unauthenticated", "dev", ""),
    "verbs": (
        *("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"),
        *("*", "connect", "GET", "post", "head", "proxy", "read", ""),
    ),
    "namespaces": ("kube-system", "prod", "", "prod-*", "*"),
    "non_resource_urls": (
        *("/healthz*", "/version", "/metrics", "/readyz/*", "/api*", "/", "*", "/*", "/api/v1/pods", "/swagger*"),
        *("/apis/*", "/apis/apps", "/openapi/v2", "/logs/", "/version/"),
    ),
}
GROUPS = (
    *("", "", "", "", "", "apps", "apps", "batch", "core", "*", "events.k8s.io", "Apps", "apps/v1", "extensions"),
    *("rbac.authorization.k8s.io", "authentication.k8s.io", "certificates.k8s.io", "coordination.k8s.io"),
    *("discovery.k8s.io", "admissionregistration.k8s.io"),
)
RESOURCES = (
    *("secrets", "pods", "pods/log", "pods/exec", "pods/*", "configmaps", "*", "*/status", "nodes/proxy", "events"),
    *("endpoints", "pods/ephemeralcontainers", "services/proxy", "roles", "clusterrolebindings", "tokenreviews"),
    *("leases", "endpointslices", "certificatesigningrequests/approval", "mutatingwebhookconfigurations", "services"),
    *("deployments", "deployments/scale", "Pods", "pod*", "*/*", "pods/log/x", "", "serviceaccounts/token", "status"),
)
RESOURCE_NAMES = ("web", "kube-root-ca.crt", "*", "controller-leader")
LONGEST = 10_000
FIELDS = ("users", "user_groups", "verbs", "namespaces", "non_resource_urls", "resources")
SPELT = {
    "user_groups": "userGroups",
    "non_resource_urls": "nonResourceURLs",
    "omit_stages": "omitStages",
    "omit_managed_fields": "omitManagedFields",
    "resource_names": "resourceNames",
}


def _entries(draw: st.DrawFn) -> tuple[GroupResources, ...]:
    found = []
    for _ in range(draw(st.integers(1, 2))):
        resources = tuple(draw(st.lists(st.sampled_from(RESOURCES), max_size=3)))
        names = tuple(draw(st.lists(st.sampled_from(RESOURCE_NAMES), max_size=1))) if resources else ()
        found.append(GroupResources(draw(st.sampled_from(GROUPS)), resources, names))
    return tuple(found)


def _rule(draw: st.DrawFn, used: list[str]) -> PolicyRule:
    rule = PolicyRule(draw(st.sampled_from(("None", "Metadata", "Request", "RequestResponse"))))
    for field in draw(st.sets(st.sampled_from(used), max_size=3)):
        if field == "resources":
            rule = rule._replace(resources=_entries(draw))
        else:
            values = tuple(draw(st.lists(st.sampled_from(NAMES[field]), min_size=1, max_size=3)))
            rule = rule._replace(**{field: values})  # type: ignore[arg-type] # all these fields hold texts
    if rule.non_resource_urls and (rule.resources or rule.namespaces):
        of_urls = draw(st.booleans())
        return rule._replace(resources=(), namespaces=()) if of_urls else rule._replace(non_resource_urls=())
    return rule


@st.composite
def everyday(draw: st.DrawFn) -> Policy:
    """Policies about real users, verbs and resources, with values in them that the server compares letter by letter."""
    used = draw(st.lists(st.sampled_from(FIELDS), min_size=1, max_size=4, unique=True))
    rules = [_rule(draw, used) for _ in range(draw(st.integers(1, 6)))]
    if draw(st.booleans()):
        rules.append(PolicyRule("Metadata"))
    stages: tuple[str, ...] = ("RequestReceived",) if draw(st.booleans()) else ()
    return Policy(tuple(rules), stages, omit_managed_fields=draw(st.booleans()))


def as_value(policy: Policy) -> Value:
    """Return a policy as the tree that is written for it; fields without a value are left out."""
    head: list[tuple[str, Value]] = [("apiVersion", "audit.k8s.io/v1"), ("kind", "Policy")]
    if policy.omit_stages:
        head.append(("omitStages", [*policy.omit_stages]))
    if policy.omit_managed_fields:
        head.append(("omitManagedFields", True))
    return (*head, ("rules", [_fields(rule) for rule in policy.rules]))


def _fields(part: PolicyRule | GroupResources) -> Value:
    found: list[tuple[str, Value]] = []
    for name in part._fields:
        value = getattr(part, name)
        if name == "resources" and isinstance(part, PolicyRule):
            value = [_fields(entry) for entry in value]
        if value or value is False:
            found.append((SPELT.get(name, name), [*value] if isinstance(value, tuple) else value))
    return tuple(found)


dice: SearchStrategy[Dice] = st.binary(min_size=400, max_size=400).map(Dice)


def _written(value: Value, throws: Dice) -> bytes:
    return write(blundered(value, throws), throws)


small: SearchStrategy[bytes] = st.builds(_written, brute.policies().map(as_value), dice)
"""Policies that use a few values over and over, so that their rules get in each other's way."""
ordinary: SearchStrategy[bytes] = st.builds(_written, everyday().map(as_value), dice)
"""Policies as people write them."""
wild: SearchStrategy[bytes] = st.builds(write, strategies.documents, dice)
"""Documents with every kind of mistake, in every style."""


def _everyday_texts() -> Iterator[str]:
    """Yield the policies of the examples and of the pages about rules."""
    for path in sorted((ROOT / "examples").rglob("*policy*.yaml")):
        yield path.read_text(encoding="utf-8")
    for page in sorted(RULES.glob("*.md")):
        for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
            if block[2] in {"yaml", "json"} and "level" in block[4]:
                yield block[4]


def _corner_texts() -> Iterator[str]:
    """Yield texts at the corners of what the server reads, those of the recorded answers too."""
    yield from corners()
    yield from SEEDS
    for case in cases("load"):
        if len(case.ask.get("text", "x" * LONGEST)) < LONGEST:
            yield str(case.ask["text"])


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "replace")


slips: SearchStrategy[bytes] = st.builds(
    mutated,
    st.one_of(
        st.sampled_from(tuple(_everyday_texts())),
        st.sampled_from(tuple(_corner_texts())),
        st.builds(write, everyday().map(as_value), dice).map(_decoded),
        st.builds(write, brute.policies().map(as_value), dice).map(_decoded),
    ),
    dice,
)
"""Texts that were changed by slips of the hand."""

sharing: SearchStrategy[bytes] = dice.map(shared)
"""Policies with anchors, aliases and merge keys."""

POLICIES = {
    "small policies": small,
    "ordinary policies": ordinary,
    "shared parts": sharing,
    "wild documents": wild,
    "slips of the hand": slips,
}


def _ended_by_nul(given: list[str], before: str, after: str) -> bytes:
    """Return arguments as a process has them, with what editors leave before the first and behind the last."""
    given = [argument for argument in given if "\0" not in argument]
    if given:
        given[0] = before + given[0]
        given[-1] += after
    return "".join(f"{argument}\0" for argument in given).encode()


arguments: SearchStrategy[bytes] = st.builds(
    _ended_by_nul,
    flag_strategies.arguments,
    st.sampled_from((*("",) * 9, "\ufeff", " ", "\t")),
    st.sampled_from((*("",) * 9, "\r", "\n", " ")),
)
"""Arguments of kube-apiserver, each ended by NUL."""
