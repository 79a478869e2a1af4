"""Finds what there is to judge in a file: policies, apiservers and what belongs to them, one module per format."""

from __future__ import annotations

import posixpath
from itertools import chain

from auditlint.carriers import first_look, recorded, registry, unrendered
from auditlint.carriers.candidate import Candidate, PlainText, ReadText
from auditlint.carriers.carrier import OTHER_NAMES_OF_YAML, YAML_AND_JSON, Inner, rendered
from auditlint.carriers.first_look import as_utf8, may_hold_subject
from auditlint.carriers.unrendered import ReadTemplate
from auditlint.finding import Notice, Span
from auditlint.kubernetes.cluster import ORDINARY, Cluster
from auditlint.kubernetes.releases import OPTION, choose
from auditlint.records import NamedTuple
from auditlint.subjects.links import Links
from auditlint.subjects.links import link as link_subjects
from auditlint.subjects.model import TEMPLATE, ApiServer, EventsFile, ManifestFile, PolicySubject, UnreadText
from auditlint.text import reader
from auditlint.text.places import NodePlaces
from auditlint.text.plain import plain
from auditlint.text.source import LIMIT
from auditlint.text.values import get, has, items
from auditlint.text.values import text as value_text
from auditlint.text.whole import Whole
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditlint.carriers.carrier import Carrier, Part
    from auditlint.carriers.custom_resource import Definitions
    from auditlint.carriers.unrendered import PlacedMark
    from auditlint.subjects.model import Holder, Subject
    from auditlint.text.nodes import Document, Stream
    from auditlint.text.piece import Text
    from auditlint.text.plain import Plain

__all__ = ["Found", "link", "recognise"]

MAX_DEPTH = 6
"""How many texts deep a text may be in others."""
MAX_PIECES = 2000
"""How many texts of one file are looked into."""
MAX_BYTES = LIMIT
"""How many bytes they may have together."""
_TOO_MANY = f"holds more texts inside texts than are checked: up to {MAX_PIECES}, up to {MAX_DEPTH} deep"

_TEMPLATE = "holds a template that was not rendered, and does not parse without its marks"
_NOT_SURE = "is so large that it was read by libyaml alone, and holds what kube-apiserver may read otherwise"


class Found(NamedTuple):
    """What a file holds, and what the user should know of it."""

    subjects: tuple[Subject, ...] = ()
    notices: tuple[Notice, ...] = ()
    defines: bool = False
    """It has CustomResourceDefinitions; see `Definitions`."""
    may_hold: bool = False
    """The file has a word that some carrier looks for, or the user says that it is for one."""
    texts: tuple[ReadText, ...] = ()
    """Where comments for auditlint may stand."""


def _together(found: Iterable[Found]) -> Found:
    """Return all that is found, each notice once."""
    all_found = tuple(found)
    return Found(
        subjects=tuple(subject for one in all_found for subject in one.subjects),
        notices=tuple(dict.fromkeys(notice for one in all_found for notice in one.notices)),
        texts=tuple(text for one in all_found for text in one.texts),
    )


class _Reading(NamedTuple):
    """One text to look into, the file or a piece of it."""

    path: str
    text: Text
    name: str
    """Its own name, whose ending tells the language: the path of the file, the key of a ConfigMap, or nothing."""
    as_kind: str | None
    named: bool
    minor: int | None
    origin: str
    depth: int = 0
    """How many texts it is in."""
    holder: Holder | None = None
    """The object that it is a value of."""
    marks: tuple[PlacedMark, ...] = ()
    """The marks of a template, without which the texts around it were read."""


class _Bound:
    """Counts the pieces of a file and their bytes, so that endless nesting ends, and what is packed stays small."""

    def __init__(self) -> None:
        self._pieces = MAX_PIECES
        self._bytes = MAX_BYTES
        self.reached = False

    def allows_bytes(self, size: int) -> bool:
        """Tell whether one more piece of that many bytes is looked at."""
        self._bytes -= size
        self.reached = self.reached or self._bytes < 0
        return not self.reached

    def allows_piece(self, depth: int) -> bool:
        """Tell whether one more piece, that many texts deep, is read."""
        self._pieces -= 1
        self.reached = self.reached or self._pieces < 0 or depth > MAX_DEPTH
        return not self.reached


