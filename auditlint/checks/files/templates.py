"""The rule about what is still to be filled in, in any file: of such values nothing else is said."""

from __future__ import annotations

import re

from auditlint.english import counted, quoted
from auditlint.finding import Related, Severity
from auditlint.placeholders import is_expanded, is_placeholder
from auditlint.rule import Category, Context
from auditlint.subjects.model import ELISION, TEMPLATE, ApiServer, PolicySubject, UnreadText
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.finding import Finding
    from auditlint.kubernetes.decoding.problems import Value
    from auditlint.path import Path
    from auditlint.subjects.model import Argument

rule = Category(
    "policy-syntax",
    (PolicySubject, UnreadText, ApiServer),
)
_RENDER = "Check what it renders to, such as with `helm template ... | auditlint check -`"
_WRITE = "Write the value, or check the rendered file"
_WRITE_ALL = "Write the values, or check the rendered file"


@rule(
    "unrendered-template",
    severity=Severity.INFO,
    summary="a placeholder or template expression where a value belongs",
)
def unrendered_template(subject: PolicySubject | UnreadText | ApiServer, context: Context) -> Iterator[Finding]:
    """Report values that are to be filled in; what is wrong with their type or spelling is not."""
    if isinstance(subject, UnreadText):
        if subject.problem == ELISION:
            message = "these dots stand for lines that were left out, so nothing in this file can be judged"
            yield context.value((), message, help="Write out what was left out")
        elif subject.problem == TEMPLATE:
            message = (
                f"this policy is a template, and does not parse without its marks ({subject.message}), "
                "so nothing in it can be judged"
            )
            yield context.value((), message, severity=Severity.WARNING, help=_RENDER)
    elif isinstance(subject, ApiServer):
        yield from _unfilled(subject, context)
    else:
        for path, text in _placeholders(subject.value) if _any_placeholder(subject.value) else ():
            message = f"{quoted(_narrow(text))} looks like a placeholder, and kube-apiserver reads it as it stands"
            yield context.value(subject.at(*path), message, help=_WRITE)


def _unfilled(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report the arguments of a server that are to be filled in: one finding, since one template is the cause."""
    first, others = server.unfilled[:1], server.unfilled[1:]
    related = tuple(
        Related(
            server.path, server.places.value(one.path), f"{_named(one)} looks like a placeholder", context.rule.name
        )
        for one in others
    )
    for argument in first if related else ():
        count = counted(len(others), "other argument")
        message = f"{_named(argument)} and {count} look like placeholders, so nothing is said about them"
        yield context.value(argument.path, message, help=_WRITE_ALL, related=related)
    for argument in () if related else first:
        message = f"{_named(argument)} looks like a placeholder, so nothing is said about this argument"
        yield context.value(argument.path, message, help=_WRITE)


def _named(argument: Argument) -> str:
    """Return what the file has for an argument: the value at a key, or the argument itself."""
    at_key = argument.by_key or argument.value_path is not None
    return f"the value of {_narrow(argument.written)}" if at_key else quoted(_narrow(argument.text))


def _narrow(text: str) -> str:
    """Return a text whose placeholders have lost the blanks that make them as wide as marks of a template."""
    return re.sub(r"\s+>", ">", text)


def _any_placeholder(value: Value) -> bool:
    """Tell whether there is a placeholder at all: most policies have none, and this look is quick."""
    waiting: list[Value] = [value]
    seen: set[int] = set()
    for here in waiting:
        if isinstance(here, str):
            if is_placeholder(here):
                return True
        elif isinstance(here, (list, tuple)) and id(here) not in seen:
            seen.add(id(here))
            waiting += here if isinstance(here, list) else [part for _, part in here]
    return False


def _placeholders(value: Value) -> Iterator[tuple[Path, str]]:
    """Yield strings that look unrendered, with their way from the root; what aliases share is looked at once."""
    waiting: list[tuple[Path, Value]] = [((), value)]
    seen: set[int] = set()
    while waiting:
        path, here = waiting.pop()
        if isinstance(here, str):
            if is_placeholder(here) and not is_expanded(here):
                yield path, here
        elif isinstance(here, (list, tuple)) and id(here) not in seen:
            seen.add(id(here))
            parts = enumerate(here) if isinstance(here, list) else here
            waiting += [((*path, step), part) for step, part in parts]
