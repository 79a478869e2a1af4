"""Reading a test file: its policy, and each case as the request, or the set of requests, that it is about."""

from __future__ import annotations

import json
import os
import shlex
from typing import TYPE_CHECKING, Any, NamedTuple

from auditlint.errors import AuditlintError, CaseFileError, PolicyError, QuestionError
from auditlint.kubernetes import kubectl
from auditlint.kubernetes.cluster import ORDINARY
from auditlint.kubernetes.identities import ANONYMOUS
from auditlint.kubernetes.well_known import Known
from auditlint.policy import Policy
from auditlint.policy.asking import Words, described
from auditlint.testing.every import Every
from auditlint.testing.expected import MUST_HOLD, Expected
from auditlint.testing.model import Case, CaseFile
from auditlint.testing.shape import Shape
from auditlint.text import source
from auditlint.text.reader import read as read_text
from auditlint.text.whole import Whole

if TYPE_CHECKING:
    from auditlint.kubernetes.cluster import Cluster
    from auditlint.kubernetes.requests import Request
    from auditlint.path import Path
    from auditlint.text.nodes import Document, Node


class Given(NamedTuple):
    """A policy that is tried in place of the one that a test file names: what it is called, and its text."""

    path: str
    content: bytes


def read(
    path: str,
    *,
    kubernetes_version: str | None = None,
    cluster: Cluster | None = None,
    policy: Given | None = None,
) -> CaseFile:
    """Return the cases of a file and the policy that they are about; what is given wins over what the file says.

    Raises CaseFileError where the file is not as it must be, or where there is no policy.
    """
    try:
        content = source.read_file(path)
    except source.UnreadableError as error:
        raise CaseFileError(str(error)) from None
    document, root = _document(path, content)
    shape = Shape(path, document)
    try:
        said = shape.values(root)
    except RecursionError:
        raise CaseFileError(f"{path}:1: the file is nested too deeply") from None
    shape.check(said)
    try:
        tried = _policy(path, said, kubernetes_version, cluster, policy)
    except PolicyError as error:
        raise (shape.error(("policy",), str(error)) if policy is None else CaseFileError(str(error))) from None
    cases = tuple(_Reader(shape, tried).case(case, number) for number, case in enumerate(said["cases"]))
    return CaseFile(path, tried, cases, root, Whole(content))


def _document(path: str, content: bytes) -> tuple[Document, Node]:
    """Return the only document of a text, and its root."""
    stream = read_text(content)
    if stream.error is not None:
        raise CaseFileError(f"{path}:{stream.error.span.line}: {stream.error.message}")
    documents = [document for document in stream.documents if document.root is not None]
    if not documents:
        raise CaseFileError(f"{path}:1: the file is empty: it needs `policy` and `cases`")
    if len(documents) > 1:
        line = documents[1].first.line
        raise CaseFileError(f"{path}:{line}: a test file is one document, and here a second one begins")
    (document,) = documents
    assert document.root is not None
    return document, document.root


def _policy(
    path: str, said: dict[str, Any], version: str | None, cluster: Cluster | None, given: Given | None
) -> Policy:
    version = version or said.get("kubernetes-version")
    cluster = cluster or ORDINARY
    if given is not None:
        return Policy.from_text(given.content, path=given.path, kubernetes_version=version, cluster=cluster)
    target = os.path.normpath(os.path.join(os.path.dirname(path), said["policy"]))
    return Policy.load(target, kubernetes_version=version, cluster=cluster)


class _Reader:
    """Reads the cases of one file."""

    def __init__(self, shape: Shape, policy: Policy) -> None:
        self._shape = shape
        self._policy = policy
        self._catalogue = policy.cluster.catalogue(policy.subject.minor)

    def case(self, said: dict[str, Any], number: int) -> Case:
        """Return one case; raises CaseFileError where it asks nothing that can be asked."""
        place: Path = ("cases", number)
        try:
            asked = self._asked(said)
        except (AuditlintError, ValueError) as error:
            raise self._shape.error(place, str(error)) from None
        expected = Expected({key: said[key] for key in MUST_HOLD if key in said})
        return Case(said.get("name") or self._name(said, asked), number, self._shape.line(place), expected, asked)

    def _asked(self, said: dict[str, Any]) -> Request | Every:
        if "every" in said:
            return Every.of(said["every"], self._policy)
        if "event" in said:
            return _request_of(said["event"])
        return described(_words(said), self._catalogue).request

    def _name(self, said: dict[str, Any], asked: Request | Every) -> str:
        if isinstance(asked, Every):
            return f"every {asked.words}"
        if "kubectl" in said:
            return str(said["kubectl"])
        return kubectl.command(asked, known=Known(self._policy.subject.minor, self._policy.cluster))


def _words(said: dict[str, Any]) -> Words:
    """Return what a case says of one request; raises QuestionError where a kubectl line cannot be read."""
    return Words(
        user=said.get("user", ANONYMOUS),
        groups=tuple(said.get("groups", ())),
        no_user="no-user" in said,
        verb=said.get("verb"),
        resource=said.get("resource"),
        api_group=said.get("api-group"),
        namespace=said.get("namespace"),
        name=said.get("object"),
        path=said.get("path"),
        method=said.get("method"),
        url=said.get("url"),
        kubectl=_kubectl(said["kubectl"]) if "kubectl" in said else (),
    )


def _kubectl(line: str) -> tuple[str, ...]:
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise QuestionError(f"kubectl: {error}") from None
    return tuple(words) if words[:1] == ["kubectl"] else ("kubectl", *words)


def _request_of(event: dict[str, Any]) -> Request:
    """Return the request that an event records; raises QuestionError where it is none."""
    from auditlint.events.event import NotAnEventError, events_in, request_of

    try:
        found = events_in(json.dumps(event).encode())
    except NotAnEventError as error:
        raise QuestionError(f"event: {error}") from None
    if len(found) != 1:
        raise QuestionError("event: it holds not one event but a list of them")
    return request_of(found[0][0])
