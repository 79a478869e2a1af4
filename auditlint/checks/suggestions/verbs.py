"""What people mean by verbs that no request has, and the verbs that go in pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint import english, spelling
from auditlint.kubernetes.requests import NAMELESS_VERB, RESOURCE_VERBS, URL_VERBS

if TYPE_CHECKING:
    from collections.abc import Sequence

KNOWN = frozenset((*RESOURCE_VERBS, *URL_VERBS))
OF_URLS_ONLY = frozenset(URL_VERBS) - frozenset(RESOURCE_VERBS)
OF_RESOURCES_ONLY = frozenset(RESOURCE_VERBS) - frozenset(URL_VERBS)

_TWINS = (("update", "patch"), ("delete", NAMELESS_VERB))
"""Verbs that do the same: whoever names the first means the second too."""
_FOR_RESOURCES = {
    "head": ("get", "a HEAD counts as get"),
    "post": ("create", "a POST is create"),
    "put": ("update", "a PUT is update"),
    "options": ("", "no request for a resource comes with it"),
    "trace": ("", "no request for a resource comes with it"),
}
_FOR_URLS = {
    "list": ("get", "URLs are read with get"),
    "watch": ("get", "URLs are read with get"),
    "create": ("post", "a POST to a URL stays post"),
    "update": ("put", "a PUT of a URL stays put"),
    "deletecollection": ("delete", "URLs are deleted with delete"),
    "proxy": ("get", "URLs are read with get"),
}
_SUBRESOURCES = {
    "exec": "pods/exec",
    "attach": "pods/attach",
    "portforward": "pods/portforward",
    "connect": "pods/exec",
    "eviction": "pods/eviction",
    "evict": "pods/eviction",
    "drain": "pods/eviction",
    "cp": "pods/exec",
    "log": "pods/log",
    "logs": "pods/log",
    "scale": "deployments/scale",
}
_RBAC_ONLY = frozenset({"impersonate", "bind", "escalate", "use", "approve", "sign", "attest", "nominate"})
_KUBECTL_ONLY = frozenset({"config", "explain", "auth", "completion", "diff", "kustomize", "plugin", "help", "version"})
_SEVERAL = {
    "run": ("create",),
    "expose": ("create",),
    "autoscale": ("create",),
    "label": ("patch",),
    "annotate": ("patch",),
    "rollout": ("patch",),
    "set": ("patch",),
    "taint": ("patch",),
    "cordon": ("patch",),
    "uncordon": ("patch",),
    "wait": ("get", "watch"),
    "read": ("get", "list", "watch"),
    "view": ("get", "list", "watch"),
    "readonly": ("get", "list", "watch"),
    "write": ("create", "update", "patch", "delete", "deletecollection"),
    "modify": ("create", "update", "patch", "delete", "deletecollection"),
    "edit": ("update", "patch"),
    "change": ("update", "patch"),
    "apply": ("create", "patch"),
    "add": ("create",),
    "insert": ("create",),
    "replace": ("update",),
    "remove": ("delete", "deletecollection"),
    "destroy": ("delete", "deletecollection"),
    "find": ("list",),
    "describe": ("get", "list"),
}


def is_hopeless(verb: str, *, of_resources: bool) -> bool:
    """Tell whether there is nothing to write instead of a verb."""
    plain = verb.strip().lower()
    return plain in _RBAC_ONLY or plain in _KUBECTL_ONLY or (of_resources and plain in {"options", "trace"})


def advice(verb: str, *, of_urls: bool, alone: bool) -> str:
    """Return what to write instead of a verb that no request has; `alone` if nothing would be left in its list."""
    delete = without(alone=alone)
    plain = verb.strip().lower().replace("-", "").replace("_", "")
    if plain in KNOWN and plain:
        fitting = (_FOR_URLS if of_urls else _FOR_RESOURCES).get(plain, (plain, ""))[0]
        return f'write "{fitting or "get"}"'
    if plain in _SUBRESOURCES:
        verbs = (
            '["get"]'
            if "log" in plain
            else '["create"]'
            if _SUBRESOURCES[plain] == "pods/eviction"
            else '["create", "get"]'
        )
        return f'it is a subresource: write `resources: ["{_SUBRESOURCES[plain]}"]` with `verbs: {verbs}`'
    if plain in _RBAC_ONLY:
        where = ", the event of the request itself names it under impersonatedUser" if plain == "impersonate" else ""
        return f"only RBAC knows it{where}. {delete}"
    if plain in _SEVERAL:
        return f"write {english.several(_SEVERAL[plain], most=9)}"
    if plain in _KUBECTL_ONLY:
        return f"only kubectl knows it, what it asks for are other verbs. {delete}"
    if plain in {"all", "any", "every"}:
        return "leave `verbs:` out to take them all"
    near = spelling.nearest(verb, sorted(KNOWN - {"", "proxy"}))
    if near:
        return f'did you mean "{near}"?'
    return "write get, list, watch, create, update, patch, delete or deletecollection"


def forgotten(verbs: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the listed verbs that have a twin which is not listed, each with the twin."""
    return tuple((listed, missing) for listed, missing in _TWINS if listed in verbs and missing not in verbs)


def without(*, alone: bool) -> str:
    """Return how to get rid of a verb: the rule goes with the last one, for it would take every verb without any."""
    return "Delete the rule, for with an empty list it would take every verb" if alone else "Delete it"


def mismatch(verb: str, *, of_urls: bool) -> tuple[str, str]:
    """Return the verb to write instead of one that the rule's requests never have ("" for none), and why."""
    return (_FOR_URLS if of_urls else _FOR_RESOURCES)[verb]
