"""Audit settings in a file that no carrier takes: nothing is called clean that was not read."""

from __future__ import annotations

import re
from typing import NamedTuple

from auditlint.carriers.first_look import as_text

_LOG = r"path|max[-_]?age|max[-_]?backups?|max[-_]?size|format|mode|version|compress|batch[-_]?\w+|truncate[-_]?\w+"
_WEBHOOK = r"config[-_]?file|mode|version|initial[-_]?backoff|batch[-_]?\w+|truncate[-_]?\w+"
_FLAG = rf"audit[-_]?(?:policy[-_]?file|log[-_]?(?:{_LOG})|webhook[-_]?(?:{_WEBHOOK}))\b"
_SETTING = re.compile(
    rf"(?P<flag>(?i:(?:--)?(?:\b[\w.]{{1,40}}[-_.]|\b){_FLAG}))(?:[\"'`]?[ \t]*(?:=|:[ \t]|:$)|[ \t]+[\"']?[/$0-9])"
    r"|\b(?P<group>audit\.k8s\.io/v[0-9]\w*)"
    r"|\b(?P<level>level[\"']?[ \t]*(?:=>?|:)[ \t]*[\"']?(?:Metadata|RequestResponse)\b)",
    re.MULTILINE,
)
_COMMENT = re.compile(r"[ \t]*(?:#|//)")
_DOCUMENTS = (".adoc", ".markdown", ".md", ".rst", ".txt")
"""What people read speaks of settings without being any."""


_KEYS_OF_TESTS = tuple(re.compile(rf"^[\"']?{key}[\"']?[ \t]*:", re.MULTILINE) for key in ("policy", "cases"))
_BASELINE = re.compile(r'\s*\{\s*"kind"\s*:\s*"auditlint-baseline"')
"""What begins a file of findings that are known, which shows some of the text of others."""


class Setting(NamedTuple):
    """The first of the settings in a text, and its line."""

    line: int
    name: str

    @property
    def notice(self) -> str:
        """What to tell the user of a file that nothing was found in but this."""
        return f"holds audit settings in a form that auditlint does not read: line {self.line}, {self.name}"


def first(path: str, data: bytes) -> Setting | None:
    """Return the first part of a policy or setting of an audit flag in a file, comments left out; None without any."""
    if path.lower().endswith(_DOCUMENTS):
        return None
    text, at = as_text(data), 0
    if _is_test_file(text) or _BASELINE.match(text):
        return None
    while match := _SETTING.search(text, at):
        start = text.rfind("\n", at, match.start()) + 1 or at
        if _COMMENT.match(text, start) is None:
            return Setting(text.count("\n", 0, match.start()) + 1, match[match.lastgroup or 0])
        at = text.find("\n", match.end()) + 1 or len(text)
    return None


def _is_test_file(text: str) -> bool:
    """Tell whether a text holds the cases that `auditlint test` runs: levels that a policy must give, no settings."""
    return all(key.search(text) for key in _KEYS_OF_TESTS)
