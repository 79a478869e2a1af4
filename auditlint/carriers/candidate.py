"""What may hold something to judge, as the carriers see it: a document, or a text that is none."""

from __future__ import annotations

from auditlint.records import NamedTuple
from auditlint.text.places import NodePlaces
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from auditlint.carriers.encoded import Encoded
    from auditlint.carriers.unrendered import PlacedMark, Stretch
    from auditlint.finding import Places
    from auditlint.path import Path
    from auditlint.subjects.model import Holder
    from auditlint.text.nodes import Stream
    from auditlint.text.piece import DecodedPiece, Piece, Text
    from auditlint.text.plain import Plain


class ReadText(NamedTuple):
    """A text that was read as YAML or JSON and holds something to judge: the file, or a piece of it.

    Carriers yield one for each piece that they read themselves: comments for auditlint may stand in it.
    """

    text: Text
    stream: Stream
    marks: tuple[PlacedMark, ...] = ()
    """Those of a template, of which nothing is said."""


class Candidate(NamedTuple):
    """One document, and how the user wants it taken."""

    path: str
    document: int
    """The index of the document in its text, from 0."""
    value: Plain
    places: Places
    minor: int | None
    """The release that an option or the configuration names."""
    origin: str
    """Which of them: what the document says of its release comes before the configuration, after an option."""
    as_kind: str | None = None
    """What the user says that this is, whatever it looks like."""
    from_json: bool = False
    beside: frozenset[str] = frozenset()
    """The apiVersions of all documents of the text."""
    holder: Holder | None = None
    """Of a text inside a file: the object that it is a value of."""
    file: str | None = None
    """Of a text inside a file: the path of the file that it becomes, if it becomes one."""
    partial: bool = False
    """Marks of a template may leave out, repeat or add lines: what is absent is not known."""
    choices: tuple[Stretch, ...] = ()
    """Where a template has one of several texts."""

    def is_chosen(self, path: Path) -> bool:
        """Tell whether a template may have another text in place of a value."""
        start = self.places.value(path).start if self.choices else (0, 0)
        return any(begin <= start < end for begin, end in self.choices)

    def piece(self, path: Path) -> Piece | None:
        """Return the string at path as a text of its own; None where there is no string."""
        return self.places.piece(path, json=self.from_json) if isinstance(self.places, NodePlaces) else None

    def inside(self, path: Path) -> tuple[tuple[Candidate, ...], ReadText] | None:
        """Return the documents of the YAML that the string at path is, and its text; None if it is none."""
        from auditlint.text import reader
        from auditlint.text.plain import plain

        piece = self.piece(path)
        stream = reader.read(piece.data) if piece else None
        if piece is None or stream is None or stream.error:
            return None
        documents = [
            self._replace(
                value=plain(document.root),
                places=NodePlaces(document.root, document.first, piece, document.index),
                from_json=reader.looks_like_json(piece.data),
            )
            for document in stream.documents
        ]
        return tuple(documents), ReadText(piece, stream)

    def decoded(self, path: Path, encoded: Encoded) -> DecodedPiece | None:
        """Return what is encoded in the string at path as a text of its own; None where there is no string."""
        if not isinstance(self.places, NodePlaces):
            return None
        return self.places.decoded(path, *encoded, json=self.from_json)


class PlainText(NamedTuple):
    """One text, and how the user wants it taken."""

    path: str
    text: Text
    minor: int | None
    origin: str
    as_kind: str | None = None
