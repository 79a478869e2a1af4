"""Sigma rules over recorded events, as each policy would have written them: they fire where `detect` says they see.

The events were recorded in full where bodies are concerned; under a policy fewer stages are kept, and less in them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from auditlint.events.event import events_in, request_of
from auditlint.policy import Policy
from tests.detections.firing import fires

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parent.parent.parent
RECORDED = [
    json.loads(line)
    for path in sorted((ROOT / "examples" / "recorded").iterdir())
    for line in path.read_text(encoding="utf-8").splitlines()
]
LEVELS = ("Metadata", "Request", "RequestResponse")
HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\n"
WRITES = "- {level: Request, verbs: [create, update, patch, delete]}\n- {level: None}\n"
SECRETS = '- {level: None, resources: [{group: "", resources: [secrets, pods/exec]}]}\n'
POLICIES = {
    "everything": "rules:\n- level: RequestResponse\n",
    "metadata": "rules:\n- level: Metadata\n",
    "writes": f"rules:\n{WRITES}",
    "early": "omitStages: [ResponseStarted, ResponseComplete]\nrules:\n- level: RequestResponse\n",
    "late": "omitStages: [RequestReceived, ResponseStarted]\nrules:\n- level: Request\n",
    "nothing": "rules:\n- level: None\n",
    "no secrets": f"rules:\n{SECRETS}- level: Request\n",
    "not bob": "rules:\n- {level: None, users: [bob]}\n- level: RequestResponse\n",
}
RULES: dict[str, dict[str, Any]] = {
    "bob lists secrets": {"user.username": "bob", "verb": "list", "objectRef.resource": "secrets"},
    "bob removes a binding": {"user.username": "bob", "verb": "delete", "objectRef.resource": "clusterrolebindings"},
    "alice runs a command": {"user.username": "alice", "verb": "create", "objectRef.subresource": "exec"},
    "alice scales": {
        "user.username": "alice",
        "verb": "patch",
        "objectRef.subresource": "scale",
        "requestObject.spec.replicas|exists": True,
    },
    "what the scale became": {
        "user.username": "alice",
        "verb": "patch",
        "objectRef.subresource": "scale",
        "responseObject.spec.replicas|exists": True,
    },
    "a login fails": {"verb": "list", "objectRef.resource": "pods", "responseStatus.code": 401},
    "a node renews its lease": {
        "user.username": "system:node:worker-1",
        "verb": "update",
        "objectRef.namespace": "kube-node-lease",
        "requestObject.spec.renewTime|exists": True,
    },
    "anonymous health checks": {"user.username": "system:anonymous", "requestURI|startswith": "/livez", "verb": "get"},
    "as soon as it is asked": {
        "user.username": "bob",
        "verb": "list",
        "objectRef.resource": "secrets",
        "stage": "RequestReceived",
    },
    "a verb that is none": {"verb": "replace", "objectRef.resource": "deployments"},
}


def sigma(name: str) -> str:
    detection = {"selection": RULES[name], "condition": "selection"}
    source = {"product": "kubernetes", "service": "audit"}
    return yaml.safe_dump({"title": name, "logsource": source, "detection": detection, "level": "low"})


def written(policy: Policy) -> Iterator[Mapping[str, Any]]:
    """Yield the recorded events as a policy has them written, of levels up to that at which they were recorded."""
    for event in RECORDED:
        ((recorded, _),) = events_in(json.dumps(event).encode())
        decision = policy.eval(request_of(recorded)).decision
        if event["stage"] not in decision.stages:
            continue
        level = min(decision.level, event["level"], key=LEVELS.index)
        dropped = {"Metadata": {"requestObject", "responseObject"}, "Request": {"responseObject"}}.get(level, set())
        yield {key: value for key, value in event.items() if key not in dropped} | {"level": level}


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("rules")
    for number, name in enumerate(RULES):
        (folder / f"{number}.yml").write_text(sigma(name), encoding="utf-8")
    return str(folder)


@pytest.mark.parametrize("name", POLICIES)
def test_rules_fire_where_they_see(name: str, rules: str) -> None:
    policy = Policy.from_text(HEAD + POLICIES[name], kubernetes_version="1.30")
    events = list(written(policy))
    said = {detection.name: judgement.verdict.value for detection, judgement in policy.detect([rules]).judged}
    fired = {rule: "sees" if any(fires(sigma(rule), event) for event in events) else "not" for rule in RULES}
    assert set(said.values()) <= {"sees", "blind", "never"}
    assert {rule: verdict if verdict == "sees" else "not" for rule, verdict in said.items()} == fired


def test_every_rule_but_one_fires_on_all_that_was_recorded() -> None:
    silent = [name for name in RULES if not any(fires(sigma(name), event) for event in RECORDED)]
    assert silent == ["a verb that is none"]


ATTACKS = ROOT / "tests" / "e2e" / "attacks"


@pytest.mark.parametrize("path", sorted((ATTACKS / "policies").glob("*.yaml")), ids=lambda path: path.stem)
def test_attacks_on_the_real_server_leave_nothing_open(path: Path) -> None:
    """Each rule of tests/e2e sees everything under each policy, or nothing: what the server writes decides."""
    judged = Policy.load(str(path)).detect([str(ATTACKS / "rules")]).judged
    assert {detection.name: said.verdict.value for detection, said in judged if said.verdict.value == "partly"} == {}
    assert {said.verdict.value for _, said in judged} == ({"sees", "blind", "never"})
