"""The users, the requests they send to every server, and the client that sends them."""

from __future__ import annotations

import http.client
import json
import ssl
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

AUTHENTICATED = "system:authenticated"
CREATED = 201
_SLOW = 30.0


class Who(NamedTuple):
    """Somebody who sends requests, and as whom the server knows them (user None: the login fails)."""

    name: str
    user: str | None
    groups: tuple[str, ...] = ()
    token: str = ""
    certificate: bool = False
    headers: tuple[tuple[str, str], ...] = ()


def _with_token(name: str, user: str, *groups: str) -> Who:
    return Who(name, user, (*groups, AUTHENTICATED), token=f"token-of-{name}")


ADMIN = _with_token("admin", "admin", "system:masters")
ALICE = _with_token("alice", "alice")
BOB = _with_token("bob", "bob", "dev", "ops")
MAIL = _with_token("mail", "Alice@example.com", "Dev")
NODE = _with_token("node", "system:node:n1", "system:nodes")
FAKE_ROBOT = _with_token("fake-robot", "system:serviceaccount:prod:builder", "qa")
ROBOT = Who(  # its token comes from the server itself
    "robot",
    "system:serviceaccount:prod:robot",
    ("system:serviceaccounts", "system:serviceaccounts:prod", AUTHENTICATED),
)
CAROL = Who("carol", "carol", ("ops", AUTHENTICATED), certificate=True)
ANONYMOUS = Who("anonymous", "system:anonymous", ("system:unauthenticated",))
BASIC = ANONYMOUS._replace(name="basic", headers=(("Authorization", "Basic YWxpY2U6c2VjcmV0"),))
STRANGER = Who("stranger", None, token="token-of-nobody")
POSING = ADMIN._replace(name="admin as bob", headers=(("Impersonate-User", "bob"), ("Impersonate-Group", "dev")))
USURPER = ALICE._replace(name="alice as admin", headers=(("Impersonate-User", "admin"),))
ROBOT_AS_ALICE = ADMIN._replace(name="admin as alice", headers=(("Impersonate-User", "alice"),))

_IN_FILE = (ADMIN, ALICE, BOB, MAIL, NODE, FAKE_ROBOT)
CERTIFICATES = (CAROL,)


def token_file() -> str:
    """Return the server's file of tokens, users and groups."""
    lines = []
    for who in _IN_FILE:
        groups = ",".join(group for group in who.groups if group != AUTHENTICATED)
        quoted = f',"{groups}"' if groups else ""  # an empty column would be the group ""
        lines.append(f"{who.token},{who.user},uid-{who.name}{quoted}")
    return "\n".join(lines) + "\n"


class Ask(NamedTuple):
    """One request: who sends what. `unknown_user`: the server turns it away before it asks who it is."""

    who: Who
    method: str
    url: str
    body: Mapping[str, Any] | None = None
    unknown_user: bool = False

    @property
    def name(self) -> str:
        """The request as a person would say it."""
        return f"{self.who.name}: {self.method} {self.url}"


class Answer(NamedTuple):
    """What came back: the status, and the JSON object in the body, if it is one."""

    status: int
    body: Any = None


def _object(kind: str, version: str, name: str, **fields: Any) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, **fields}


def _binding(name: str, role: str, kind: str, subject: str) -> Ask:
    group = "rbac.authorization.k8s.io"
    body = _object(
        "ClusterRoleBinding",
        f"{group}/v1",
        name,
        roleRef={"apiGroup": group, "kind": "ClusterRole", "name": role},
        subjects=[{"apiGroup": group, "kind": kind, "name": subject}],
    )
    return Ask(ADMIN, "POST", f"/apis/{group}/v1/clusterrolebindings", body)


_CORE = "/api/v1"
_PROD = f"{_CORE}/namespaces/prod"
_APPS = "/apis/apps/v1/namespaces/prod/deployments"
_LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
_CONFIG = f"{_PROD}/configmaps"
_SETTINGS = _object("ConfigMap", "v1", "settings", data={"colour": "blue"})
_DEPLOYMENT = _object(
    "Deployment",
    "apps/v1",
    "web",
    spec={
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "web", "image": "web:1"}]},
        },
    },
)
_SCALE = {
    "apiVersion": "autoscaling/v1",
    "kind": "Scale",
    "metadata": {"name": "web", "namespace": "prod"},
    "spec": {"replicas": 0},
}

TOKEN_OF_ROBOT = Ask(
    ADMIN,
    "POST",
    f"{_PROD}/serviceaccounts/robot/token",
    {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 3600}},
)
"""Asked first after what is prepared: its answer is what the service account logs in with."""

PREPARED = (
    Ask(ADMIN, "POST", f"{_CORE}/namespaces", _object("Namespace", "v1", "prod")),
    Ask(ADMIN, "POST", f"{_CORE}/namespaces", _object("Namespace", "v1", "dev")),
    Ask(ADMIN, "POST", f"{_PROD}/serviceaccounts", _object("ServiceAccount", "v1", "robot")),
    _binding("e2e-dev", "edit", "Group", "dev"),
    _binding("e2e-alice", "view", "User", "alice"),
    _binding("e2e-robots", "view", "Group", "system:serviceaccounts:prod"),
)
"""What the others need; only the first server of a run creates it, but all are asked for it."""

