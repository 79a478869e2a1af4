"""Hypothesis strategies for plain values: policies with every kind of mistake, and how to write them as text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypothesis.strategies import SearchStrategy

    from auditlint.kubernetes.decode import Value

    Field = tuple[str, SearchStrategy[Value]]

LEVELS = ("None", "Metadata", "Request", "RequestResponse")
STAGES = ("RequestReceived", "ResponseStarted", "ResponseComplete", "Panic")
GROUPS = ("", "apps", "*", "apps/v1", "Apps", "a.b", "a..b", "-a", "a_b", "*.k8s.io", "a\n", "a" * 254, "ü", "<&>")
URLS = ("/healthz", "/healthz*", "*", "", "healthz", "/a*b", "/*/", "**", "/é*", "*a", "/a\u2028\x7f\t")
API_VERSIONS = (
    "audit.k8s.io/v1beta1",
    "audit.k8s.io/v1alpha1",
    "audit.k8s.io/v2",
    "audit.k8s.io/",
    "audit.k8s.io/__internal",
    "audit.k8s.io",
    "Audit.k8s.io/v1",
    "v1",
    "/v1",
    "/",
    "",
    "__internal",
    "other/",
    "other/v1",
    "a/b/c",
    "audit.k8s.io/v1 ",
)
KINDS = (
    "",
    "policy",
    "Event",
    "EventList",
    "PolicyList",
    "WatchEvent",
    "Status",
    "APIGroup",
    "ListOptions",
    "ExportOptions",
    "DeleteOptions",
    "ConfigMap",
    "AuditPolicy",
)
TIMES = (
    "2024-02-29T01:02:03Z",
    "2023-02-29T01:02:03Z",
    "2024-01-01T1:02:03Z",
    "2024-01-01T24:00:00Z",
    "2024-01-01T00:00:60Z",
    "2024-01-01T00:00:00.123456789012Z",
    "2024-01-01T00:00:00,5+24:60",
    "2024-01-01T00:00:00+25:00",
    "2024-01-01T00:00:00+00:61",
    "2024-01-01 00:00:00Z",
    "2024-1-01T00:00:00Z",
    "2024-01-01T00:00:00",
    "2024-01-01t00:00:00z",
    "0000-02-29T00:00:00Z",
    "2024-01-01T00:00:00Z\n",
    "",
)

scalars: SearchStrategy[Value] = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from((0, 1, -1, 2**63 - 1, 2**63, -(2**63), 2**64 - 1)),
    st.sampled_from((0.0, 1.0, 1.5, -0.0, 1e20, 1e21, 1e30, 1e-7, 9223372036854775807.0, -9223372036854775808.0, 1e18)),
    st.sampled_from(("", "a", "None", "true", "1", "pods", "\x7f", "é", "𝄞", '"\\')),
)


def weighted(*choices: tuple[int, SearchStrategy[Value]]) -> SearchStrategy[Value]:
    """One of the strategies, each as often as its number says (`one_of` would count equal ones once)."""
    return st.sampled_from([choice for weight, choice in choices for _ in range(weight)]).flatmap(lambda chosen: chosen)


def pairs(fields: Sequence[Field], *, most: int = 6) -> SearchStrategy[Value]:
    """Mappings of some of the fields, in any order, some of them more than once."""
    options: list[SearchStrategy[tuple[str, Value]]] = [st.tuples(st.just(name), values) for name, values in fields]
    return st.lists(st.one_of(options), max_size=most).map(tuple)


anything: SearchStrategy[Value] = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        pairs([(name, inner) for name in ("level", "verbs", "name", "a", "b")], most=3),
    ),
    max_leaves=5,
)


def mostly(good: SearchStrategy[Value], *, chances: int = 40) -> SearchStrategy[Value]:
    """Good values, and once in so many times any other."""
    return weighted((chances - 1, good), (1, anything))


def listed(items: SearchStrategy[Value]) -> SearchStrategy[Value]:
    """Lists of a few items, mostly good ones."""
    return mostly(st.lists(mostly(items, chances=60), max_size=4))


def words(*choices: str) -> SearchStrategy[Value]:
    """One of the words, mostly."""
    return mostly(st.sampled_from(choices))


names = listed(st.sampled_from(("a", "b", "get", "pods", "pods/log", "system:masters", "")))
stages = listed(st.sampled_from((*STAGES * 10, "panic", "")))
flags = mostly(st.booleans(), chances=6)
texts = mostly(st.text("ab \n\x7fé𝄞\u2028<", max_size=3), chances=30)
times = mostly(st.sampled_from(TIMES), chances=5)
numbers = mostly(st.integers(-(2**63), 2**64 - 1), chances=2)
labels = mostly(pairs([("a", texts), ("b", texts), ("time", texts)], most=3))

group_entries = pairs(
    [
        ("group", words(*("", "apps", "batch") * 15, *GROUPS)),
        ("resources", names),
        ("resources", names),
        ("resourceNames", names),
        ("groups", anything),
        ("Group", anything),
    ],
    most=4,
)

rule_fields: list[Field] = [
    ("level", words(*LEVELS * 8, "metadata", "")),
    ("users", names),
    ("userGroups", names),
    ("verbs", names),
    ("resources", listed(group_entries)),
    ("namespaces", names),
    ("nonResourceURLs", listed(st.sampled_from((*("/healthz", "/version", "/healthz*") * 20, *URLS)))),
    ("omitStages", stages),
    ("omitManagedFields", flags),
    ("Level", anything),
    ("verb", anything),
    ("nonResourceUrls", anything),
    ("omitmanagedfields", anything),
]
with_level: SearchStrategy[Value] = st.tuples(st.sampled_from(LEVELS), pairs(rule_fields[1:], most=2)).map(
    lambda made: (("level", made[0]), *made[1])  # type: ignore[misc] # pairs are tuples
)
rules = weighted((8, with_level), (1, pairs(rule_fields)))

owner_references = pairs(
    [
        ("apiVersion", texts),
        ("kind", texts),
        ("name", texts),
        ("uid", texts),
        ("controller", flags),
        ("blockOwnerDeletion", flags),
        ("Kind", anything),
    ],
    most=3,
)
managed_fields = pairs(
    [
        ("manager", texts),
        ("operation", texts),
        ("apiVersion", texts),
        ("time", times),
        ("fieldsType", texts),
        ("fieldsV1", anything),
        ("subresource", texts),
        ("fields", anything),
    ],
    most=3,
)
metadata_fields: list[Field] = [
    *[(name, texts) for name in ("name", "generateName", "namespace", "selfLink", "uid", "resourceVersion")],
    ("generation", numbers),
    ("creationTimestamp", times),
    ("deletionTimestamp", times),
    ("deletionGracePeriodSeconds", numbers),
    ("labels", labels),
    ("annotations", labels),
    ("ownerReferences", listed(owner_references)),
    ("finalizers", names),
    ("managedFields", listed(managed_fields)),
    ("clusterName", texts),
    ("zone", anything),
]

body_fields: list[Field] = [
    ("rules", listed(rules)),
    ("rules", listed(rules)),
    ("rules", listed(rules)),
    ("omitStages", stages),
    ("omitManagedFields", flags),
    ("metadata", mostly(pairs(metadata_fields, most=2))),
    ("metadata", mostly(pairs(metadata_fields, most=2))),
    ("Rules", anything),
    ("spec", anything),
    ("Metadata", anything),
]
with_rules: SearchStrategy[Value] = st.tuples(st.lists(rules, min_size=1, max_size=3), pairs(body_fields, most=2)).map(
    lambda made: (("rules", made[0]), *made[1])  # type: ignore[misc] # pairs are tuples
)
bodies = weighted((5, with_rules), (1, pairs(body_fields, most=4)))

api_versions = words(*["audit.k8s.io/v1"] * 8, *API_VERSIONS)
kinds = words(*["Policy"] * 8, *KINDS)
odd_heads = pairs(
    [
        ("apiVersion", api_versions),
        ("kind", kinds),
        ("APIVERSION", api_versions),
        ("apiVer\u017fion", api_versions),
        ("Kind", kinds),
        ("\u212aind", kinds),
    ],
    most=4,
)
good_heads: SearchStrategy[Value] = st.just((("apiVersion", "audit.k8s.io/v1"), ("kind", "Policy")))
old_heads: SearchStrategy[Value] = st.sampled_from(API_VERSIONS[:2]).map(
    lambda version: (("apiVersion", version), ("kind", "Policy"))
)
heads = weighted((9, good_heads), (1, old_heads), (1, odd_heads))


def _joined(made: tuple[Value, Value, bool]) -> Value:
    head, body, head_first = made
    assert isinstance(head, tuple)
    assert isinstance(body, tuple)
    return head + body if head_first else body + head


policies: SearchStrategy[Value] = st.tuples(heads, bodies, st.booleans()).map(_joined)
"""Documents that look like policies, with mistakes of every kind."""

documents: SearchStrategy[Value] = weighted((40, policies), (1, anything))
"""Policies, and now and then something else."""


def json_text(value: Value) -> str:
    """Write value as JSON, duplicate keys and all."""
    if isinstance(value, tuple):
        return "{" + ",".join(f"{json.dumps(name, ensure_ascii=False)}:{json_text(item)}" for name, item in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(json_text(item) for item in value) + "]"
    return _json_scalar(value)


def _json_scalar(value: Value) -> str:
    """Write it with escapes for what YAML does not allow or takes for a line break."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f").replace("\u2028", "\\u2028")


def yaml_text(value: Value) -> str:
    """Write value as YAML that the server does not take for JSON: flow style after a comment."""
    return "# YAML\n" + json_text(value) + "\n"
