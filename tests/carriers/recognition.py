"""Shorthands for the tests of carriers."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from auditlint.carriers.recognise import Found, recognise

if TYPE_CHECKING:
    from auditlint.subjects.model import ApiServer, Subject

S = TypeVar("S")

POLICY = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n"


def found(
    content: str | bytes,
    path: str = "file.yaml",
    *,
    as_kind: str | None = None,
    named: bool = True,
    minor: int | None = None,
) -> Found:
    data = content.encode() if isinstance(content, str) else content
    return recognise(path, data, as_kind=as_kind, named=named, minor=minor)


def subjects(content: str | bytes, path: str = "file.yaml", *, as_kind: str | None = None) -> tuple[Subject, ...]:
    return found(content, path, as_kind=as_kind).subjects


def only(kind: type[S], content: str | bytes, path: str = "file.yaml", *, as_kind: str | None = None) -> S:
    (subject,) = subjects(content, path, as_kind=as_kind)
    assert isinstance(subject, kind)
    return subject


def pod(container: str, *, image: str = "registry.k8s.io/kube-apiserver:v1.29.3", spec: str = "") -> str:
    """Return a Pod with one container; both texts are block mappings without indentation."""
    lines = "".join(f"    {line}\n" for line in container.strip("\n").split("\n"))
    more = "".join(f"  {line}\n" for line in spec.strip("\n").split("\n") if line)
    head = "apiVersion: v1\nkind: Pod\nmetadata: {name: kube-apiserver}\nspec:\n" + more
    return f"{head}  containers:\n  - name: kube-apiserver\n    image: {image}\n{lines}"


def texts(server: ApiServer) -> list[str]:
    return [argument.text for argument in server.arguments]
