"""Compares what auditlint makes of a policy with what the real loader answered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from auditlint.kubernetes.decode import Loaded, load
from auditlint.kubernetes.decoding.words import JSON_ITERATOR_UNTIL
from auditlint.text.plain import plain
from auditlint.text.reader import looks_like_json, read
from tests.recorded_answers import without_empty

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditlint.kubernetes.policy import Policy

WARNS_SINCE = 26


def load_text(data: bytes, minor: int) -> Loaded | None:
    """Return what becomes of the first document of a text; None where the text is not even read."""
    stream = read(data)
    if stream.error is not None and stream.error_document == 0:
        return None
    return load(plain(stream.documents[0].root), minor, from_json=looks_like_json(data))


def mismatch(loaded: Loaded | None, answer: Mapping[str, Any], minor: int) -> str:
    """Return what differs, empty if nothing does; an answer may leave out what is empty."""
    error, warning = answer.get("error", ""), answer.get("warning", "")
    if loaded is None:
        return "read" if answer["ok"] else ""
    if loaded.refused == answer["ok"]:
        return "refused"
    if answer["ok"] and loaded.policy and without_empty(described(loaded.policy)) != without_empty(answer["policy"]):
        return "policy"
    if minor >= WARNS_SINCE and loaded.lenient != ("falling back to lenient decoding" in warning):
        return "lenient"
    deprecated = any(problem.detail == "deprecated" for problem in loaded.problems)
    if not error.startswith("failed decoding") and deprecated != ("is deprecated" in warning):
        return "deprecated"
    return "" if _same_words(loaded.error, error, minor) else "error"


def _same_words(ours: str, theirs: str, minor: int) -> bool:
    """Compare two errors, as far as they can be the same.

    Ours may end where the server goes on to quote the text. json-iterator reads on after a first error and mixes up its
    words. Of a time the server quotes what it cannot read in a way of its own, of a number from JSON its digits.
    """
    if (minor <= JSON_ITERATOR_UNTIL and "error found in #" in theirs) or "parsing time" in theirs:
        return ours.startswith("failed decoding")
    ours, theirs = (re.sub(r"number \S+ into", "number into", words) for words in (ours, theirs))
    return theirs.startswith(ours) if ours else not theirs


def described(policy: Policy) -> dict[str, Any]:
    """Return a policy as the referee describes one."""
    rules = [
        {
            "level": rule.level,
            "users": [*rule.users],
            "userGroups": [*rule.user_groups],
            "verbs": [*rule.verbs],
            "resources": [
                {"group": entry.group, "resources": [*entry.resources], "resourceNames": [*entry.resource_names]}
                for entry in rule.resources
            ],
            "namespaces": [*rule.namespaces],
            "nonResourceURLs": [*rule.non_resource_urls],
            "omitStages": [*rule.omit_stages],
            "omitManagedFields": rule.omit_managed_fields,
        }
        for rule in policy.rules
    ]
    return {
        "omitStages": [*policy.omit_stages],
        "omitManagedFields": policy.omit_managed_fields,
        "rules": rules,
    }