def recognise(
    path: str, data: bytes, *, as_kind: str | None, named: bool, minor: int | None, origin: str = OPTION
) -> Found:
    """Return the subjects in a file, in their order.

    `as_kind` is the name of a carrier: the file is one of its, whatever it looks like; `named`: it stands on the
    command line; `minor`: the release that `origin` names, an option or the configuration.
    """
    may_hold, defines = (True, False) if as_kind else first_look.look(data)
    if not may_hold and (not named or reader.parses(data)):
        return Found(defines=defines)
    bound = _Bound()
    found = _without_twins(_recognise(_Reading(path, Whole(data), path, as_kind, named, minor, origin), bound))
    if bound.reached:
        found = _noted(found, Notice(path, _TOO_MANY))
    return found._replace(defines=defines, may_hold=may_hold)


def _without_twins(found: Found) -> Found:
    """Return what is found without servers whose command line was read in a text and once more in one inside it."""
    best: dict[tuple[str, Span], ApiServer] = {}
    for one in found.subjects:
        if isinstance(one, ApiServer) and one.arguments:
            key = one.carrier, one.places.value(one.arguments[0].path)
            if key not in best or len(best[key].arguments) < len(one.arguments):
                best[key] = one
    servers = sum(isinstance(one, ApiServer) and bool(one.arguments) for one in found.subjects)
    if len(best) == servers:
        return found
    chosen = {id(one) for one in best.values()}
    kept = [one for one in found.subjects if not (isinstance(one, ApiServer) and one.arguments) or id(one) in chosen]
    return found._replace(subjects=tuple(kept))


def _noted(found: Found, notice: Notice) -> Found:
    return found._replace(notices=(*found.notices, notice))


def _recognise(reading: _Reading, bound: _Bound) -> Found:
    if reading.as_kind:
        return _as_asked(reading, reading.as_kind, bound)
    languages = _languages(reading.name)
    found = _in_text(reading, _Asked(reading.text.data, languages), bound)
    if found.subjects and not found.texts:  # scripts and units have comments too
        return found._replace(texts=(ReadText(reading.text, reader.read(reading.text.data)),))
    if found.subjects or (_is_other_language(reading.name, languages) and not _may_be_documents(reading)):
        return found
    return _in_documents(reading, _Asked(reading.text.data), bound)


def _as_asked(reading: _Reading, as_kind: str, bound: _Bound) -> Found:
    """Return what is found if the text is for the carrier that the user named.

    A file of another language is no policy; the policy is in it.
    """
    if as_kind == "policy" and _languages(reading.name):
        inside = _recognise(reading._replace(as_kind=None, named=False), bound)
        policies = tuple(subject for subject in inside.subjects if _is_policy(subject))
        if policies:
            return inside._replace(subjects=policies)
    carrier = registry.carrier(as_kind)
    if carrier.in_text and (carrier.suffixes == YAML_AND_JSON or not reading.name.lower().endswith(YAML_AND_JSON)):
        found = _in_text(reading, [carrier], bound)
        if found.subjects or not carrier.in_document:
            return found
    return _in_documents(reading, [carrier], bound)


def _is_policy(subject: Subject) -> bool:
    return isinstance(subject, PolicySubject) or (isinstance(subject, UnreadText) and subject.meant == "policy")


def _is_other_language(name: str, languages: Iterable[str]) -> bool:
    """Tell whether the ending of a name says what the text is, and not merely that it may be such."""
    endings = [suffix for one in languages for suffix in registry.declared(one).suffixes if suffix.startswith(".")]
    return name.lower().endswith(tuple(endings))


