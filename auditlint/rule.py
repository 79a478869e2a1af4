"""Rules: how a check is declared, registered, selected, and what it may use to report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from auditlint.finding import DecodedSpan, Finding, Fix, Related, Severity, Span, Witness
from auditlint.records import NamedTuple
from auditlint.subjects.links import NO_LINKS, Links
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any, TypeVar

    from auditlint.change import Repair
    from auditlint.path import Path
    from auditlint.subjects.model import Subject

    S = TypeVar("S", bound=Subject)

Option = bool | int | float | str | tuple[str, ...]
"""A value that a configuration sets for a rule; the default's type is the type."""
Check = Callable[["Any", "Context"], Iterator[Finding]]


LONGEST_MESSAGE = 1200
"""Characters: what hostile values add beyond that, nobody reads; the end says what to write."""


class Rule(NamedTuple):
    """One check: its name, its defaults, and the function that runs it."""

    name: str
    category: str
    severity: Severity
    summary: str
    subject: type | tuple[type, ...]
    check: Check
    gives_way_to: tuple[str, ...] = ()
    """Rules whose finding at the same pointer, or inside it, replaces this rule's finding."""
    silenced_by: tuple[str, ...] = ()
    """Rules whose finding anywhere in the same document replaces all of this rule's findings there."""
    default: bool = True
    """Whether the rule runs when nothing was selected."""
    fixable: bool = False
    refuses: bool = False
    """Whether a finding of it may say that kube-apiserver, or the kubelet, refuses what is written."""
    needs_profile: bool = False
    """Whether the rule finds something only where a profile is chosen."""
    options: Mapping[str, Option] = MappingProxyType({})
    """What a configuration can set for this rule, with the defaults."""


class Context(NamedTuple):
    """What a rule sees besides its subject; stamps rule, category, severity and file on each finding."""

    rule: Rule
    subject: Subject
    severity: Severity | None = None
    options: Mapping[str, Any] = MappingProxyType({})
    """The options of the rule, each as the configuration sets it or as the rule declares it."""
    profiles: tuple[str, ...] = ()
    """The profiles that were chosen, such as `cis`."""
    links: Links = NO_LINKS
    """What belongs together in the run."""

    def at(
        self,
        span: Span,
        pointer: str,
        message: str,
        *,
        help: str = "",
        example: str | None = None,
        refused: bool = False,
        severity: Severity | None = None,
        related: tuple[Related, ...] = (),
        witness: Witness | None = None,
        about: tuple[str, ...] = (),
        note: str = "",
        echoes: tuple[str, ...] = (),
        ahead_of: tuple[str, ...] = (),
        fix: Repair | None = None,
    ) -> Finding:
        """Return a finding at a span that the caller worked out; `severity` is the rule's unless given.

        `message` says what is wrong and what the server does, `help` what to write, `example` shows one request as a
        command and what becomes of it. A severity from the configuration wins over both.
        """
        if len(message) > LONGEST_MESSAGE:
            message = f"{message[: LONGEST_MESSAGE // 2]} ... {message[-LONGEST_MESSAGE // 3 :]}"
        places = self.subject.places
        if isinstance(span, DecodedSpan):
            message = f"{message} (line {span.inner.line} of the decoded text)"
        return Finding(
            rule=self.rule.name,
            category=self.rule.category,
            severity=self.severity or severity or self.rule.severity,
            refused=refused,
            path=self.subject.path,
            span=span,
            document=places.document,
            pointer=pointer,
            message=message,
            help=help,
            example=example,
            related=related,
            witness=witness,
            about=about,
            note=note,
            echoes=echoes,
            ahead_of=ahead_of,
            fix=fix and Fix(fix, self.subject.path, places),
        )

    def value(self, path: Path, message: str, *, occurrence: int | None = None, **details: Any) -> Finding:
        """Return a finding at the value that path leads to; details as for `at`."""
        places = self.subject.places
        return self.at(places.value(path, occurrence), places.pointer(path), message, **details)

    def key(self, path: Path, message: str, *, occurrence: int | None = None, **details: Any) -> Finding:
        """Return a finding at the key that path leads to; details as for `at`."""
        places = self.subject.places
        return self.at(places.key(path, occurrence), places.pointer(path), message, **details)

    def related(self, path: Path, message: str, *, key: bool = True) -> Related:
        """Return a second place in the same document, at the key (or the value) that path leads to."""
        places = self.subject.places
        return Related(self.subject.path, places.key(path) if key else places.value(path), message)


REGISTRY: dict[str, Rule] = {}


class Category(NamedTuple):
    """A family of rules about one kind of subject; called, it declares one of them."""

    name: str
    """The word that `--select` and `--ignore` take for all of them."""
    subject: type | tuple[type, ...]
    """What its rules judge, where a rule does not say otherwise."""

    def __call__(
        self,
        name: str,
        *,
        severity: Severity,
        summary: str,
        subject: type | tuple[type, ...] | None = None,
        gives_way_to: tuple[str, ...] = (),
        silenced_by: tuple[str, ...] = (),
        default: bool = True,
        fixable: bool = False,
        refuses: bool = False,
        needs_profile: bool = False,
        options: Mapping[str, Option] = MappingProxyType({}),
    ) -> Callable[[Callable[[S, Context], Iterator[Finding]]], Callable[[S, Context], Iterator[Finding]]]:
        """Register the decorated function as the check called `name`; ValueError if the name is taken."""

        def register(check: Callable[[S, Context], Iterator[Finding]]) -> Callable[[S, Context], Iterator[Finding]]:
            if name in REGISTRY:
                raise ValueError(f"two rules are called {name}")
            REGISTRY[name] = Rule(
                name=name,
                category=self.name,
                severity=severity,
                summary=summary,
                subject=subject or self.subject,
                check=check,
                gives_way_to=gives_way_to,
                silenced_by=silenced_by,
                default=default,
                fixable=fixable,
                refuses=refuses,
                needs_profile=needs_profile,
                options=options,
            )
            return check

        return register
