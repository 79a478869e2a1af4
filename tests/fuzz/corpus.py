"""What fuzzing begins with: texts of our own in every form that is read."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from auditlint import starter
from tests.carriers.forms import FORMS, GOOD

ROOT = Path(__file__).parent.parent.parent
_FENCE = re.compile(r"^```(?:yaml|json)\n(.*?)^```", re.MULTILINE | re.DOTALL)


class Seed(NamedTuple):
    """A text, and the name of the file that holds it."""

    name: str
    text: str


@cache
def files() -> tuple[Seed, ...]:
    """Return what `check` reads: all carriers, our examples, those of the pages of the rules, what `init` writes."""
    forms = [Seed(form.path, form.write(GOOD)) for form in FORMS.values()]
    folder = ROOT / "examples"
    ours = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix in {".yaml", ".yml", ".md"}]
    shown = [Seed(str(path.relative_to(folder)), path.read_text(encoding="utf-8")) for path in ours]
    pages = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "rules").glob("*.md"))]
    blocks = [Seed("x.yaml", block) for page in pages for block in _FENCE.findall(page)]
    begun = [Seed(file.name, file.text) for name in starter.names() for file in starter.start(name).files]
    return (*forms, *shown, *blocks, *begun)


@cache
def logs() -> tuple[Seed, ...]:
    """Return recorded events, one a line and in other forms."""
    folder = ROOT / "examples" / "recorded"
    lines = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.log"))]
    first = lines[0].splitlines()[0]
    indented = first.replace("{", "{\n").replace(",", ",\n")
    return tuple(Seed("audit.log", text) for text in (*lines, indented, f'{{"items":[{first},{first}]}}', ""))


CONFIGURATIONS = (
    Seed(
        ".auditlint.yaml",
        'kubernetes-version: "1.30"\nprofile: [cis]\nfail-on: error\nselect: [policy-coverage]\nexclude: ["a/**"]\n'
        "per-file-ignores: {'*.yaml': [invalid-level]}\nrules: {unreachable-rule: off}\n",
    ),
    Seed(
        "pyproject.toml",
        '[tool.auditlint]\nkubernetes-version = "1.30"\nignore = ["invalid-level"]\n[tool.auditlint.rules]\n'
        'unreachable-rule = "off"\n',
    ),
)


def _example(*parts: str) -> Seed:
    return Seed(parts[-1], ROOT.joinpath("examples", *parts).read_text(encoding="utf-8"))


POLICIES = (
    _example("good", "audit-policy.yaml"),
    _example("detections", "audit-policy.yaml"),
    Seed("audit-policy.yaml", "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n"),
)
CASES = (
    _example("good", "audit-policy.test.yaml"),
    Seed(
        "a.test.yaml",
        """policy: audit-policy.yaml
kubernetes-version: "1.30"
cases:
- {path: /healthz, no-user: true, level: Metadata, rule: 0, stages: [ResponseComplete, Panic]}
- {url: "/api/v1/namespaces/a/pods/b/log?follow=1", method: POST, anonymous: true, at-most: Request}
- {kubectl: "kubectl get secrets -A -o yaml", user: a, groups: [b, "system:masters"], rule: null}
- {resource: deployments.apps/scale, verb: patch, api-group: apps, namespace: b, object: c, user: d, level: None}
- event: {kind: Event, apiVersion: audit.k8s.io/v1, verb: list, user: {username: a}, stage: ResponseComplete,
    requestURI: /api/v1/pods, objectRef: {resource: pods, apiVersion: v1}}
  at-least: Metadata
- {name: every, every: {resources: ["*.apps", pods/exec], verbs: [create], by: logged-in}, at-least: Metadata}
""",
    ),
    Seed("a.test.json", '{"policy": "audit-policy.yaml", "cases": [{"path": "/a", "user": "b", "level": "None"}]}\n'),
)
DETECTIONS = (
    _example("detections", "falco-rules.yaml"),
    _example("detections", "secret_listing.yml"),
    _example("detections", "binding_to_admin.toml"),
    Seed(
        "more.yaml",
        """- list: people
  items: [a, b]
- list: people
  items: [c]
  append: true
- macro: quiet
  condition: (never_true and ka.user.name in (people))
- macro: never_true
  condition: (ka.verb=x)
- rule: Shell
  desc: a
  condition: ka.verb=create and ka.target.subresource in (exec) and not quiet
  exceptions:
  - name: who
    fields: [ka.user.name, ka.target.name]
    comps: [=, startswith]
    values: [[a, b], [[c, d], e]]
  output: "%ka.user.name"
  priority: INFO
  source: k8s_audit
- rule: Shell
  override: {condition: append, tags: replace}
  condition: and ka.target.namespace=prod
  tags: [x]
- required_engine_version: 15
""",
    ),
    Seed(
        "many.yml",
        """title: Many
id: 1
logsource: {product: kubernetes, service: audit}
detection:
  one: {verb|contains|all: [a, b], objectRef.resource|re: "pods?", user.groups|endswith: x, sourceIPs|cidr: 10.0.0.0/8}
  two:
  - responseStatus.code|gte: 400
  - userAgent: "*curl*"
  filter_a: {user.username: null}
  condition: (one or 1 of two*) and not all of filter_*
---
title: Correlated
correlation: {type: event_count, rules: [1], group-by: [user.username], timespan: 5m, condition: {gte: 10}}
""",
    ),
    Seed(
        "sequence.toml",
        """[rule]
name = "A sequence"
type = "eql"
language = "eql"
index = ["logs-kubernetes.audit_logs-*"]
query = '''
sequence by user.name with maxspan=5m
  [any where event.dataset == "kubernetes.audit_logs" and kubernetes.audit.verb in ("create", "patch")]
  [any where event.dataset == "kubernetes.audit_logs" and kubernetes.audit.objectRef.resource like~ "pod*"]
'''
""",
    ),
)
BASELINES = (
    Seed("baseline.json", '{"kind": "auditlint-baseline", "version": 1, "findings": []}\n'),
    Seed(
        "baseline.json",
        """{
 "kind": "auditlint-baseline",
 "version": 1,
 "findings": [
  {"path": "a.yaml", "rule": "invalid-level", "content": "0123456789abcdef", "count": 1, "text": "level: a"},
  {"path": "b/c.yaml", "rule": "missing-catch-all", "content": "0123456789abcdee", "count": 2, "text": ""},
  {"path": "a.yaml", "rule": "invalid-level", "content": "0123456789abcdef", "count": 3}
 ]
}
""",
    ),
)