_OBJECTS = (
    Ask(BOB, "POST", _CONFIG, _SETTINGS),
    Ask(BOB, "GET", f"{_CONFIG}/settings"),
    Ask(BOB, "PUT", f"{_CONFIG}/settings", {**_SETTINGS, "data": {"colour": "red"}}),
    Ask(BOB, "PATCH", f"{_CONFIG}/settings", {"data": {"colour": "green"}}),
    Ask(ALICE, "GET", f"{_CONFIG}/settings"),
    Ask(ROBOT, "GET", f"{_CONFIG}/settings"),
    Ask(FAKE_ROBOT, "GET", f"{_CONFIG}/settings"),
    Ask(POSING, "GET", f"{_CONFIG}/settings"),
    Ask(ROBOT_AS_ALICE, "GET", f"{_CONFIG}/other"),
    Ask(USURPER, "GET", f"{_CONFIG}/settings"),
    Ask(CAROL, "GET", f"{_CONFIG}/settings"),
    Ask(MAIL, "GET", f"{_CONFIG}/settings"),
    Ask(ANONYMOUS, "GET", f"{_CONFIG}/settings"),
    Ask(STRANGER, "GET", f"{_CONFIG}/settings"),
    Ask(ALICE, "HEAD", f"{_CONFIG}/settings"),
    Ask(BOB, "OPTIONS", f"{_CONFIG}/settings"),
    Ask(BOB, "POST", f"{_PROD}/secrets", _object("Secret", "v1", "password", stringData={"it": "is secret"})),
    Ask(BOB, "GET", f"{_PROD}/secrets/password"),
    Ask(ADMIN, "GET", f"{_CORE}/secrets"),
    Ask(ADMIN, "GET", f"{_CORE}/namespaces/kube-system/secrets"),
    Ask(BOB, "POST", _APPS, _DEPLOYMENT),
    Ask(BOB, "GET", f"{_APPS}/web/scale"),
    Ask(BOB, "PUT", f"{_APPS}/web/scale", _SCALE),
    Ask(ADMIN, "PATCH", f"{_APPS}/web/status", {"status": {"replicas": 0}}),
    Ask(ALICE, "GET", "/apis/apps/v1/deployments"),
    Ask(NODE, "PUT", f"{_LEASES}/n1", _object("Lease", "coordination.k8s.io/v1", "n1")),
    Ask(NODE, "GET", f"{_CORE}/nodes/n1"),
    Ask(NODE, "PATCH", f"{_CORE}/nodes/n1/status", {"status": {}}),
    Ask(BOB, "POST", f"{_PROD}/events", _object("Event", "v1", "e", involvedObject={"namespace": "prod"})),
    Ask(BOB, "DELETE", f"{_PROD}/events/e"),
    Ask(ADMIN, "POST", f"{_CORE}/namespaces/prod/serviceaccounts/robot/token", TOKEN_OF_ROBOT.body),
    Ask(
        ALICE,
        "POST",
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
        {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": {"verb": "get", "resource": "pods"}},
        },
    ),
)

_COLLECTIONS = (
    Ask(ALICE, "GET", _CONFIG),
    Ask(ALICE, "GET", f"{_CORE}/configmaps?limit=2"),
    Ask(ALICE, "GET", f"{_CONFIG}?fieldSelector=metadata.name%3Dsettings"),
    Ask(ALICE, "GET", f"{_CONFIG}?fieldSelector=metadata.name!%3Dsettings"),
    Ask(ALICE, "GET", f"{_CONFIG}?watch=true&timeoutSeconds=1"),
    Ask(ROBOT, "GET", f"{_CONFIG}?watch=1&timeoutSeconds=1&fieldSelector=metadata.name=settings"),
    Ask(ADMIN, "GET", f"{_CORE}/watch/namespaces/prod/configmaps/settings?timeoutSeconds=1"),
    Ask(CAROL, "GET", f"{_PROD}/pods?watch=true"),
    Ask(ADMIN, "GET", _CORE + "/nodes"),
    Ask(ADMIN, "GET", f"{_CORE}/namespaces"),
    Ask(ALICE, "GET", f"{_CORE}/namespaces/prod"),
    Ask(ADMIN, "PUT", f"{_CORE}/namespaces/prod/finalize", _object("Namespace", "v1", "prod")),
    Ask(ADMIN, "PATCH", f"{_CORE}/namespaces/prod/status", {"status": {}}),
    Ask(ADMIN, "DELETE", f"{_PROD}/secrets?labelSelector=gone%3Dyes"),
    Ask(STRANGER, "GET", f"{_CORE}/secrets"),
    Ask(STRANGER, "GET", f"{_CONFIG}?watch=true"),
    Ask(ANONYMOUS, "GET", f"{_CORE}/pods"),
    Ask(BASIC, "GET", f"{_CORE}/pods"),
)

