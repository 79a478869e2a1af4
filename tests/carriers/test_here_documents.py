"""A here-document is passed on line by line, however many of its lines are taken at once."""

from __future__ import annotations

from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

from hypothesis import assume, example, given
from hypothesis import strategies as st

from auditlint.carriers.candidate import PlainText
from auditlint.carriers.carrier import Inner
from auditlint.carriers.inside import here_document
from auditlint.kubernetes.releases import OPTION
from auditlint.text import hcl
from auditlint.text.piece import Piece
from auditlint.text.whole import Whole
from tests import growth

if TYPE_CHECKING:
    from collections.abc import Callable


def lines(alphabet: str) -> st.SearchStrategy[list[str]]:
    """Return lists of lines, each with an end of its own."""
    line = st.tuples(st.text(alphabet, max_size=6), st.sampled_from(["\n", "\r\n", "\r"]))
    found = st.lists(line.map("".join), max_size=5)
    return found.filter(lambda body: not any(one[-1] == "\r" and two == "\n" for one, two in pairwise(body)))


def first_of(script: str) -> Piece:
    """Return the first here-document of a script."""
    parts = here_document.find(PlainText("x.sh", Whole(script.encode()), None, OPTION))
    found = next(part for part in parts if isinstance(part, Inner))
    assert isinstance(found.text, Piece)
    return found.text


def passed_on(line: str, operator: str) -> str:
    return line.lstrip("\t") if "-" in operator else line


def closes(line: str, operator: str) -> bool:
    return passed_on(line, operator).rstrip("\r\n") in {"E", "E'", 'E"'}


@given(lines("aE\t $\\`'\""), st.sampled_from(["<<'E'", "<<-'E'"]))
@example(["\tE\t\n", "aE\n", "\tE'\n"], "<<-'E'")
def test_it_is_all_up_to_the_first_line_that_ends_it(body: list[str], operator: str) -> None:
    head = f"cat {operator}\n"
    found = first_of(head + "".join(body))
    kept = list(takewhile(lambda line: not closes(line, operator), body))
    assert found.text == "".join(passed_on(line, operator) for line in kept)


@given(lines("aE\t $\\`{}"), st.sampled_from(["<<E", "<<-E"]))
def test_what_the_shell_expands_it_expands_line_by_line(body: list[str], operator: str) -> None:
    assume(not any(closes(line, operator) for line in body))
    whole = first_of(f"cat {operator}\n{''.join(body)}E\n")
    alone = [first_of(f"cat {operator}\n{line}E\n").text for line in body]
    assert whole.text == "".join(alone)
    plain = [(line, cut) for line, cut in zip(body, alone, strict=True) if set(line).isdisjoint("$\\`")]
    assert all(cut == passed_on(line, operator) for line, cut in plain)


@given(lines("a \t$%{}"))
def test_in_terraform_it_is_what_is_written_where_no_template_is(body: list[str]) -> None:
    assume(not any(mark in "".join(body) for mark in ("${", "%{")))
    (found,) = hcl.texts(f"x = <<E\n{''.join(body)}E\n")
    assert found.runs.text == "".join(body)


def reading(line: str) -> Callable[[int], Callable[[], object]]:
    """Return what reads a here-document of so many lines."""
    return lambda size: lambda: first_of(f"cat <<E\n{line * size}E\n")


def test_the_work_is_for_the_lines_that_change() -> None:
    growth.assert_linear(reading("a: $B\n"), 50)
    assert growth.steps(reading("a: b\n")(1000)) == growth.steps(reading("a: b\n")(10))
