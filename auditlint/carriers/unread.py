"""Text that does not parse: what it was meant to be, and whether anybody needs to hear of it."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from auditlint.carriers.carrier import YAML_AND_JSON, rendered
from auditlint.carriers.first_look import as_text
from auditlint.finding import DecodedSpan, Span
from auditlint.placeholders import is_elision
from auditlint.subjects.model import ELISION, UnreadText
from auditlint.text.places import NodePlaces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.kubernetes.releases import Target
    from auditlint.text.nodes import ReadError
    from auditlint.text.piece import Text

_POLICY = re.compile(
    r"""audit\.k8s\.io/v|\b(?:nonResourceURLs|omitStages|userGroups)\b"""
    r"""|(?:^|[{,]|- )[ \t]*["']?level["']?[ \t]*:[ \t]*["']?(?:None|Metadata|Request)""",
    re.MULTILINE,
)
_POD = re.compile(r"kube-apiserver(?!-arg)|--audit-(?:log|policy|webhook)")
_SETTINGS = re.compile(r"\baudit-(?:log|policy|webhook)-|\baudit(?:Log|Webhook)[A-Z]|\bauditPolicyFile\b")
_WITH_SETTINGS = frozenset({
    *("Cluster", "ClusterConfiguration", "KubeadmConfig", "KubeadmConfigTemplate", "KubeadmControlPlane"),
    *("KubeadmControlPlaneTemplate", "MasterConfiguration", "Simple"),
})  # fmt: skip
"""Kinds that bring flags to a kube-apiserver by way of another tool."""
_OF_TOOLS = re.compile(
    r"^[ \t]*(?:apiServer|extraKubeAPIServerArgs|kube-apiserver-arg\+?|kube-api)[ \t]*:", re.MULTILINE
)
"""Keys of tools whose files name no kind."""
_KIND = re.compile(r"""^[ \t]*["']?kind["']?[ \t]*:[ \t]*["']?(\w+)""", re.MULTILINE)
_BEGINNING = r"""(?:[ \t]*(?:#[^\n]*|---)?\n)*\s*(?:\{\s*["'])?(?:apiVersion|kind|rules|omitStages)["']?[ \t]*:"""
_HEAD = re.compile(r"""(?:^|[{,])\s*["']?apiVersion["']?[ \t]*:[ \t]*["']?audit\.k8s\.io/""", re.MULTILINE)
_TOP_KEY = re.compile(r"""^["']?([A-Za-z][\w.-]*)["']?[ \t]*:""", re.MULTILINE)
_OWN_HEAD = re.compile(r"""^["']?[\w-]+["']?[ \t]*:?[ \t]*["']?(?:audit\.k8s\.io/|(?:Audit)?Policy\b)""", re.MULTILINE)
_KEYS_OF_POLICIES = ("rule", "omit", "level")
_LINES_AFTER = 3
_WIDTH = 1000
"""Nobody writes longer lines by hand, and what is there is not worth a search for the cause."""
_OTHER_LANGUAGES = (
    *(".bash", ".cfg", ".conf", ".env", ".go", ".hcl", ".ini", ".js", ".md", ".nix", ".properties", ".ps1", ".py"),
    *(".rb", ".rs", ".rst", ".service", ".sh", ".sql", ".tf", ".toml", ".ts", ".txt", ".xml"),
)


def is_other_language(path: str, data: bytes) -> bool:
    """Tell whether a file is by its name, or its first line, no YAML and no JSON: nobody meant it to parse as such.

    A policy is one, whatever it is called.
    """
    named = rendered(path).endswith(_OTHER_LANGUAGES) or data.startswith(b"#!")
    return named and not is_policy_by_its_words(data)


def _elision(lines: Sequence[str], last: int) -> Span | None:
    """Return the place of the first line of dots, such as `....`, up to a line (from 1) that a reader gives up at."""
    for number, line in enumerate(lines[:last], 1):
        if is_elision(line):
            start = len(line) - len(line.lstrip()) + 1
            return Span(number, start, number, len(line.rstrip()) + 1)
    return None


def is_meant_as_yaml(name: str, data: bytes) -> bool:
    """Tell whether a text inside another is called YAML or JSON, or else begins as a policy in YAML does."""
    return rendered(name).endswith(YAML_AND_JSON) or re.match(_BEGINNING, as_text(data)) is not None


def is_policy_by_its_words(data: bytes) -> bool:
    """Tell whether a text, whatever its name, begins as a policy in YAML or JSON does, and says that it is one."""
    text = as_text(data)
    return re.match(_BEGINNING, text) is not None and _HEAD.search(text) is not None


def meaning(data: bytes) -> str:
    """Tell from its words what a text is: `policy`, `pod` (an apiserver), `settings` of one, or nothing."""
    text = as_text(data)
    pod, policy = _POD.search(text), _POLICY.search(text) if not _is_around_a_policy(text) else None
    kinds = set(_KIND.findall(text))
    runs = re.search(r"^[ \t]*containers[ \t]*:", text, re.MULTILINE) is not None
    # A definition of resources may describe Pods and is none.
    if pod and runs and ("Pod" in kinds or "CustomResourceDefinition" not in kinds):
        return "pod"
    # Other files that set flags of kube-apiserver, such as kubeadm's, are no Pods: the kubelet never reads them.
    settings = _OF_TOOLS.search(text) is not None
    if policy or (pod and ("Pod" in kinds or not (kinds or settings))):
        return "policy" if policy else "pod"
    return "settings" if (settings or kinds & _WITH_SETTINGS) and _SETTINGS.search(text) else ""


def _is_around_a_policy(text: str) -> bool:
    """Tell whether what begins at the left of a text are keys of another object, and a policy is further in."""
    keys = {match[1].lower() for match in _TOP_KEY.finditer(text)}
    return bool(keys) and _OWN_HEAD.search(text) is None and not any(key.startswith(_KEYS_OF_POLICIES) for key in keys)


def subject(
    path: str, text: Text, document: int, error: ReadError, *, meant: str, release: Target, elided: bool
) -> UnreadText:
    """Return the text with the server's complaint, and its lines up to a little behind that.

    `elided` says that a line of dots is no text, but stands for what was left out.
    """
    lines = _lines(text.data, error.span.end_line + _LINES_AFTER)
    left_out = _elision(lines, error.span.line + 1) if elided else None
    span = left_out or error.span
    return UnreadText(
        path=path,
        document=document,
        places=NodePlaces(None, span, text, document),
        minor=release.minor,
        kubernetes_from=release.origin,
        meant=meant,
        message=error.message,
        span=span,
        lines=lines,
        problem=ELISION if left_out else error.problem,
        on_disk=partial(_on_disk, text),
    )


def _on_disk(text: Text, line: int, column: int) -> tuple[int, int]:
    span = text.span(Span(line, column, line, column))
    return (line, column) if isinstance(span, DecodedSpan) else (span.line, span.column)


def _lines(data: bytes, last: int) -> tuple[str, ...]:
    return tuple(line[:_WIDTH] for line in as_text(data).split("\n", last)[:last])