_SUBRESOURCES = (
    Ask(ALICE, "GET", f"{_PROD}/pods/web"),
    Ask(ALICE, "GET", f"{_PROD}/pods/web/log"),
    Ask(BOB, "GET", f"{_PROD}/pods/web/exec?command=id"),
    Ask(BOB, "POST", f"{_PROD}/pods/web/exec?command=id"),
    Ask(BOB, "POST", f"{_PROD}/pods/web/portforward"),
    Ask(BOB, "POST", f"{_PROD}/pods/web/eviction", _object("Eviction", "policy/v1", "web")),
    Ask(BOB, "GET", f"{_PROD}/services/web/proxy/metrics"),
    Ask(ADMIN, "GET", f"{_CORE}/nodes/n1/proxy/stats"),
    Ask(ADMIN, "GET", f"{_CORE}/proxy/namespaces/prod/services/web"),
    Ask(CAROL, "GET", "/apis/metrics.k8s.io/v1beta1/namespaces/prod/pods"),
    Ask(CAROL, "POST", "/apis/example.org/v1/namespaces/prod/widgets", {"kind": "Widget"}),
    Ask(CAROL, "GET", "/apis/example.org/v1/namespaces/prod/widgets/w/status"),
)

_PATHS = (
    Ask(ANONYMOUS, "GET", "/healthz"),
    Ask(ANONYMOUS, "GET", "/livez/ping"),
    Ask(ANONYMOUS, "GET", "/health%7A?verbose=1"),
    Ask(STRANGER, "GET", "/healthz"),
    Ask(STRANGER, "POST", "/healthz/etcd"),
    Ask(BASIC, "GET", "/version/"),
    Ask(ALICE, "GET", "/version"),
    Ask(ALICE, "HEAD", "/version"),
    Ask(ALICE, "POST", "/version", {}),
    Ask(ALICE, "TRACE", "/version"),
    Ask(BOB, "GET", "/metrics"),
    Ask(ADMIN, "GET", "/metrics"),
    Ask(ADMIN, "GET", "/api"),
    Ask(ADMIN, "GET", "/api/v1"),
    Ask(ADMIN, "GET", "/apis"),
    Ask(ADMIN, "GET", "/apis/apps/v1"),
    Ask(ADMIN, "GET", "/apis/apps"),
    Ask(ROBOT, "GET", "/openid/v1/jwks"),
    Ask(ADMIN, "GET", "/debug/pprof/cmdline"),
    Ask(CAROL, "GET", "/no/such/path"),
    Ask(CAROL, "GET", "/"),
    Ask(CAROL, "BREW", "/version"),
    Ask(BOB, "BREW", f"{_CONFIG}/settings"),
    Ask(POSING, "GET", "/version"),
)

_ODD = (
    Ask(ALICE, "GET", f"{_CONFIG}?timeout=soon", unknown_user=True),
    Ask(ALICE, "GET", "/version?timeout=soon", unknown_user=True),
    Ask(ADMIN, "GET", f"{_CORE}/watch"),
)

_LAST = (
    Ask(BOB, "DELETE", f"{_CONFIG}/settings"),
    Ask(BOB, "DELETE", f"{_APPS}/web"),
    Ask(ADMIN, "DELETE", f"{_PROD}/secrets"),
)

ASKED = (*_OBJECTS, *_COLLECTIONS, *_SUBRESOURCES, *_PATHS, *_ODD, *_LAST)
"""What every server is asked, in this order."""


class Client:
    """Sends requests to a server, each over a connection of its own and under an audit ID of our choice."""

    def __init__(self, port: int, keys: Path) -> None:
        self._port = port
        self._plain = ssl.create_default_context(cafile=str(keys / "ca.crt"))
        self._certificates: dict[str, ssl.SSLContext] = {}
        for who in CERTIFICATES:
            context = ssl.create_default_context(cafile=str(keys / "ca.crt"))
            context.load_cert_chain(keys / f"{who.name}.crt", keys / f"{who.name}.key")
            self._certificates[who.name] = context

    def send(self, ask: Ask, audit_id: str, *, token: str = "") -> Answer:
        """Send a request; watches are left after their first bytes."""
        context = self._certificates[ask.who.name] if ask.who.certificate else self._plain
        connection = http.client.HTTPSConnection("127.0.0.1", self._port, timeout=_SLOW, context=context)
        try:
            body = None if ask.body is None else json.dumps(ask.body)
            connection.request(ask.method, ask.url, body, dict(_headers(ask, audit_id, token)))
            response = connection.getresponse()
            return Answer(response.status, _json(response.read(1 << 22)))
        finally:
            connection.close()


def _headers(ask: Ask, audit_id: str, token: str) -> Iterator[tuple[str, str]]:
    yield "Audit-ID", audit_id
    yield "Content-Type", "application/merge-patch+json" if ask.method == "PATCH" else "application/json"
    if token or ask.who.token:
        yield "Authorization", f"Bearer {token or ask.who.token}"
    yield from ask.who.headers


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:  # plain text, several objects of a watch, or nothing
        return None
