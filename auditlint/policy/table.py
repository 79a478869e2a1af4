"""The table of a policy: who doing what to which resource is logged at which level."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from auditlint.errors import QuestionError
from auditlint.kubernetes.matrix import changes, matrix
from auditlint.kubernetes.matrix.cells import Engine
from auditlint.kubernetes.matrix.people import distinguished, member_of, user_called
from auditlint.policy.matrix_document import document
from auditlint.policy.matrix_rows import Asked, chosen_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.kubernetes.engine.index import Index
    from auditlint.kubernetes.matrix.people import Identity
    from auditlint.policy.policy_file import PolicyFile
    from auditlint.report.tables.document import Document

_NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_LONGEST = 63
"""Characters of a namespace's name."""


class Shown(NamedTuple):
    """A table, and what there is to say of the names that were asked for."""

    document: Document
    notes: tuple[str, ...]


def table(policy: PolicyFile, asked: Asked, against: PolicyFile | None) -> Shown:
    """Return the table of a policy; with an older one, only the cells that differ. Raises QuestionError."""
    _check(asked)
    policies = [policy] if against is None else [policy, against]
    engine = Engine([one.held for one in policies])
    rows, notes = chosen_rows(policies, policy.cluster, engine.index, asked)
    found = matrix(engine, rows, _identities(engine.index, asked), asked.namespace or "")
    if against is not None:
        found = changes(found)
    narrowed = bool(asked.resources or asked.paths)
    return Shown(document(found, policies, asked.namespace, narrowed=narrowed), notes)


def _check(asked: Asked) -> None:
    """Raise QuestionError where something is asked that cannot be."""
    for parameter, values in (
        ("resource", asked.resources),
        ("path", asked.paths),
        ("user", asked.users),
        ("group", asked.groups),
    ):
        if "" in values:
            raise QuestionError(f"{parameter} is empty")
    namespace = asked.namespace
    if namespace == "":
        raise QuestionError("namespace is empty: give a namespace's name, or leave it out")
    if namespace is not None and not (len(namespace) <= _LONGEST and _NAMESPACE.fullmatch(namespace)):
        raise QuestionError(f'namespace: "{namespace}" cannot be a namespace: lower-case letters, digits and -')
    if namespace is not None and asked.paths:
        raise QuestionError("namespace and path exclude each other: a path is in no namespace")


def _identities(index: Index, asked: Asked) -> Sequence[Identity]:
    if asked.users:
        return [user_called(name, tuple(asked.groups)) for name in dict.fromkeys(asked.users)]
    if asked.groups:
        return [member_of(name, index) for name in dict.fromkeys(asked.groups)]
    return distinguished(index)
