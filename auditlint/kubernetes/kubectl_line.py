"""Which request a kubectl command line sends: the other direction of `kubectl.command`.

Of commands that send several requests it is the one that does what the command is for: `edit` patches, `exec` connects.
Source: staging/src/k8s.io/kubectl/pkg/cmd of Kubernetes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.kubernetes.catalogue import split
from auditlint.kubernetes.kubectl import FIRST_WITH_WEBSOCKETS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from auditlint.kubernetes.catalogue import Catalogue, Resource

_SHORT = {
    "-n": "--namespace",
    "-A": "--all-namespaces",
    "-w": "--watch",
    "-f": "--filename",
    "-k": "--kustomize",
    "-l": "--selector",
    "-o": "--output",
    "-c": "--container",
    "-p": "--patch",
    "-s": "--server",
    "-v": "--v",
}
_OTHERWISE_IN_LOGS = frozenset({"-f", "-p"})
"""Flags that `kubectl logs` has for --follow and --previous."""
_WITH_VALUE = frozenset(
    {
        "--as",
        "--as-group",
        "--as-uid",
        "--audience",
        "--chunk-size",
        "--cluster",
        "--clusterrole",
        "--container",
        "--context",
        "--cpu-percent",
        "--current-replicas",
        "--dry-run",
        "--duration",
        "--env",
        "--field-manager",
        "--field-selector",
        "--filename",
        "--for",
        "--from-env-file",
        "--from-file",
        "--from-literal",
        "--grace-period",
        "--hard",
        "--image",
        "--kubeconfig",
        "--kustomize",
        "--labels",
        "--limits",
        "--max",
        "--min",
        "--min-available",
        "--name",
        "--namespace",
        "--output",
        "--overrides",
        "--patch",
        "--patch-file",
        "--port",
        "--raw",
        "--replicas",
        "--request-timeout",
        "--resource",
        "--role",
        "--rule",
        "--schedule",
        "--selector",
        "--server",
        "--serviceaccount",
        "--since",
        "--sort-by",
        "--subresource",
        "--tail",
        "--target-port",
        "--timeout",
        "--to-revision",
        "--token",
        "--type",
        "--user",
        "--v",
        "--value",
        "--verb",
    }
)
"""The flags whose value may be an argument of its own."""
_CREATES = {
    "configmap": "",
    "cm": "",
    "namespace": "",
    "ns": "",
    "secret": "kind",
    "service": "kind",
    "svc": "kind",
    "serviceaccount": "",
    "sa": "",
    "deployment": "",
    "deploy": "",
    "job": "",
    "cronjob": "",
    "cj": "",
    "ingress": "",
    "ing": "",
    "role": "",
    "rolebinding": "",
    "clusterrole": "",
    "clusterrolebinding": "",
    "quota": "",
    "resourcequota": "",
    "poddisruptionbudget": "",
    "pdb": "",
    "priorityclass": "",
    "pc": "",
}
"""What `kubectl create` makes without a file; `kind`: a word for its type stands between."""
_VERBS = {"edit": "patch", "label": "patch", "annotate": "patch", "patch": "patch", "delete": "delete"}
_STREAMS = {"exec": "exec", "attach": "attach", "port-forward": "portforward", "cp": "exec"}


class KubectlError(ValueError):
    """A command line that sends no request, several, or one that the line alone does not tell."""


class Sent(NamedTuple):
    """A request as a command line tells it: for a resource, or for a URL."""

    verb: str = ""
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    url: str | None = None
    method: str = "GET"
    impersonates: str = ""
    """Who `--as` names; whoever is logged in sends the request, and the audit policy sees only that one."""
    in_context: bool = False
    """The namespace is that of kubectl's context, which the line does not tell: here it is `default`."""


class _Line(NamedTuple):
    """A command line taken apart."""

    command: str
    words: tuple[str, ...]
    flags: Mapping[str, str]
    catalogue: Catalogue


def read(arguments: Sequence[str], catalogue: Catalogue) -> Sent:
    """Return the request that `kubectl` with these arguments sends to a cluster; raises KubectlError."""
    words, flags = _taken_apart(arguments[1:] if arguments and arguments[0] == "kubectl" else arguments)
    if not words:
        raise KubectlError("kubectl needs a command, such as `kubectl get pods -n prod`")
    line = _Line(words[0], tuple(words[1:]), flags, catalogue)
    command = _COMMANDS.get(line.command)
    if command is None:
        raise KubectlError(f"`kubectl {line.command}` is none of {', '.join(sorted(_COMMANDS))}")
    return command(line)._replace(impersonates=flags.get("--as", ""))


