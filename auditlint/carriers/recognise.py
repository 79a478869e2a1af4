"""Finds what there is to judge in a file: policies, apiservers and what belongs to them, one module per format."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.carriers import policy, sink
from auditlint.carriers.candidate import Candidate
from auditlint.carriers.first_look import as_text, may_define_resources, may_hold_subject
from auditlint.finding import Notice
from auditlint.kubernetes.cluster import ORDINARY, Cluster
from auditlint.kubernetes.releases import NEWEST
from auditlint.subjects import templates
from auditlint.subjects.links import Links
from auditlint.subjects.links import link as link_subjects
from auditlint.subjects.model import ApiServer, ManifestFile, PolicySubject
from auditlint.text import reader
from auditlint.text.places import NodePlaces
from auditlint.text.plain import plain
from auditlint.text.values import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditlint.carriers.custom_resource import Definitions
    from auditlint.rule import Subject
    from auditlint.text.nodes import Document, Stream

__all__ = ["Found", "link", "recognise"]


class Found(NamedTuple):
    """What a file holds, and what the user should know of it."""

    subjects: tuple[Subject, ...] = ()
    notices: tuple[Notice, ...] = ()
    defines: bool = False
    """It has CustomResourceDefinitions; see `Definitions`."""


class _File(NamedTuple):
    path: str
    data: bytes
    as_kind: str | None
    named: bool
    minor: int | None


def recognise(path: str, data: bytes, *, as_kind: str | None, named: bool, minor: int | None) -> Found:
    """Return the subjects in a file, in their order.

    `as_kind` (`policy`, `pod`, `flags`) says what it is, whatever it looks like; `named`: it stands on the command
    line; `minor`: the release to judge for, None for the one that the file shows, or else the newest.
    """
    if as_kind is None and not named and not may_hold_subject(data):
        return Found(defines=may_define_resources(data))
    found = _recognise(_File(path, data, as_kind, named, minor))
    return found._replace(defines=True) if as_kind is None and may_define_resources(data) else found


def _recognise(file: _File) -> Found:
    path, data, as_kind, _, _ = file
    if as_kind == "flags":
        return Found((_arguments(file),))
    stream = reader.read(data)
    if as_kind is None and stream.error and stream.error.problem == "invalid-key" and templates.has_marks(data):
        quoted = reader.read(templates.with_quoted_marks(data))
        stream = stream if quoted.error else quoted
    subjects = tuple(_subjects(file, stream))
    versions = dict.fromkeys(s.version_notice for s in subjects if isinstance(s, ApiServer) and s.version_notice)
    found = Found(subjects, tuple(Notice(path, message) for message in versions))
    if as_kind is None and not subjects and _may_be_command_line(data, stream) and (server := _command_line(file)):
        return Found((server,))
    return _with_error(file, stream, found) if stream.error else found


def link(subjects: Sequence[Subject], cluster: Cluster = ORDINARY, definitions: Sequence[Definitions] = ()) -> Links:
    """Return what belongs together among the subjects of a run.

    `cluster` is what the configuration says of the cluster that the policies are for, `definitions` are the files of
    the run with CustomResourceDefinitions.
    """
    if definitions:
        from auditlint.carriers import custom_resource

        cluster = custom_resource.extended(cluster, subjects, definitions)
    return link_subjects(subjects, cluster)


def _may_be_command_line(data: bytes, stream: Stream) -> bool:
    """Tell whether a text is nothing in YAML, or one string, and speaks of flags about auditing."""
    root = stream.documents[0].root if stream.documents else None
    return b"--audit" in data and (stream.error is not None or isinstance(plain(root), str))


def _subjects(file: _File, stream: Stream) -> Iterator[Subject]:
    documents = stream.documents[:1] if file.as_kind == "policy" else stream.documents
    candidates = [_candidate(file, document) for document in documents]
    found = [tuple(_in_document(candidate)) for candidate in candidates]
    ignored = bool(found) and any(isinstance(subject, PolicySubject) for subject in found[0])
    for subjects in found:
        for subject in subjects:
            later = ignored and subject.document > 0
            yield subject.replace(later=True) if later and isinstance(subject, PolicySubject) else subject
    if not ignored:
        yield from _manifest_file(file, candidates, found)


def _candidate(file: _File, document: Document) -> Candidate:
    return Candidate(
        path=file.path,
        document=document.index,
        value=plain(document.root),
        places=NodePlaces(document.root, document.first),
        minor=file.minor,
        as_kind=file.as_kind,
        from_json=reader.looks_like_json(file.data),
    )


def _in_document(candidate: Candidate) -> Iterator[Subject]:
    """Yield what one document holds. A further carrier takes its turn here."""
    if candidate.as_kind != "pod":
        found = policy.find(candidate) or sink.find(candidate)
        if found or candidate.as_kind == "policy":
            yield from (found,) if found else ()
            return
    if candidate.as_kind is None and text(candidate.value, "kind") == "Config":
        from auditlint.carriers import webhook

        config = webhook.find(candidate)
        yield from (config,) if config else ()
        return
    from auditlint.carriers import flag_list, json_patch, pod

    flags = flag_list.find(candidate) or json_patch.find(candidate)
    yield from (flags,) if flags else pod.find(candidate)


def _manifest_file(
    file: _File, candidates: Sequence[Candidate], found: Sequence[tuple[Subject, ...]]
) -> Iterator[ManifestFile]:
    """Yield the file of a static Pod if the kubelet would not take it as it stands: it reads one Pod per file."""
    servers = [subject for subjects in found for subject in subjects if isinstance(subject, ApiServer)]
    if not any(server.carrier == "static-pod" for server in servers):
        return
    from auditlint.carriers.pod import is_list

    first, *later = candidates
    ignored = tuple((c.document, c.places.key(())) for c in later if c.value is not None)
    listed = is_list(first.value)
    if ignored or listed:
        minor = NEWEST if file.minor is None else file.minor
        yield ManifestFile(file.path, first.document, first.places, minor, ignored, listed)


def _arguments(file: _File) -> Subject:
    from auditlint.carriers import flag_list

    text = as_text(file.data)
    if "\0" in text:  # as a process has them: a byte order mark or a carriage return is part of an argument
        text = file.data.decode(errors="replace")
    return flag_list.read_arguments(file.path, text, file.minor)


def _command_line(file: _File) -> Subject | None:
    from auditlint.carriers import flag_list

    return flag_list.find_in_text(file.path, as_text(file.data), file.minor)


def _with_error(file: _File, stream: Stream, found: Found) -> Found:
    """Add the text that does not parse, or a notice that it was passed over."""
    error = stream.error
    if error is None or (file.as_kind and stream.error_document > 0):
        return found
    from auditlint.carriers import unread

    meant = file.as_kind or unread.meaning(file.data)
    if file.as_kind is None and templates.has_marks(file.data):
        notice = "holds a template that was not rendered, and does not parse: not checked"
    elif file.as_kind is None and unread.is_other_language(file.path, file.data):
        notice = "is neither YAML nor JSON: passed over"
    elif meant or file.named:
        subject = unread.subject(file.path, file.data, stream.error_document, error, meant=meant, minor=file.minor)
        return found._replace(subjects=(*found.subjects, subject))
    else:
        notice = f"does not parse, passed over: {error.message}"
    return found._replace(notices=(*found.notices, Notice(file.path, notice)))
