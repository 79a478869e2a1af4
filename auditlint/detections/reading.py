"""Finding detection rules in files and folders, and telling which language each is in."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from auditlint.detections.languages import elastic, falco, sigma
from auditlint.detections.languages.falco import Entry
from auditlint.text import folders, source
from auditlint.text.nodes import Mapping, Scalar, Sequence, content

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditlint.detections.model import Detection
    from auditlint.text.nodes import Node

ENDINGS = (".yml", ".yaml", ".toml")
_MOST_VALUES = 300_000
"""So many values of one file are looked at, each time that an alias brings them."""
_MOST_DEEP = 200


class Found(NamedTuple):
    """All detections, by path and in the order of each file; what was passed over; what there is to say."""

    detections: tuple[Detection, ...]
    others: int
    """How many rules are for other sources."""
    notices: tuple[str, ...]


class _TooLargeError(Exception):
    """A document with more values than are looked at."""


def read(paths: Iterable[str]) -> Found:
    """Return the detections in files and folders. What cannot be read is told in the notices."""
    return _Reading().read(paths)


class _Reading:
    def __init__(self) -> None:
        self._detections: list[Detection] = []
        self._falco: dict[str, list[Entry]] = {}
        self._others = 0
        self._notices: list[str] = []

    def read(self, paths: Iterable[str]) -> Found:
        seen: set[str] = set()
        for path in paths:
            for file in self._files(path):
                if os.path.realpath(file) not in seen:
                    seen.add(os.path.realpath(file))
                    self._file(file)
        for entries in self._falco.values():
            loaded = falco.read(entries)
            self._detections += loaded.detections
            self._others += loaded.others
            self._notices += loaded.notices
        if any(found.unread == f"{sigma.PACKAGE} is not installed" for found in self._detections):
            self._notices.append(
                f"Sigma rules are not judged because {sigma.PACKAGE} is not installed: pip install 'auditlint[detect]'"
            )
        ordered = sorted(self._detections, key=lambda found: (found.path, found.line))
        return Found(tuple(ordered), self._others, tuple(self._notices))

    def _files(self, path: str) -> Iterator[str]:
        if not os.path.isdir(path):
            yield path
            return

        def failed(folder: str, reason: str) -> None:
            self._notices.append(f"{folder}: {reason}")

        # Rules of others are often kept out of the repository, so no .gitignore hides them.
        yield from folders.search(path, folders.Wanted(ENDINGS, untrusted=True), source.Telling(failed=failed))

    def _file(self, path: str) -> None:
        try:
            data = source.read_file(path)
        except source.UnreadableError as error:
            self._notices.append(str(error))
            return
        (self._toml if path.endswith(".toml") else self._yaml)(path, data)

    def _toml(self, path: str, data: bytes) -> None:
        try:
            text = data.decode("utf-8")
            document = _toml(text)
        except (ValueError, RecursionError) as error:
            said = " ".join(str(error).split())[:200]
            self._notices.append(f"{path}: is no TOML: {said or 'it is nested too deeply'}")
            return
        if not elastic.is_rule(document):
            return
        if not elastic.is_about_audit_events(document):
            self._others += 1
            return
        self._detections.append(elastic.read(document, text, path))

    def _yaml(self, path: str, data: bytes) -> None:
        from auditlint.text.yaml_reader import read_yaml

        stream = read_yaml(data)
        if stream.error is not None:
            self._notices.append(f"{path}:{stream.error.span.line}: is no YAML: {stream.error.message}")
            return
        try:
            for document in stream.documents:
                if document.root is not None:
                    self._document(path, document.root)
        except _TooLargeError:
            limits = f"more than {_MOST_VALUES} values, or nested deeper than {_MOST_DEEP}"
            self._notices.append(f"{path}: is not read: {limits}")

    def _document(self, path: str, root: Node) -> None:
        said = plain(root)
        if falco.is_rules_file(said):
            items = content(root)
            assert isinstance(items, Sequence)
            folder = os.path.dirname(path)
            self._falco.setdefault(folder, []).extend(
                Entry(path, content(node).line, item)
                for node, item in zip(items.items, said, strict=True)
                if isinstance(item, dict)
            )
        elif sigma.is_rule(said):
            if "logsource" in said and not sigma.is_about_audit_events(said):
                self._others += 1
            elif "logsource" in said:
                self._detections.append(sigma.read(said, path, content(root).line))


def _toml(text: str) -> Any:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(text)


def plain(root: Node) -> Any:
    """Return a document as dictionaries and lists, the last of several equal keys; _TooLargeError if it is vast."""
    left = [_MOST_VALUES]
    return _plain(root, left, 0)


def _plain(node: Node, left: list[int], deep: int) -> Any:
    left[0] -= 1
    if left[0] < 0 or deep > _MOST_DEEP:
        raise _TooLargeError
    value = content(node)
    if isinstance(value, Scalar):
        return value.value
    if isinstance(value, Mapping):
        return {entry.name: _plain(entry.value, left, deep + 1) for entry in value.entries}
    return [_plain(item, left, deep + 1) for item in value.items]
