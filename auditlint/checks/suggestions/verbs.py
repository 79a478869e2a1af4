"""What people mean by verbs that no request has, and the verbs that go in pairs."""

from __future__ import annotations

from auditlint import english, spelling
from auditlint.checks.suggestions import pasteable
from auditlint.english import quoted
from auditlint.kubernetes.requests import NAMELESS_VERB, RESOURCE_VERBS, URL_VERBS
from auditlint.kubernetes.well_known import home_of, is_well_known
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.kubernetes.policy import PolicyRule

KNOWN = frozenset((*RESOURCE_VERBS, *URL_VERBS))
OF_URLS_ONLY = frozenset(URL_VERBS) - frozenset(RESOURCE_VERBS)
OF_RESOURCES_ONLY = frozenset(RESOURCE_VERBS) - frozenset(URL_VERBS)

_TWINS = (("update", "patch"), ("patch", "update"), ("delete", NAMELESS_VERB))
"""Verbs that do the same: whoever names the first means the second too."""
STREAMS = ("exec", "attach", "portforward")
"""Subresources of Pods that clients connect to by a POST, which is create, or by a WebSocket, which is get."""
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
_WITH_BODIES = ("Request", "RequestResponse")
_STREAMS = frozenset({"pods/exec", "pods/attach", "pods/portforward"})
"""Connections, whose bodies the server never sees."""
_VERBS_OF = {"pods/log": ("get",), "pods/eviction": ("create",), "deployments/scale": ("update", "patch")}
"""The verbs of subresources that are not spoken to by create and get."""
_RBAC_ONLY = frozenset({"impersonate", "bind", "escalate", "use", "approve", "sign", "attest", "nominate"})
_USUAL = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
_USUAL_OF_URLS = ("get", "head", "post", "put", "patch", "delete")
_KUBECTL_COMMANDS = frozenset(
    {
        *("run", "expose", "autoscale", "label", "annotate", "rollout", "set", "taint", "cordon", "uncordon", "wait"),
        *("edit", "apply", "replace", "describe"),
    }
)
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


class Wrong(NamedTuple):
    """What is wrong with a verb that no request of a rule has, and what to write."""

    fault: str
    help: str


def is_hopeless(verb: str, *, of_resources: bool) -> bool:
    """Tell whether there is nothing to write instead of a verb."""
    plain = verb.strip().lower()
    return plain in _RBAC_ONLY or plain in _KUBECTL_ONLY or (of_resources and plain in {"options", "trace"})


def unknown(verb: str, rule: PolicyRule) -> Wrong:
    """Return what is wrong with a verb that no request has, listed in a rule."""
    of_urls = rule.only_urls
    plain = _plain(verb)
    if plain in KNOWN and plain:
        return Wrong(f"no request has the verb {quoted(verb)}", _write((_fitting(plain, rule) or "get",), rule))
    if plain in _SUBRESOURCES:
        return Wrong(f"{quoted(verb)} is a subresource, not a verb", _as_subresource(verb, rule))
    if plain in _RBAC_ONLY:
        note = "; events of impersonated requests have `impersonatedUser` already" if plain == "impersonate" else ""
        return Wrong(f"{quoted(verb)} is a verb of RBAC only", without(rule) + note)
    if plain in _SEVERAL:
        command = f"{quoted(verb)} is a kubectl command, not a verb"
        fault = command if plain in _KUBECTL_COMMANDS else f"no request has the verb {quoted(verb)}"
        return Wrong(fault, _write(_SEVERAL[plain], rule))
    if plain in _KUBECTL_ONLY:
        return Wrong(f"{quoted(verb)} is a kubectl command, not a verb", without(rule))
    home = home_of(verb.partition("/")[0])
    if is_well_known(home, verb.partition("/")[0]):
        return Wrong(f"{quoted(verb)} is a resource, not a verb", _as_resource(verb, rule))
    if means_every(verb):
        return Wrong(f"no request has the verb {quoted(verb)}", "Leave `verbs:` out to match every verb")
    near = _near(verb)
    help = _write((near,), rule) if near else f"Write some of {english.listing(_USUAL_OF_URLS if of_urls else _USUAL)}"
    return Wrong(f"no request has the verb {quoted(verb)}", help)


