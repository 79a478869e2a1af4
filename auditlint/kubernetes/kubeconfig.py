"""What kube-apiserver makes of the kubeconfig that describes its audit webhook.

Sources: k8s.io/client-go, tools/clientcmd (client_config.go: `ClientConfig`, `ConfirmUsable`; validation.go;
api/v1/conversion.go) and rest/transport; pkg/util/webhook/webhook.go of k8s.io/apiserver (`LoadKubeconfig`).
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.kubernetes.decoding.problems import Value

Steps = tuple[str | int, ...]

_FILE_KEYS = {"cluster": ("certificate-authority",), "user": ("client-certificate", "client-key")}
_WORDS = {
    "certificate-authority": "unable to read certificate-authority",
    "client-certificate": "unable to read client-cert",
    "client-key": "unable to read client-key",
}


class Entry(NamedTuple):
    """One named entry of `clusters`, `users` or `contexts`."""

    name: str
    path: Steps
    """The way to the entry in the file."""
    inner: str
    """The key that holds its fields: `cluster`, `user` or `context`."""
    fields: tuple[tuple[str, Value], ...]

    def text(self, key: str) -> str:
        """Return a field that is a string; empty where there is none."""
        value = _last(self.fields, key)
        return value if isinstance(value, str) else ""

    def on(self, key: str) -> bool:
        """Tell whether a boolean field is true."""
        return _last(self.fields, key) is True

    def at(self, key: str) -> Steps:
        """Return the way to a field."""
        return (*self.path, self.inner, key)


class Problem(NamedTuple):
    """One thing that is wrong with a kubeconfig for a webhook."""

    case: str
    path: Steps
    refuses: bool
    """The server does not start because of it."""
    value: str
    """The name or the file concerned."""
    words: str
    """The server's own words; empty where it has none."""


class Connection(NamedTuple):
    """The cluster and the user that the current context leads to."""

    cluster: Entry
    user: Entry | None


def connection(config: Value) -> Connection | None:
    """Return what the current context leads to; None where it leads to no cluster."""
    context = _current(config)
    cluster = _named(config, "clusters", "cluster", context.text("cluster")) if context else None
    if context is None or cluster is None:
        return None
    return Connection(cluster, _named(config, "users", "user", context.text("user")))


def is_loopback(server: str) -> bool:
    """Tell whether an address is one of the machine itself: `localhost`, 127.0.0.0/8, `[::1]`."""
    from urllib.parse import urlsplit

    try:
        host = (urlsplit(server if "://" in server else f"//{server}").hostname or "").rstrip(".")
    except ValueError:
        return False
    return host in {"localhost", "::1"} or re.fullmatch(r"127(?:\.\d{1,3}){3}", host, re.ASCII) is not None


def files(found: Connection) -> Iterator[tuple[str, str, Steps]]:
    """Yield the files that the server opens with the kubeconfig: the key, the file as named, and the way to it."""
    for entry in (found.cluster, found.user):
        for key in _FILE_KEYS[entry.inner] if entry else ():
            if entry and entry.text(key):
                yield key, entry.text(key), entry.at(key)


def file_words(key: str) -> str:
    """Return how the server begins when it cannot open a file of the kubeconfig."""
    return _WORDS[key]


def resolve(path: str, config_path: str) -> str:
    """Return a file that a kubeconfig names: relative ones count from the folder of the kubeconfig."""
    return posixpath.join(posixpath.dirname(config_path), path)


def problems(config: Value) -> tuple[Problem, ...]:
    """Return why the server cannot use a kubeconfig, and what in it does not lead anywhere."""
    return tuple(_problems(config))


def _problems(config: Value) -> Iterator[Problem]:
    name = _last(_pairs(config), "current-context")
    if not isinstance(name, str) or not name:
        words = "invalid configuration: no configuration has been provided"
        yield Problem("no-context", ("current-context",), refuses=True, value="", words=words)
        return
    context = _current(config)
    if context is None:
        words = f"context was not found for specified context: {name}"
        yield Problem("unknown-context", ("current-context",), refuses=True, value=name, words=words)
        return
    found = connection(config)
    if found is None:
        wanted = context.text("cluster")
        words = f'no server found for cluster "{wanted}"'
        yield Problem("unknown-cluster", context.at("cluster"), refuses=True, value=wanted, words=words)
        return
    yield from _cluster_problems(found.cluster)
    if found.user is None and context.text("user"):
        yield Problem("unknown-user", context.at("user"), refuses=False, value=context.text("user"), words="")


def _cluster_problems(cluster: Entry) -> Iterator[Problem]:
    if not cluster.text("server"):
        words = f'no server found for cluster "{cluster.name}"'
        yield Problem("no-server", cluster.at("server"), refuses=True, value=cluster.name, words=words)
    authority = [key for key in ("certificate-authority", "certificate-authority-data") if cluster.text(key)]
    if len(authority) > 1:
        words = f"certificate-authority-data and certificate-authority are both specified for {cluster.name}"
        yield Problem("two-authorities", cluster.at(authority[0]), refuses=True, value=cluster.name, words=words)
    elif authority and cluster.on("insecure-skip-tls-verify") and cluster.text("server").startswith("https://"):
        words = "specifying a root certificates file with the insecure flag is not allowed"
        place = cluster.at("insecure-skip-tls-verify")
        yield Problem("insecure-with-authority", place, refuses=True, value=cluster.name, words=words)


def _current(config: Value) -> Entry | None:
    name = _last(_pairs(config), "current-context")
    return _named(config, "contexts", "context", name) if isinstance(name, str) else None


def _named(config: Value, key: str, inner: str, name: str) -> Entry | None:
    entries = _last(_pairs(config), key)
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if _last(_pairs(entry), "name") == name and name:
            return Entry(name, (key, index), inner, _pairs(_last(_pairs(entry), inner)))
    return None


def _pairs(value: Value) -> tuple[tuple[str, Value], ...]:
    return value if isinstance(value, tuple) else ()


def _last(pairs: tuple[tuple[str, Value], ...], key: str) -> Value:
    return next((value for name, value in reversed(pairs) if name == key), None)
