"""Text that does not parse: what it was meant to be, and whether anybody needs to hear of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditlint.carriers.first_look import as_text
from auditlint.subjects.model import UnreadText
from auditlint.text.places import NodePlaces

if TYPE_CHECKING:
    from auditlint.kubernetes.releases import Target
    from auditlint.text.nodes import ReadError
    from auditlint.text.piece import Text

_POLICY = re.compile(
    r"""audit\.k8s\.io/v|\b(?:nonResourceURLs|omitStages|userGroups)\b"""
    r"""|(?:^|[{,]|- )[ \t]*["']?level["']?[ \t]*:[ \t]*["']?(?:None|Metadata|Request)""",
    re.MULTILINE,
)
_POD = re.compile(r"kube-apiserver(?!-arg)|--audit-(?:log|policy|webhook)")
_KIND = re.compile(r"""^[ \t]*["']?kind["']?[ \t]*:[ \t]*["']?(\w+)""", re.MULTILINE)
_EVENTS = re.compile(r"""\s*\{[^\n]{0,400}"kind"\s*:\s*"Event(?:List)?\"""")
_LINES_AFTER = 3
_WIDTH = 1000
"""Nobody writes longer lines by hand, and what is there is not worth a search for the cause."""
_OTHER_LANGUAGES = (
    *(".bash", ".cfg", ".conf", ".env", ".go", ".hcl", ".ini", ".js", ".md", ".nix", ".properties", ".ps1", ".py"),
    *(".rb", ".rs", ".rst", ".service", ".sh", ".sql", ".tf", ".toml", ".ts", ".xml"),
)


def is_other_language(path: str, data: bytes) -> bool:
    """Tell whether a file is by its name, or its first line, no YAML and no JSON: nobody meant it to parse as such."""
    return path.lower().endswith(_OTHER_LANGUAGES) or data.startswith(b"#!")


def meaning(data: bytes) -> str:
    """Tell what a text was meant to be, from its words: `policy`, `pod` (an apiserver) or nothing."""
    text = as_text(data)
    if _EVENTS.match(text):
        return ""
    pod, policy = _POD.search(text), _POLICY.search(text)
    kinds = set(_KIND.findall(text))
    runs = re.search(r"^[ \t]*containers[ \t]*:", text, re.MULTILINE) is not None
    # A definition of resources may describe Pods and is none.
    if pod and runs and ("Pod" in kinds or "CustomResourceDefinition" not in kinds):
        return "pod"
    # Other files that set flags of kube-apiserver, such as kubeadm's, are no Pods: the kubelet never reads them.
    return "policy" if policy else "pod" if pod and (not kinds or "Pod" in kinds) else ""


def subject(path: str, text: Text, document: int, error: ReadError, *, meant: str, release: Target) -> UnreadText:
    """Return the text with the server's complaint, and its lines up to a little behind that."""
    return UnreadText(
        path=path,
        document=document,
        places=NodePlaces(None, error.span, text, document),
        minor=release.minor,
        kubernetes_from=release.origin,
        meant=meant,
        message=error.message,
        span=error.span,
        lines=_lines(text.data, error.span.end_line + _LINES_AFTER),
        problem=error.problem,
    )


def _lines(data: bytes, last: int) -> tuple[str, ...]:
    return tuple(line[:_WIDTH] for line in as_text(data).split("\n", last)[:last])