def right(verb: str, rule: PolicyRule) -> str:
    """Return the one verb that was certainly meant by another, "" if that is not sure."""
    plain = _plain(verb)
    if plain in KNOWN:
        return _fitting(plain, rule) if plain else ""
    told_otherwise = plain in _SUBRESOURCES or plain in _RBAC_ONLY or plain in _SEVERAL or plain in _KUBECTL_ONLY
    resource = verb.partition("/")[0]
    if told_otherwise or means_every(verb) or is_well_known(home_of(resource), resource):
        return ""
    near = _near(verb)
    return _fitting(near, rule) if near else ""


def means_every(verb: str) -> bool:
    """Tell whether a word was to match every verb."""
    return _plain(verb) in {"all", "any", "every"}


def _near(verb: str) -> str | None:
    return spelling.nearest(verb, tuple(sorted(KNOWN - {"", "proxy"})))


def _fitting(verb: str, rule: PolicyRule) -> str:
    """Return the verb that requests of a rule have for one that others have; "" if there is none."""
    return (_FOR_URLS if rule.only_urls else _FOR_RESOURCES).get(verb, (verb, ""))[0]


def mismatch(verb: str, rule: PolicyRule) -> Wrong:
    """Return what is wrong with a verb that requests have, but not those that a rule asks for."""
    better, reason = (_FOR_URLS if rule.only_urls else _FOR_RESOURCES)[verb]
    noun = "URL" if rule.only_urls else "resource"
    fault = f"no request for a {noun} has the verb {quoted(verb)}: {reason}"
    return Wrong(fault, _write((better,), rule) if better else without(rule))


def _write(better: tuple[str, ...], rule: PolicyRule) -> str:
    """Return the advice to write verbs instead of one, without those that the rule lists already."""
    missing = [f'"{verb}"' for verb in better if verb not in rule.verbs]
    return f"Write `{', '.join(missing)}`" if missing else "Delete it"


def _as_subresource(verb: str, rule: PolicyRule) -> str:
    """Return the advice to name the subresources, in the rule itself where all its verbs are such."""
    listed = [_plain(listed) for listed in rule.verbs]
    alone = all(word in _SUBRESOURCES for word in listed)
    names = list(dict.fromkeys(_SUBRESOURCES[word] for word in (listed if alone else [_plain(verb)])))
    verbs = dict.fromkeys(verb for name in names for verb in _VERBS_OF.get(name, ("create", "get")))
    written = f"`verbs: {pasteable.inline(verbs)}` and `{pasteable.entries(names)}`"
    if alone:
        return f"Write {written}"
    level = "Metadata" if rule.level in _WITH_BODIES and _STREAMS.issuperset(names) else rule.level
    return f"Move it to a rule of its own: `level: {level}` with {written}"


def _as_resource(name: str, rule: PolicyRule) -> str:
    written = f"`{pasteable.entries([name])}`"
    if rule.verbs == (name,) and not rule.resources:
        return f"Write {written} instead of `verbs`"
    return f"Move it to a rule of its own: `level: {rule.level}` with {written}"


def _plain(verb: str) -> str:
    return verb.strip().lower().replace("-", "").replace("_", "")


def forgotten(verbs: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the listed verbs that have a twin which is not listed, each with the twin."""
    return tuple((listed, missing) for listed, missing in _TWINS if listed in verbs and missing not in verbs)


def forgets_streams(rule: PolicyRule) -> bool:
    """Tell whether a rule names what clients connect to in Pods, and create without get."""
    named = {name for entry in rule.resources if entry.group == "" for name in entry.resources}
    streams = {"pods/*", *(f"{parent}/{name}" for name in STREAMS for parent in ("pods", "*"))}
    return "create" in rule.verbs and "get" not in rule.verbs and not named.isdisjoint(streams)


def has_twins(rule: PolicyRule) -> bool:
    """Tell whether a rule lists a verb without its twin."""
    return bool(forgotten(rule.verbs)) or forgets_streams(rule)


def without(rule: PolicyRule) -> str:
    """Return how to get rid of a verb: the rule goes with the last one, for it would match every verb without any."""
    alone = all(is_hopeless(verb, of_resources=rule.only_resources) for verb in rule.verbs)
    return "Delete the rule: without `verbs` it would match every verb" if alone else "Delete it"