def _may_be_documents(reading: _Reading) -> bool:
    """Tell whether a text whose name is that of another language may be YAML or JSON: named, or a policy by its words.

    Configurations of any kind are called `.conf`.
    """
    from auditlint.carriers import unread  # few runs have such a file

    return reading.named or unread.is_policy_by_its_words(reading.text.data)


def _languages(name: str) -> list[str]:
    """Return the names of the carriers whose files, by the ending of their name, are neither YAML nor JSON."""
    name = rendered(name)
    if not name or name.endswith((*YAML_AND_JSON, *OTHER_NAMES_OF_YAML)):
        return []
    return [one for one in registry.names() if name.endswith(registry.declared(one).suffixes)]


def _in_text(reading: _Reading, carriers: Iterable[Carrier], bound: _Bound) -> Found:
    """Return what the carrier that finds most finds in a text that is neither YAML nor JSON; of equals the first.

    What some find counts beside that: settings on a command line beside the files that a script writes.
    """
    given = PlainText(reading.path, reading.text, reading.minor, reading.origin, reading.as_kind)
    found: list[Found] = []
    beside: list[Found] = []
    for carrier in carriers:
        if carrier.in_text:
            (beside if carrier.beside else found).append(_sorted_out(reading, carrier.in_text(given), bound).all)
    return _together([max(found, key=lambda one: len(one.subjects), default=Found()), *beside])


def _in_documents(reading: _Reading, carriers: Iterable[Carrier], bound: _Bound) -> Found:
    """Return what is found in the documents of a text of YAML or JSON; if it is neither, what is in it as a text."""
    read = _read(reading)
    original, reading = reading, reading._replace(text=read.text)
    stream = read.stream
    found = _of_stream(reading, read, carriers, bound)
    if found.subjects:
        found = found._replace(texts=(ReadText(read.text, stream, read.marks), *found.texts))
    elif reading.as_kind is None and _may_be_text(stream):
        from auditlint.carriers import unread

        as_yaml = unread.is_meant_as_yaml(reading.name, reading.text.data)
        as_text = _in_text(original, [one for one in carriers if one.in_document or not as_yaml], bound)
        if as_text.subjects:
            return as_text if as_text.texts else as_text._replace(texts=(ReadText(original.text, stream),))
    if reading.as_kind is None and not found.subjects and not reading.depth and _holds_events(reading, stream):
        found = found._replace(subjects=(_events(reading, stream),))
        return _noted(found, Notice(reading.path, recorded.NOTICE)) if reading.named else found
    found = _with_error(reading, read, found) if stream.error else found
    return _noted(found, Notice(reading.path, _NOT_SURE)) if stream.doubt and found.subjects else found


def _events(reading: _Reading, stream: Stream) -> EventsFile:
    span = Span(1, 1, 1, 1)
    places = NodePlaces(None, stream.documents[0].first if stream.documents else span, reading.text, 0)
    return EventsFile(reading.path, 0, places, choose(reading.minor, reading.origin).minor)


def _holds_events(reading: _Reading, stream: Stream) -> bool:
    data, first = reading.text.data, stream.documents[0].root if stream.documents else None
    return recorded.may_be(data) and recorded.are_in(data, plain(first))


def _read(reading: _Reading) -> ReadTemplate:
    if reading.as_kind is None and unrendered.may_have_marks(reading.text.data):
        return unrendered.read(reading.text)
    return ReadTemplate(reading.text, reader.read(reading.text.data))


def _may_be_text(stream: Stream) -> bool:
    """Tell whether a text is nothing in YAML, or one string."""
    root = stream.documents[0].root if stream.documents else None
    return stream.error is not None or isinstance(plain(root), str)


