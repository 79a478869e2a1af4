"""Policies that are objects in any other document: values of charts, variables of Ansible, fields of other kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.carriers import policy
from auditlint.carriers.carrier import Carrier
from auditlint.text.values import below, get, text, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate
    from auditlint.subjects.model import PolicySubject
    from auditlint.text.plain import Plain

_PATHS = ("dest", "path")
"""Keys beside an object that tell where it is written to."""


def find(candidate: Candidate) -> Iterator[PolicySubject]:
    """Yield the objects that say they are policies, and the rules below a key that speaks of auditing."""
    about_auditing = "audit" in text(candidate.value, "kind").lower()
    for holder, path in walk(candidate.value, stop=policy.is_one):
        if policy.is_one(holder):
            continue
        for step, inner in below(holder):
            way = (*path, step)
            named = about_auditing or any("audit" in str(one).lower() for one in way)
            if policy.is_one(inner):
                yield from policy.inside(candidate, inner, way, _file(holder))
            elif named and policy.is_list_of_rules(inner):
                yield policy.rules_inside(candidate, inner, way)


def _file(holder: Plain) -> str:
    named = (text(holder, key) for key in _PATHS if isinstance(get(holder, key), str))
    return next((name for name in named if "/" in name), "")


CARRIER = Carrier(
    title="Objects that are policies",
    checked=(
        "A mapping in any document that says it is a policy, such as a value of a Helm chart, a variable of Ansible or "
        "`content` of its `copy`; of a list of rules below a key that speaks of auditing only the rules."
    ),
    signs=(b"audit", b"Audit"),
    in_document=find,
)
