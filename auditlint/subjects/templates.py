"""Templates that were not rendered: their marks are no mistakes of the author's, and their values are not known."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditlint.kubernetes.decoding.problems import ProblemKind
from auditlint.placeholders import is_unfilled

if TYPE_CHECKING:
    from auditlint.kubernetes.decode import Loaded
    from auditlint.kubernetes.decoding.problems import Problem

# Patterns are compiled where they are first used: most runs need none of them.
_COMMENT = rb"(?m)(?:^|(?<=[ \t]))#.*$"
_MARKS = rb"\{\{|\{%|%\{ *(?:if|for)\b|<%|\$\{"
_WHOLE_VALUE = rb"(?m)((?:^|[:,\[-])[ \t]+|\[)\{\{([^\n{}]*)\}\}(?=[ \t]*(?:[,\]\r\n]|[ \t]#|\Z))"
_HEAD = frozenset({ProblemKind.WRONG_API_VERSION, ProblemKind.WRONG_KIND})
_EXCUSED = _HEAD | {
    ProblemKind.WRONG_TYPE,
    ProblemKind.INVALID_LEVEL,
    ProblemKind.INVALID_STAGE,
    ProblemKind.INVALID_GROUP,
    ProblemKind.INVALID_URL,
}


def has_marks(data: bytes) -> bool:
    """Tell whether a text holds marks of Helm, Jinja, Terraform, ERB or a shell's variables, beyond its comments."""
    return re.search(_MARKS, data) is not None and re.search(_MARKS, re.sub(_COMMENT, b"", data)) is not None


def is_template(value: str) -> bool:
    """Tell whether a value holds marks of a template that was not rendered, or a placeholder such as `<path>`."""
    return any(mark in value for mark in ("{{", "{%", "${", "<%")) or is_unfilled(value)


def with_quoted_marks(data: bytes) -> bytes:
    """Return the text with `{{ … }}` made a string where it is a whole value, and everything else in its place.

    YAML takes the bare mark for a mapping as the key of a mapping, which the server's reader refuses.
    """
    return re.sub(_WHOLE_VALUE, _as_string, data)


def _as_string(mark: re.Match[bytes]) -> bytes:
    """Return `{{ .x }}` as `'{{.x}}'`; where there is no room for the quotes, `{{.x}}` as the placeholder `<x>`."""
    before, inside = mark[1], mark[2]
    if inside[:1] == inside[-1:] == b" " and len(inside) > 1 and b"'" not in inside:
        return b"%b'{{%b}}'" % (before, inside[1:-1])
    name = re.sub(rb"[^\w.-]", b"_", inside).lstrip(b"._-") or b"x"
    return (before + b"<" + name + b">").ljust(len(mark[0]))


def excuse(loaded: Loaded) -> Loaded:
    """Return what the server makes of a policy if only what is known today counts.

    Problems of values with a template's marks become `UNRENDERED`, and where one of them would refuse the
    policy, what the server holds is not known.
    """
    problems = tuple(_excused(problem) for problem in loaded.problems)
    excused = [old for new, old in zip(problems, loaded.problems, strict=True) if new is not old]
    if not excused:
        return loaded
    refusing = {problem.kind for problem in problems if problem.refuses}
    return loaded._replace(
        policy=loaded.policy if {problem.kind for problem in excused} <= _HEAD else None,
        problems=problems,
        refused=bool(refusing),
        error=loaded.error if refusing else "",
        head_only=bool(refusing) and refusing <= _HEAD,
    )


def _excused(problem: Problem) -> Problem:
    if problem.kind in _EXCUSED and isinstance(problem.value, str) and is_template(problem.value):
        return problem._replace(kind=ProblemKind.UNRENDERED, refuses=False)
    return problem
