"""Ignore comments: the one place where findings are suppressed, by span and never by a rule."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from auditlint import registry
from auditlint.finding import DecodedSpan, Finding, Span, Suppressed
from auditlint.records import NamedTuple
from auditlint.rule import REGISTRY
from auditlint.subjects.model import Ignore, IgnoreComments, PolicySubject
from auditlint.text.nodes import Alias, Mapping, Sequence
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import abc
    from collections.abc import Iterable, Iterator

    from auditlint.carriers.candidate import ReadText
    from auditlint.lint.comment_places import Written
    from auditlint.lint.selection import Selection
    from auditlint.subjects.model import Subject
    from auditlint.text.comments import Comment
    from auditlint.text.nodes import Node, Stream
    from auditlint.text.piece import Text

_MARK = r"(?i)#+\s*auditlint\b\s*:?"
_IGNORE = r"(?is)#+\s*auditlint\s*:\s*ignore(-file)?\s*\[([^\]]*)\]\s*(.*)"
END = (1 << 60, 0)
_OF_CLUSTERS = frozenset({"policy-catalogue", "policy-coverage", "policy-cost"})
"""The categories of rules that are about what kube-apiserver serves."""
_OF_WHOLE_POLICIES = _OF_CLUSTERS | {"policy-matching"}
"""The categories of rules that judge only a policy which loads."""

Malformed = tuple[Span, str]


class Comments(NamedTuple):
    """What a file says to auditlint."""

    ignores: tuple[Ignore, ...]
    malformed: tuple[Malformed, ...]
    """Comments that are not understood: where, and what they say."""
    written: tuple[Written, ...] = ()
    """Where each of `ignores` is written."""


def mentions_us(data: bytes) -> bool:
    """Tell at reading speed whether a text may hold comments for auditlint."""
    return b"auditlint" in data.lower() or data.startswith((b"\xff\xfe", b"\xfe\xff"))


def read(texts: Iterable[ReadText]) -> Comments | None:
    """Return what a file and the texts in it say to auditlint; None if they say nothing."""
    ignores: list[Ignore] = []
    malformed: list[Malformed] = []
    written: list[Written] = []
    for text, stream, _ in texts:
        if mentions_us(text.data):
            from auditlint.lint.comment_places import Written

            own, unclear = _read_ignores(text.data, stream)
            ignores += [_on_disk(ignore, text) for ignore in own]
            written += [Written(text, ignore.span) for ignore in own]
            malformed += [(text.span(span), said) for span, said in unclear]
    return Comments(tuple(ignores), tuple(malformed), tuple(written)) if ignores or malformed else None


def _on_disk(ignore: Ignore, text: Text) -> Ignore:
    """Return a comment as it stands on disk with what it covers; in an encoded text, that stays as it is in that."""
    from auditlint.text.piece import DecodedPiece, Piece

    span = text.span(ignore.span)
    if isinstance(text, Piece):
        return ignore._replace(span=span, first=_place(ignore.first, text), last=_place(ignore.last, text))
    return ignore._replace(span=span, within=Span(*span)) if isinstance(text, DecodedPiece) else ignore


def _place(place: tuple[int, int], text: Text) -> tuple[int, int]:
    line, column = max(place[0], 1), max(place[1], 1)
    found = text.span(Span(line, column, line, column))
    return found.line, found.column


def _read_ignores(data: bytes, stream: Stream) -> tuple[tuple[Ignore, ...], tuple[Malformed, ...]]:
    """Return the ignore comments of a text, and the malformed ones with what they say."""
    from auditlint.text.comments import comments

    found = [comment for comment in comments(data, stream) if re.match(_MARK, comment.text)]
    if not found:
        return (), ()
    starts = _extents(stream)
    lines = sorted(starts)
    ignores: list[Ignore] = []
    malformed: list[tuple[Span, str]] = []
    for comment in found:
        ignore = _ignore(comment, starts, lines)
        if ignore is None:
            malformed.append((_span(comment), comment.text.strip()))
        else:
            ignores.append(ignore)
    return tuple(ignores), tuple(malformed)


def heed(
    comments: Comments, findings: Iterable[Finding], subjects: abc.Sequence[Subject], selection: Selection
) -> tuple[list[Finding], IgnoreComments]:
    """Return the findings of a file, the covered ones marked as suppressed, and what is to be judged of the comments.

    `findings` are all that the rules find, selected or not: a comment is of use in other runs too.
    """
    registry.load()
    marked, unused = apply(findings, comments.ignores)
    idle = idle_categories(subjects)
    unused = tuple(
        (number, name) for number, name in unused if selection.is_on(name) and REGISTRY[name].category not in idle
    )
    from auditlint.lint.comment_places import CommentPlaces

    places = CommentPlaces(comments.written)
    known = frozenset(REGISTRY)
    missed: dict[str, int] = {}
    for finding in sorted(marked, key=lambda finding: finding.span):
        if finding.suppressed is None:
            missed.setdefault(finding.rule, finding.span.line)
    return marked, IgnoreComments(
        subjects[0].path, 0, places, known, comments.ignores, unused, missed, comments.malformed
    )


def apply(
    findings: Iterable[Finding], ignores: tuple[Ignore, ...]
) -> tuple[list[Finding], tuple[tuple[int, str], ...]]:
    """Return the findings, the covered ones marked as suppressed, and the names that covered none.

    Each of those comes with the number of its comment, from 0. A finding that several comments cover is suppressed by
    the first. Comments and findings are sorted once: neither is held against each of the other.
    """
    found = list(findings)
    places = _places(found)
    by: dict[int, int] = {}
    unused = []
    for number, ignore in enumerate(ignores):
        for name in dict.fromkeys(ignore.names):
            of_rule = places.get((name, ignore.within))
            covered = of_rule.covered(ignore.first, ignore.last) if of_rule else None
            if covered is None:
                unused.append((number, name))
                continue
            for finding in covered:
                by[finding] = min(number, by.get(finding, number))
    marked = [
        finding._replace(suppressed=Suppressed("comment", ignores[by[number]].reason)) if number in by else finding
        for number, finding in enumerate(found)
    ]
    return marked, tuple(sorted(unused, key=lambda one: (ignores[one[0]].span, one)))


class _OfRule:
    """Where the findings of one rule start, in order, and which of them no comment has covered yet."""

    def __init__(self, starts: Iterable[tuple[tuple[int, int], int]]) -> None:
        ordered = sorted(starts)
        self._starts = [start for start, _ in ordered]
        self._findings = [finding for _, finding in ordered]
        self._next = list(range(len(ordered) + 1))

    def covered(self, first: tuple[int, int], last: tuple[int, int]) -> list[int] | None:
        """Return the findings from a place up to another not returned before; None if there are none at all."""
        at, end = bisect_left(self._starts, first), bisect_left(self._starts, last)
        if at >= end:
            return None
        found = []
        while (at := self._free(at)) < end:
            found.append(self._findings[at])
            self._next[at] = at + 1
        return found

    def _free(self, at: int) -> int:
        """Return the first finding from a number on that was not returned yet; the way there is shortened."""
        end = at
        while self._next[end] != end:
            end = self._next[end]
        while self._next[at] != end:
            following, self._next[at] = self._next[at], end
            at = following
        return end


def _places(findings: Iterable[Finding]) -> dict[tuple[str, Span | None], _OfRule]:
    """Return where findings start, by their rules; in an encoded text also by the place of that on disk."""
    starts: dict[tuple[str, Span | None], list[tuple[tuple[int, int], int]]] = {}
    for number, finding in enumerate(findings):
        span = finding.span
        starts.setdefault((finding.rule, None), []).append((span.start, number))
        if isinstance(span, DecodedSpan):
            starts.setdefault((finding.rule, Span(*span)), []).append((span.inner.start, number))
    return {of: _OfRule(listed) for of, listed in starts.items()}


def idle_categories(subjects: Iterable[Subject]) -> frozenset[str]:
    """Return the categories of rules that have nothing to go by in a file: what they would find is not known."""
    idle: set[str] = set()
    for policy in subjects:
        if isinstance(policy, PolicySubject):
            idle |= _OF_WHOLE_POLICIES if policy.judged is None else set()
            idle |= _OF_CLUSTERS if policy.cluster.aggregated else set()
    return frozenset(idle)


def _ignore(comment: Comment, starts: dict[int, tuple[int, int]], lines: abc.Sequence[int]) -> Ignore | None:
    """Return what a comment says; `starts` are the lines on which something starts, `lines` the same in order."""
    match = re.fullmatch(_IGNORE, comment.text.strip())
    names = tuple(name.strip().lower() for name in match[2].split(",")) if match else ()
    if match is None or not all(names):
        return None
    span, reason = _span(comment), match[3].strip()
    if match[1]:
        return Ignore(span, names, reason, (0, 0), END) if comment.line < (lines[0] if lines else END[0]) else None
    if not comment.alone:
        return Ignore(span, names, reason, (comment.line, 0), (comment.line + 1, 0))
    below = bisect_right(lines, comment.line)
    line = lines[below] if below < len(lines) else comment.line
    return Ignore(span, names, reason, (line, 0), starts.get(line, (line + 1, 0)))


def _span(comment: Comment) -> Span:
    return Span(comment.line, comment.column, comment.line, comment.column + len(comment.text.rstrip()))


def _extents(stream: Stream) -> dict[int, tuple[int, int]]:
    """Return, for each line on which a key or a list item starts, where the largest of them ends."""
    extents: dict[int, tuple[int, int]] = {}
    for document in stream.documents:
        for start, end in _parts(document.root):
            extents[start] = max(end, extents.get(start, end))
    return extents


def _parts(root: Node | None) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield the first line and the end of each mapping entry and list item; aliased nodes once."""
    seen: set[int] = set()
    waiting: list[Node | None] = [root]
    while waiting:
        node = waiting.pop()
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Mapping):
            for entry in node.entries:
                if not entry.merged:
                    yield entry.key.span.line, max(entry.key.span.end, entry.value.span.end)
                    waiting.append(entry.value)
        elif isinstance(node, Sequence):
            for item in node.items:
                yield item.span.line, item.span.end
                waiting.append(item)
        elif isinstance(node, Alias):
            continue