def _taken_apart(arguments: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Return words and flags; what stands behind `--` runs in a container."""
    words: list[str] = []
    flags: dict[str, str] = {}
    left = list(arguments[: arguments.index("--")] if "--" in arguments else arguments)
    short = {flag: name for flag, name in _SHORT.items() if "logs" not in left or flag not in _OTHERWISE_IN_LOGS}
    while left:
        word = left.pop(0)
        if not word.startswith("-") or word == "-":
            words.append(word)
            continue
        name, equals, value = word.partition("=")
        if not name.startswith("--") and name[:2] in short:
            equals, value = (equals, value) if len(name) == 2 else ("=", name[2:] + equals + value)  # noqa: PLR2004
            name = short[name[:2]]
        if not equals and name in _WITH_VALUE and left:
            value = left.pop(0)
        flags[name] = value
    return words, flags


def _get(line: _Line) -> Sent:
    """Read `get` and `describe`: one object by its name, a list, or a watch."""
    if "--raw" in line.flags:
        return Sent(url=line.flags["--raw"])
    kind, name = _target(line)
    watches = line.flags.get("--watch", "false") in {"", "true"}
    verb = "watch" if watches else "get" if name else "list"
    field, _, value = line.flags.get("--field-selector", "").partition("metadata.name=")
    return _of(line, verb, kind, name or ("" if field else value), line.flags.get("--subresource", ""))


def _change(line: _Line) -> Sent:
    """Read the commands that change or delete one object."""
    if line.command == "delete" and "--raw" in line.flags:
        return Sent(url=line.flags["--raw"], method="DELETE")
    kind, name = _target(line)
    if not name:
        raise KubectlError(f"`kubectl {line.command}` of several objects sends a request for each: name one")
    return _of(line, _VERBS[line.command], kind, name, line.flags.get("--subresource", ""))


def _create(line: _Line) -> Sent:
    """Read `create KIND NAME`: a POST to the list, so the request has no name."""
    if "--raw" in line.flags:
        return Sent(url=line.flags["--raw"], method="POST")
    kind = line.words[0] if line.words else ""
    if kind == "token" and len(line.words) > 1:
        return _of(line, "create", "serviceaccounts", line.words[1], "token")
    if kind not in _CREATES:
        raise _unknown_object(line)
    return _of(line, "create", "resourcequotas" if kind == "quota" else kind, "")


def _run(line: _Line) -> Sent:
    return _of(line, "create", "pods", "")


def _expose(line: _Line) -> Sent:
    return _of(line, "create", "services", "")


def _autoscale(line: _Line) -> Sent:
    return _of(line, "create", "horizontalpodautoscalers.autoscaling", "")


def _scale(line: _Line) -> Sent:
    """Read `scale`: a patch of the subresource, or an update where it is to hold only for so many replicas."""
    kind, name = _target(line)
    return _of(line, "update" if "--current-replicas" in line.flags else "patch", kind, name, "scale")


def _rollout(line: _Line) -> Sent:
    action, rest = (line.words[0] if line.words else ""), line._replace(words=line.words[1:])
    kind, name = _target(rest)
    return _of(line, "get" if action in {"status", "history"} else "patch", kind, name)


def _set(line: _Line) -> Sent:
    return _change(line._replace(command="patch", words=tuple(word for word in line.words[1:] if "=" not in word)))


def _node(line: _Line) -> Sent:
    """Read `cordon`, `uncordon` and `taint`: a patch of the node."""
    words = line.words[1:] if line.command == "taint" else line.words
    if not words:
        raise KubectlError(f"`kubectl {line.command}` needs a node")
    return _of(line, "patch", "nodes", words[0])


def _stream(line: _Line) -> Sent:
    """Read what connects to a Pod: over WebSockets, which are GETs, from kubectl 1.31 on."""
    verb = "get" if line.catalogue.minor >= FIRST_WITH_WEBSOCKETS else "create"
    return _of(line, verb, "pods", _pod(line), _STREAMS[line.command])


def _logs(line: _Line) -> Sent:
    return _of(line, "get", "pods", _pod(line), "log")


def _debug(line: _Line) -> Sent:
    return _of(line, "patch", "pods", _pod(line), "ephemeralcontainers")


def _top(line: _Line) -> Sent:
    kind, name = _target(line)
    plural = f"{_plural(kind, line.catalogue)}.metrics.k8s.io"
    return _of(line, "get" if name else "list", plural, name)


def _certificate(line: _Line) -> Sent:
    if len(line.words) != 2:  # noqa: PLR2004
        raise KubectlError("`kubectl certificate approve` needs one name")
    return _of(line, "update", "certificatesigningrequests.certificates.k8s.io", line.words[1], "approval")


def _auth(line: _Line) -> Sent:
    reviews = {
        "can-i": "selfsubjectaccessreviews.authorization.k8s.io",
        "whoami": "selfsubjectreviews.authentication.k8s.io",
    }
    review = reviews.get(line.words[0] if line.words else "")
    if review is None:
        raise KubectlError("of `kubectl auth` only can-i and whoami send a request of their own")
    return _of(line, "create", review, "")


def _file(line: _Line) -> Sent:
    """Read `apply` and `replace`, of which only the file tells what is sent."""
    if "--raw" in line.flags:
        return Sent(url=line.flags["--raw"], method="PUT")
    raise _unknown_object(line)


def _unknown_object(line: _Line) -> KubectlError:
    return KubectlError(f"only the file tells what `kubectl {line.command}` sends: describe it by verb and resource")


def _pod(line: _Line) -> str:
    words = [word.partition(":")[0] for word in line.words if line.command != "cp" or ":" in word]
    kind, slash, name = words[0].rpartition("/") if words else ("", "", "")
    if line.command == "cp" and slash:
        return name
    if not name or (slash and kind not in {"pod", "pods", "po"}):
        raise KubectlError(f"`kubectl {line.command}` looks for a Pod, whose name the line does not tell: name it")
    return name


def _target(line: _Line) -> tuple[str, str]:
    """Return kind and name of `pods`, `pod web` or `pod/web`; name "" without one."""
    if "--filename" in line.flags or "--kustomize" in line.flags:
        raise _unknown_object(line)
    words = [word for word in line.words if "=" not in word and not word.endswith("-")]
    if not words or "," in words[0] or len(words) > 2 or (len(words) > 1 and "/" in words[1]):  # noqa: PLR2004
        raise KubectlError(f"`kubectl {line.command}` must name one kind, and one object or none")
    kind, slash, name = words[0].partition("/")
    return kind, name if slash else words[1] if len(words) > 1 else ""


def _plural(kind: str, catalogue: Catalogue) -> str:
    return catalogue.meant(*split(kind))[1]


def _of(line: _Line, verb: str, kind: str, name: str, subresource: str = "") -> Sent:
    """Return the request for a kind as kubectl resolves it, in the namespace that the line or the context names."""
    group, resource = line.catalogue.meant(*split(kind))
    namespace, in_context = _namespace(line, verb, line.catalogue.ever(group, resource))
    if (group, resource) == ("", "namespaces"):
        namespace = "" if verb in {"list", "watch", "create"} else name
    return Sent(verb, group, resource, subresource, namespace, name, in_context=in_context)


def _namespace(line: _Line, verb: str, known: Resource | None) -> tuple[str, bool]:
    if known is not None and not known.namespaced:
        return "", False
    if "--namespace" in line.flags:
        return line.flags["--namespace"], False
    if "--all-namespaces" in line.flags and verb in {"list", "watch"}:
        return "", False
    return "default", True


_COMMANDS: dict[str, Callable[[_Line], Sent]] = {
    "annotate": _change,
    "apply": _file,
    "attach": _stream,
    "auth": _auth,
    "autoscale": _autoscale,
    "certificate": _certificate,
    "cordon": _node,
    "cp": _stream,
    "create": _create,
    "debug": _debug,
    "delete": _change,
    "describe": _get,
    "edit": _change,
    "exec": _stream,
    "expose": _expose,
    "get": _get,
    "label": _change,
    "logs": _logs,
    "patch": _change,
    "port-forward": _stream,
    "replace": _file,
    "rollout": _rollout,
    "run": _run,
    "scale": _scale,
    "set": _set,
    "taint": _node,
    "top": _top,
    "uncordon": _node,
}