def _of_stream(reading: _Reading, read: ReadTemplate, carriers: Iterable[Carrier], bound: _Bound) -> Found:
    documents = read.stream.documents[:1] if reading.as_kind == "policy" else read.stream.documents
    partial = unrendered.partial(read, reading.marks)
    if read.stripped:
        reading = reading._replace(marks=(*reading.marks, *read.marks))
    candidates = [_candidate(reading, document, partial=document.index in partial) for document in documents]
    versions = frozenset(value_text(candidate.value, "apiVersion") for candidate in candidates)
    candidates = [candidate._replace(beside=versions) for candidate in candidates]
    found = [_sorted_out(reading, _in_document(candidate, carriers), bound) for candidate in candidates]
    if found and any(isinstance(subject, PolicySubject) and not subject.base for subject in found[0].own):
        return _together([found[0].all, *(one.marked_later.all for one in found[1:])])
    manifest = Found(tuple(_manifest_file(reading, candidates, [one.own for one in found])))
    return _together([*(one.all for one in found), manifest])


def _candidate(reading: _Reading, document: Document, *, partial: bool) -> Candidate:
    return Candidate(
        path=reading.path,
        document=document.index,
        value=plain(document.root),
        places=NodePlaces(document.root, document.first, reading.text, document.index),
        minor=reading.minor,
        origin=reading.origin,
        as_kind=reading.as_kind,
        from_json=reader.looks_like_json(reading.text.data),
        file=_file(reading) if reading.depth else None,
        holder=reading.holder,
        partial=partial,
        choices=unrendered.choices(reading.marks) if partial else (),
    )


def _file(reading: _Reading) -> str:
    """Return the path of the file that a text becomes: in the folder of the file around it, if no other is named."""
    is_language_alone = not reading.name or reading.name.startswith(".")
    return "" if is_language_alone else posixpath.join(posixpath.dirname(reading.path), reading.name)


def _in_document(candidate: Candidate, carriers: Iterable[Carrier]) -> Iterator[Part]:
    """Yield the subjects of the first carrier that finds some in a document, and the texts that others find in it."""
    taken = False
    for carrier in carriers:
        found = iter(carrier.in_document(candidate) if carrier.in_document else ())
        first = next(found, None)
        if first is not None and (isinstance(first, Inner) or not taken):
            yield from chain((first,), found)
            taken = taken or not isinstance(first, Inner)
        if taken and carrier.whole:
            return


class _Asked:
    """The carriers whose words a text has, in their order; each is loaded when it is its turn, once."""

    def __init__(self, data: bytes, names: Iterable[str] | None = None) -> None:
        data = as_utf8(data)
        asked = map(registry.carrier, registry.names() if names is None else names)
        self._known: list[Carrier] = []
        self._more = (carrier for carrier in asked if carrier.may_hold(data))

    def __iter__(self) -> Iterator[Carrier]:
        yield from self._known
        for carrier in self._more:
            self._known.append(carrier)
            yield carrier


class _Sorted(NamedTuple):
    """What a carrier found: subjects of its own, and what the texts hold that it found."""

    own: tuple[Subject, ...]
    inside: Found

    @property
    def all(self) -> Found:
        """Both together."""
        notices = (Notice(one.path, one.version_notice) for one in self.own if isinstance(one, ApiServer))
        return _together([Found(self.own, tuple(notice for notice in notices if notice.message)), self.inside])

    @property
    def marked_later(self) -> _Sorted:
        """The same, its policies marked as what the server never reads."""
        own = (one.replace(later=True) if isinstance(one, PolicySubject) else one for one in self.own)
        return self._replace(own=tuple(own))


def _sorted_out(reading: _Reading, parts: Iterable[Part], bound: _Bound) -> _Sorted:
    """Return the subjects among what a carrier found, and those in the texts among it, as far as the bound allows."""
    own: list[Subject] = []
    inside: dict[tuple[str, int | None], Found] = {}
    read: list[ReadText] = []
    notices: list[Notice] = []
    for part in parts:
        if isinstance(part, ReadText):
            read.append(part)
        elif isinstance(part, Notice):
            notices.append(part)
        elif not isinstance(part, Inner):
            own.append(part)
        elif bound.reached:
            break
        elif (place := (part.text.pointer, part.text.document)) not in inside:
            inside[place] = _inside(reading, part, bound)
    return _Sorted(tuple(own), _together([*inside.values(), Found(notices=tuple(notices), texts=tuple(read))]))


