"""Texts of policies that kube-apiserver takes although they look odd, and of policies that it refuses."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "served"

_HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\n"
_ALL = "rules:\n- level: Metadata\n"


def _rules(rule: str) -> bytes:
    """Return a policy with one rule before a closing one, both in flow style."""
    return f"{_HEAD}rules:\n- {{{rule}}}\n- {{level: Metadata}}\n".encode()


ODD: dict[str, bytes] = {
    "misspelt-keys": _rules('level: Request, user: [alice], resources: [{group: "", resource: [pods]}]'),
    "misspelt-narrow": _rules("level: None, paths: [/healthz]"),
    "groups-for-group": _rules("level: Request, resources: [{groups: [apps], resources: [deployments]}]"),
    "duplicate-keys": _rules("level: None, users: [alice], users: [bob], level: Request"),
    "nothing": f"{_HEAD}rules:\n- level: None\n- level: RequestResponse\n".encode(),
    "no-kind": f"apiVersion: audit.k8s.io/v1\n{_ALL}".encode(),
    "second-document": f"{_HEAD}{_ALL}---\nrules: [broken\n".encode(),
    "merge-keys": (
        f"{_HEAD}x-base: &base {{level: Request, users: [bob]}}\n"
        "rules:\n- <<: *base\n- {<<: *base, users: [alice]}\n- &last {level: Metadata}\n- *last\n"
    ).encode(),
    "octal-and-words": _rules("level: Request, users: ['012', 'yes', \"null\"], verbs: ['get']"),
    "null-lists": _rules("level: Request, users: null, verbs: [], resources: ~, omitStages: null"),
    "crlf-and-bom": b"\xef\xbb\xbf" + f"{_HEAD}{_ALL}".replace("\n", "\r\n").encode(),
    "utf-16": f"{_HEAD}{_ALL}".encode("utf-16"),
    "tabs-after-colons": f"{_HEAD}rules:\n- level:\tMetadata\t\n  verbs: [\tget,\tlist ]\n".encode(),
    "json-with-duplicates": (
        b'{"kind": "Policy", "apiVersion": "audit.k8s.io/v1", "rules": [{"level": "None", "level": "Request"}]}'
    ),
    "block-scalars": (
        f"{_HEAD}rules:\n- level: |-\n    Request\n  users:\n  - >-\n    alice\n- level: Metadata\n".encode()
    ),
    "metadata-and-status": f"{_HEAD}metadata:\n  name: mine\n  labels: {{a: b}}\nstatus: {{}}\n{_ALL}".encode(),
}
"""Taken, some of them leniently: what is unknown is dropped, and the rule means less than it says."""

REFUSED: dict[str, bytes] = {
    "empty": b"",
    "only-comments": b"# nothing here\n",
    "empty-first-document": f"---\n---\n{_HEAD}{_ALL}".encode(),
    "no-rules": _HEAD.encode(),
    "empty-rules": f"{_HEAD}rules: []\n".encode(),
    "rules-under-spec": f"{_HEAD}spec:\n  rules:\n  - level: Metadata\n".encode(),
    "bare-list": b"- level: Metadata\n",
    "no-api-version": f"kind: Policy\n{_ALL}".encode(),
    "v1beta1": f"apiVersion: audit.k8s.io/v1beta1\nkind: Policy\n{_ALL}".encode(),
    "other-group": f"apiVersion: policy/v1\nkind: Policy\n{_ALL}".encode(),
    "other-kind": f"apiVersion: audit.k8s.io/v1\nkind: policy\n{_ALL}".encode(),
    "kind-event": f"apiVersion: audit.k8s.io/v1\nkind: Event\n{_ALL}".encode(),
    "level-in-lower-case": _rules("level: metadata"),
    "no-level": _rules("users: [alice]"),
    "empty-level": _rules('level: ""'),
    "level-number": _rules("level: 1"),
    "unknown-stage": _rules("level: Metadata, omitStages: [ResponseFinished]"),
    "unknown-stage-of-policy": f"{_HEAD}omitStages: [requestReceived]\n{_ALL}".encode(),
    "stages-as-text": f"{_HEAD}omitStages: RequestReceived\n{_ALL}".encode(),
    "group-with-slash": _rules("level: Metadata, resources: [{group: apps/v1}]"),
    "group-in-upper-case": _rules("level: Metadata, resources: [{group: Apps}]"),
    "group-with-wildcard": _rules('level: Metadata, resources: [{group: "*.k8s.io"}]'),
    "names-without-resources": _rules('level: Metadata, resources: [{group: "", resourceNames: [a]}]'),
    "resources-as-texts": _rules("level: Metadata, resources: [pods]"),
    "resources-as-mapping": _rules("level: Metadata, resources: {group: apps}"),
    "verbs-as-text": _rules("level: Metadata, verbs: get"),
    "namespace-boolean": _rules("level: Metadata, namespaces: [on]"),
    "user-number": _rules("level: Metadata, users: [012]"),
    "url-without-slash": _rules("level: None, nonResourceURLs: [healthz]"),
    "url-with-inner-star": _rules("level: None, nonResourceURLs: [/api/*/v1]"),
    "url-and-resources": _rules('level: None, nonResourceURLs: [/a], resources: [{group: ""}]'),
    "url-and-namespaces": _rules("level: None, nonResourceURLs: [/a], namespaces: [a]"),
    "managed-fields-as-text": _rules('level: Metadata, omitManagedFields: "yes"'),
    "tab-as-indentation": f"{_HEAD}rules:\n-\tlevel: Metadata\n\tverbs: [get]\n".encode(),
    "unclosed-list": f"{_HEAD}rules: [{{level: Metadata}}\n".encode(),
    "unknown-anchor": f"{_HEAD}rules:\n- *nothing\n".encode(),
    "latin-1": f"{_HEAD}# für alle\n{_ALL}".encode("latin-1"),
    "nul": f"{_HEAD}{_ALL}\0".encode(),
    "json-with-comment": b'{"apiVersion":"audit.k8s.io/v1","kind":"Policy", // all\n"rules":[{"level":"Metadata"}]}',
    "template": f"{_HEAD}rules:\n- level: {{{{ .Values.level }}}}\n".encode(),
}
"""Refused: in text, head, types and validation."""


def served() -> dict[str, bytes]:
    """Return the policies in served/, by name, and the odd ones."""
    files = {path.stem: path.read_bytes() for path in sorted(FOLDER.glob("*.yaml"))}
    return {**files, **ODD}
