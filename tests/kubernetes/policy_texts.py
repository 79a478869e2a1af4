"""Texts of policies at the corners of what kube-apiserver reads, for tests that ask its real loader."""

from __future__ import annotations

HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\n"
RULES = "rules: [{level: Metadata}]\n"

HEADS = (
    "",
    "kind: Policy",
    "apiVersion: audit.k8s.io/v1",
    "apiVersion:\nkind: Policy",
    "apiVersion: ''\nkind: Policy",
    "apiVersion: audit.k8s.io/v1\nkind:",
    "apiVersion: audit.k8s.io/v1\nkind: ''",
    "apiVersion: /\nkind: Policy",
    "apiVersion: audit.k8s.io/\nkind: Policy",
    "apiVersion: audit.k8s.io/__internal\nkind: Policy",
    "apiVersion: audit.k8s.io/v1beta1\nkind: Policy",
    "apiVersion: audit.k8s.io/v1alpha1\nkind: Policy",
    "apiVersion: audit.k8s.io/v1/\nkind: Policy",
    "apiVersion: audit.k8s.io\nkind: Policy",
    "apiVersion: other/\nkind: Policy",
    "apiVersion: v1\nkind: ConfigMap",
    "apiVersion: v1\nkind: ListOptions",
    "apiVersion: audit.k8s.io/v1\nkind: ListOptions",
    "apiVersion: audit.k8s.io/v1\nkind: Event",
    "apiVersion: audit.k8s.io/v1\nkind: PolicyList",
    "apiVersion: audit.k8s.io/v1\nkind: WatchEvent",
    "apiVersion: audit.k8s.io/v1\nkind: policy",
    "apiVersion: other/v1\nkind: Status",
    "kind: Event",
    "kind: Other",
    "apiVersion: 1\nkind: Policy",
    "apiVersion: [audit.k8s.io/v1]\nkind: 2",
    "APIVERSION: audit.k8s.io/v1\nkind: Policy",
    "APIVERSION: audit.k8s.io/v2\nKind: Event\napiVersion: audit.k8s.io/v1\nkind: Policy",
    "apiVersion: audit.k8s.io/v1\nkind: Policy\n\u212aind: Event",
    "apiVersion: audit.k8s.io/v2\nkind: Policy\napiVer\u017fion: audit.k8s.io/v1",
)
BODIES = (
    "rules:",
    "rules: []",
    "rules: {}",
    "rules: [x]",
    "rules: [null]",
    "spec: {rules: [{level: None}]}",
    "omitStages: [RequestReceived, '', panic]\nrules: [{level: metadata, omitStages: [x]}, {}]",
    "omitStages: x\nrules: [{level: None}]",
    "omitManagedFields: 'true'\nrules: [{level: None, omitManagedFields: null}]",
    "omitManagedFields: true\nrules: [{level: None, omitManagedFields: false}]",
    "rules: [{level: None, omitManagedFields: 'no'}]",
    "rules: [{level: None, resources: {group: apps}}]",
    "rules: [{level: None, resources: [{groups: apps, resources: [pods]}]}]",
    "rules: [{level: None, verbs: [yes, null, get]}]",
    "rules: [{level: None, users: a, verb: [get], verbs: 1}]",
    "rules: [{level: None, resources: [{group: apps/v1, resourceNames: [a, '\"<']}]}]",
    "rules: [{level: None, resources: [{group: '*'}]}]",
    "rules: [{level: None, nonResourceURLs: ['*', '', 'a*b', /a*], namespaces: [b]}]",
    "rules: [{level: None, level: metadata}]",
    "rules: [{level: None, x: {a: 1, a: 2}}]",
    "x: .inf\nrules: [{level: None}]",
    "metadata: [a]\nrules: [{level: None}]",
    "metadata: {labels: {a: 1}, name: x}\nrules: [{level: None}]",
    "metadata: {labels: {a: x, a: y}}\nrules: [{level: None}]",
    "metadata: {generation: 1.0, deletionGracePeriodSeconds: 1e3}\nrules: [{level: None}]",
    "metadata: {generation: 9223372036854775808}\nrules: [{level: None}]",
    "metadata: {creationTimestamp: null, deletionTimestamp: 2024-02-29T1:02:03Z}\nrules: [{level: None}]",
    "metadata: {creationTimestamp: yesterday}\nrules: [{level: 1}]",
    "metadata: {clusterName: a, managedFields: [{fieldsV1: {a: 1, a: 2}, time: null}]}\nrules: [{level: None}]",
    "metadata: {managedFields: [{subresource: a, fieldsV1: .nan}], ownerReferences: [{controller: yes}]}\nrules: [{}]",
)
JSON_BODIES = (
    '"rules":[{"level":"None"}],"rules":[{"users":["a"]}]',
    '"rules":[{"level":"None","users":["a","b","c"],"users":["d"],"users":[null,null]}]',
    '"rules":[{"level":"None","users":["a"],"users":[],"users":[null]}]',
    '"rules":[{"level":"None","users":["a"],"users":null,"users":[null]}]',
    '"rules":[{"level":"None"},{"level":"Request"},{"level":"Metadata"}],"rules":[{}],"rules":[{},{"verbs":["get"]},null]',
    '"rules":[{"level":"None","level":null,"omitManagedFields":true,"omitManagedFields":null}]',
    '"rules":[{"level":"None","verbs":"get","verbs":["get"]}]',
    '"rules":[{"level":"None"}],"omitManagedFields":true,"omitManagedFields":null',
    '"rules":[{"level":"None"}],"metadata":{"generation":1.0}',
    '"rules":[{"level":"None"}],"metadata":{"generation":1e2}',
    '"rules":[{"level":"None"}],"metadata":{"generation":-9223372036854775808,"labels":{"a":"b"},"labels":{"a":"c"}}',
    '"rules":[{"level":"None"}],"x":1e999,"x":{"a":1,"a":2}',
    '"rules":[{"level":"None","resources":[{"group":"apps","resources":["a"]}],"resources":[{"resourceNames":["b"]}]}]',
)


def texts() -> list[str]:
    """Return every text: each head over good rules, each body under a good head, as YAML and as JSON."""
    json_head = '{"apiVersion":"audit.k8s.io/v1","kind":"Policy",'
    return [
        *[f"{head}\n{RULES}" for head in HEADS],
        *[f"{HEAD}{body}\n" for body in BODIES],
        *[f"{json_head}{body}}}" for body in JSON_BODIES],
        "",
        "null",
        "{}",
        "[]",
        "text",
        "12",
    ]
