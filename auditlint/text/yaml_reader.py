"""YAML as kube-apiserver reads it: every document of a text, up to the first error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditlint.finding import Span
from auditlint.text.builder import DocumentBuilder, RefusedError
from auditlint.text.nodes import Document, ReadError, Stream

if TYPE_CHECKING:
    from collections.abc import Callable


def read_yaml(data: bytes) -> Stream:
    """Return the documents of a YAML text; what the server's reader refuses ends them with an error."""
    from yaml._yaml import CParser
    import yaml

    documents: list[Document] = []
    error = None
    try:
        for document in _documents(CParser(data).get_event, data):
            documents.append(document)
    except RefusedError as refused:
        error = refused.error
    except yaml.YAMLError as e:
        m = getattr(e, "problem_mark", None)
        error = ReadError(
            "yaml: " + str(getattr(e, "problem", e)),
            Span(m.line + 1, m.column + 1, m.line + 1, m.column + 2) if m else Span(1, 1, 1, 1),
            "syntax",
        )
    if error is None:
        return Stream(tuple(documents) or (Document(0, None, Span(1, 1, 1, 1)),))
    return Stream(tuple(documents), error, len(documents))


def _documents(get_event, data):
    def block_end(line, end_line):
        return end_line, 1

    index = 0
    while True:
        event = get_event()
        if event is None:
            return
        name = type(event).__name__
        if name == "DocumentStartEvent":
            builder = DocumentBuilder(block_end)
            first = Span(
                event.start_mark.line + 1,
                event.start_mark.column + 1,
                event.start_mark.line + 1,
                event.start_mark.column + 1,
            )
            handlers = {
                "ScalarEvent": builder.scalar,
                "AliasEvent": builder.alias,
                "SequenceStartEvent": builder.sequence_start,
                "MappingStartEvent": builder.mapping_start,
                "SequenceEndEvent": builder.collection_end,
                "MappingEndEvent": builder.collection_end,
            }
        elif name == "DocumentEndEvent":
            yield builder.document(index, first)
            index += 1
        elif name in ("StreamStartEvent", "StreamEndEvent"):
            pass
        else:
            handlers[name](event)