def _inside(reading: _Reading, inner: Inner, bound: _Bound) -> Found:
    """Return what a text inside a text holds."""
    data = inner.text.data
    if not bound.allows_bytes(len(data)) or not may_hold_subject(data) or not bound.allows_piece(reading.depth + 1):
        return Found()
    below = reading._replace(text=inner.text, name=inner.name, as_kind=None, named=False, depth=reading.depth + 1)
    below = below._replace(holder=inner.holder)
    found = _recognise(below, bound)
    return _noted(found, Notice(reading.path, inner.notice)) if inner.notice and found.subjects else found


def _manifest_file(
    reading: _Reading, candidates: Sequence[Candidate], found: Sequence[Sequence[Subject]]
) -> Iterator[ManifestFile]:
    """Yield the file of a static Pod if the kubelet would not take it as it stands: it reads one Pod per reading."""
    servers = [subject for subjects in found for subject in subjects if isinstance(subject, ApiServer)]
    if not any(server.carrier == "static-pod" for server in servers):
        return
    from auditlint.carriers.pod import is_list

    if _is_no_file(reading.path) or any(_is_printed(candidate.value) for candidate in candidates):
        return
    first, *later = candidates
    ignored = tuple((c.document, c.places.key(())) for c in later if c.value is not None)
    listed = is_list(first.value)
    if ignored or listed:
        minor = choose(reading.minor, reading.origin).minor
        yield ManifestFile(reading.path, first.document, first.places, minor, ignored, listed)


def _is_no_file(path: str) -> bool:
    """Tell whether a name stands for a text that comes from elsewhere: `<stdin>`."""
    return path.startswith("<") and path.endswith(">")


def _is_printed(value: Plain) -> bool:
    """Tell whether a cluster printed an object, or a list with one: it has what nobody writes into a manifest."""
    objects = items(get(value, "items")) or [value]
    return any(
        has(one, "status") or has(get(one, "metadata"), "uid") or has(get(one, "metadata", "annotations"), _MIRROR)
        for one in objects
    )


_MIRROR = "kubernetes.io/config.mirror"


def link(subjects: Sequence[Subject], cluster: Cluster = ORDINARY, definitions: Sequence[Definitions] = ()) -> Links:
    """Return what belongs together among the subjects of a run.

    `cluster` is what the configuration says of the cluster that the policies are for, `definitions` are the files of
    the run with CustomResourceDefinitions.
    """
    if definitions:
        from auditlint.carriers import custom_resource

        cluster = custom_resource.extended(cluster, subjects, definitions)
    return link_subjects(subjects, cluster)


def _with_error(reading: _Reading, read: ReadTemplate, found: Found) -> Found:
    """Add the text that does not parse, or a notice that it was passed over."""
    error, document = read.stream.error, read.stream.error_document
    if error is None or (reading.as_kind and document > 0):
        return found
    from auditlint.carriers import unread

    data = reading.text.data
    meant = reading.as_kind or unread.meaning(data)
    if reading.depth and not unread.is_meant_as_yaml(reading.name, data):
        return found
    if reading.as_kind is None and unread.is_other_language(reading.name, data):
        notice = Notice(reading.path, "is neither YAML nor JSON: passed over")
    elif read.unsure and meant != "policy":
        notice = Notice(reading.path, f"{_TEMPLATE} ({error.message}): not checked", reading.text.span(error.span).line)
    elif meant or (reading.named and may_hold_subject(data)):
        release, elided = choose(reading.minor, reading.origin), reading.as_kind is None
        subject = unread.subject(
            reading.path, reading.text, document, error, meant=meant, release=release, elided=elided
        )
        subject = subject._replace(file=_file(reading) if reading.depth else None)
        subject = subject._replace(problem=TEMPLATE) if read.unsure else subject
        return _together([found, Found((subject,), texts=(ReadText(reading.text, read.stream),))])
    else:
        notice = Notice(reading.path, f"does not parse, passed over: {error.message}")
    return found if reading.depth else _noted(found, notice)
