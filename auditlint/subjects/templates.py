"""Templates that were not rendered: their marks are no mistakes of the author's, and their values are not known."""

from __future__ import annotations

from auditlint.kubernetes.decoding.problems import ProblemKind
from auditlint.placeholders import is_unfilled
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditlint.kubernetes.decode import Loaded
    from auditlint.kubernetes.decoding.problems import Problem
    from auditlint.path import Path

_HEAD = frozenset({ProblemKind.WRONG_API_VERSION, ProblemKind.WRONG_KIND})
_ABSENT = frozenset({"missing", "document", "absent", "null", "empty"})
_OF_SEVERAL_LINES = frozenset({ProblemKind.DUPLICATE_KEY, ProblemKind.MIXED_RULE, ProblemKind.NAMES_WITHOUT_RESOURCES})
_EXCUSED = _HEAD | {
    ProblemKind.WRONG_TYPE,
    ProblemKind.INVALID_LEVEL,
    ProblemKind.INVALID_STAGE,
    ProblemKind.INVALID_GROUP,
    ProblemKind.INVALID_URL,
}


def is_template(value: str) -> bool:
    """Tell whether a value holds marks of a template that was not rendered, or a placeholder such as `<path>`."""
    return any(mark in value for mark in ("{{", "{%", "${", "<%")) or is_unfilled(value)


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


def in_part(loaded: Loaded, is_chosen: Callable[[Path], bool]) -> Loaded:
    """Return what is known of a policy of which lines may be left out or added: what is wrong with those it has.

    `is_chosen` tells whether there may be another text in place of a value: releases have an `apiVersion` each.
    """
    problems = tuple(
        problem
        for problem in loaded.problems
        if not _is_absence(problem) and not (problem.kind is ProblemKind.WRONG_API_VERSION and is_chosen(problem.path))
    )
    refused = any(problem.refuses for problem in problems)
    error = loaded.error if refused else ""
    return loaded._replace(policy=None, problems=problems, refused=refused, error=error, head_only=False)


def _is_absence(problem: Problem) -> bool:
    return problem.detail in _ABSENT or problem.kind in _OF_SEVERAL_LINES


def _excused(problem: Problem) -> Problem:
    if problem.kind in _EXCUSED and isinstance(problem.value, str) and is_template(problem.value):
        return problem._replace(kind=ProblemKind.UNRENDERED, refuses=False)
    return problem
