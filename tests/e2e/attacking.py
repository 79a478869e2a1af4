"""Attacks on a real server under several policies: Sigma rules fire on what was written exactly where `detect` says so.

Each rule in `attacks/rules` is named after the attack that is to set it off. A rule that *sees* must fire on the events
of its attack, and one that is *blind* or fires *never* must not.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from auditlint.policy import Policy
from tests.detections.firing import fires
from tests.e2e import asking, comparing, flags, servers
from tests.e2e.asking import ADMIN, ANONYMOUS, POSING, STRANGER, Ask
from tests.e2e.processes import end

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.e2e.comparing import Event
    from tests.e2e.servers import World

FOLDER = Path(__file__).parent / "attacks"
_PROD = "/api/v1/namespaces/prod"
_RBAC = "rbac.authorization.k8s.io"
_CONTAINER = {"name": "c", "image": "busybox"}


def _object(kind: str, version: str, name: str, **fields: object) -> dict[str, object]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, **fields}


def _pod(**fields: object) -> dict[str, object]:
    return _object("Pod", "v1", "attack", spec={"containers": [_CONTAINER], **fields})


_ROLE_REF = {"apiGroup": _RBAC, "kind": "ClusterRole", "name": "cluster-admin"}
_JOB = {"template": {"spec": {"containers": [_CONTAINER], "restartPolicy": "Never"}}}
_TOKEN = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 3600}}
_PREPARED = (
    Ask(ADMIN, "POST", "/api/v1/namespaces", _object("Namespace", "v1", "prod")),
    Ask(ADMIN, "POST", f"{_PROD}/serviceaccounts", _object("ServiceAccount", "v1", "default")),
    Ask(ADMIN, "POST", f"{_PROD}/serviceaccounts", _object("ServiceAccount", "v1", "robot")),
)
ATTACKS: dict[str, Ask] = {
    "anonymous": Ask(ANONYMOUS, "GET", "/api/v1/pods"),
    "cluster-admin": Ask(
        ADMIN,
        "POST",
        f"/apis/{_RBAC}/v1/clusterrolebindings",
        _object("ClusterRoleBinding", f"{_RBAC}/v1", "attack", roleRef=_ROLE_REF, subjects=[]),
    ),
    "cronjob": Ask(
        ADMIN,
        "POST",
        "/apis/batch/v1/namespaces/prod/cronjobs",
        _object("CronJob", "batch/v1", "attack", spec={"schedule": "* * * * *", "jobTemplate": {"spec": _JOB}}),
    ),
    "events-deleted": Ask(ADMIN, "DELETE", f"{_PROD}/events"),
    "exec": Ask(ADMIN, "GET", f"{_PROD}/pods/web/exec?command=id"),
    "failed-login": Ask(STRANGER, "GET", "/api/v1/secrets"),
    "hostpath-pod": Ask(
        ADMIN, "POST", f"{_PROD}/pods", _pod(volumes=[{"name": "root", "hostPath": {"path": "/"}}], hostNetwork=True)
    ),
    "impersonation": Ask(POSING, "GET", f"{_PROD}/configmaps"),
    "namespace-asked": Ask(ADMIN, "POST", "/api/v1/namespaces", _object("Namespace", "v1", "attack")),
    "no-such-verb": Ask(ADMIN, "PUT", f"{_PROD}/pods/attack", _pod()),
    "privileged-pod": Ask(
        ADMIN, "POST", f"{_PROD}/pods", _pod(containers=[{**_CONTAINER, "securityContext": {"privileged": True}}])
    ),
    "secret-listing": Ask(ADMIN, "GET", "/api/v1/secrets"),
    "token-request": Ask(ADMIN, "POST", f"{_PROD}/serviceaccounts/robot/token", _TOKEN),
    "token-response": Ask(ADMIN, "POST", f"{_PROD}/serviceaccounts/robot/token", _TOKEN),
    "webhook": Ask(
        ADMIN,
        "POST",
        "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
        _object("ValidatingWebhookConfiguration", "admissionregistration.k8s.io/v1", "attack", webhooks=[]),
    ),
    "wildcard-role": Ask(
        ADMIN,
        "POST",
        f"/apis/{_RBAC}/v1/clusterroles",
        _object(
            "ClusterRole", f"{_RBAC}/v1", "attack", rules=[{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]
        ),
    ),
}


def play(world: World, folder: Path) -> Iterator[tuple[str, ...]]:
    """Attack a server under each policy, tell what each rule did, and yield for each attack where `detect` is wrong."""
    for path in sorted((FOLDER / "policies").glob("*.yaml")):
        events = _events_under(world, folder / path.stem, path)
        detected = Policy.load(str(path)).detect([str(FOLDER / "rules")])
        row = []
        for detection, said in detected.judged:
            attack = Path(detection.path).stem
            rule = Path(detection.path).read_text(encoding="utf-8")
            fired = any(fires(rule, event) for event in events if event["auditID"] == f"attack-{attack}")
            verdict = said.verdict.value
            row.append(f"{attack} {verdict}{', fires' if fired else ''}")
            did = "fires" if fired else "does not fire"
            agreed = fired == (verdict == "sees")
            yield () if agreed else (f"attacks under {path.name}: {attack} {did}, detect: {verdict}",)
        print(f"attacks under {path.name}: {'; '.join(row)}", flush=True)


def _events_under(world: World, folder: Path, policy: Path) -> Sequence[Event]:
    """Return the events that a server writes of the attacks."""
    arguments = [flag.replace("{policy}", str(policy)) for flag in flags.PLAIN.flags]
    with servers.apiserver(world, folder, arguments) as server:
        if server.refused:
            raise servers.ServersError(f"{policy.name} is refused: {server.messages[-1000:]}")
        client = asking.Client(server.port, world.keys)
        for number, ask in enumerate(_PREPARED):
            client.send(ask, f"prepared-{number}")
        for name, ask in ATTACKS.items():
            client.send(ask, f"attack-{name}")
        end(server.process)
        return comparing.events_in((server.folder / "audit.log").read_bytes())
