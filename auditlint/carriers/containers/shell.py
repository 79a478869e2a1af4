"""Splits shell text into its simple commands, as far as can be told without running it."""

from __future__ import annotations

import re

from auditlint.records import NamedTuple


class Word(NamedTuple):
    """One word of a command, quotes and escapes removed."""

    text: str
    opaque: bool
    """It holds a variable or a command whose outcome only the running shell knows."""
    start: int
    end: int
    """Where the word starts and ends in the text, in characters from 0."""


_BLANK = re.compile(r"(?:[ \t\r]|\\\r?\n)+")
_COMMENT = re.compile(r"#[^\n]*")
_REDIRECTION = re.compile(r"[0-9]*(?:&>>?|>>|>\||>&|<&|<>|<<<|<<-?|[<>])")
_SEPARATOR = re.compile(r"[\n;&|()]+")
_PIECE = re.compile(
    r"""\\(?P<escaped>[\s\S])
    |'(?P<single>[^']*)'
    |"(?P<double>(?:[^"\\]|\\[\s\S])*)"
    |(?P<bare>[^\s\\'"|&;<>()`$]+)
    |(?P<unknown>\$\([^)]{0,300}\)|\$\{[^}]{0,300}\}|\$[\w@*\#?$!-]|`[^`]*`)
    |(?P<dollar>\$)""",
    re.VERBOSE,
)
_EXPANDED = re.compile(r"(?:[^\\$`]|\\[\s\S]|\$(?![\w{(@*#?!$-]))*(?:\$[\w{(@*#?!$-]|`)")
_ESCAPED_IN_QUOTES = re.compile(r"\\(?:\n|([$`\"\\]))")


def simple_commands(script: str) -> list[list[Word]]:
    """Return the words of each simple command of a script, without redirections and comments.

    Here-documents and compound commands are not understood: their parts look like commands of their own.
    """
    commands: list[list[Word]] = [[]]
    at, redirected = 0, False
    while at < len(script):
        if passed := _BLANK.match(script, at) or _COMMENT.match(script, at):
            at = passed.end()
        elif redirection := _REDIRECTION.match(script, at):
            at, redirected = redirection.end(), True
        elif separator := _SEPARATOR.match(script, at):
            at, redirected = separator.end(), False
            commands.append([])
        else:
            word = _word(script, at)
            at = word.end
            if not redirected:
                commands[-1].append(word)
            redirected = False
    return [command for command in commands if command]


def _word(script: str, start: int) -> Word:
    """Return the word that begins at start; a quote without an end stands for itself."""
    at, parts, opaque = start, list[str](), False
    while piece := _PIECE.match(script, at):
        text, unknown = _content(piece)
        parts.append(text)
        opaque = opaque or unknown
        at = piece.end()
    if at == start:
        return Word(script[at], opaque=True, start=start, end=at + 1)
    return Word("".join(parts), opaque, start, at)


def _content(piece: re.Match[str]) -> tuple[str, bool]:
    """Return what a piece of a word stands for, and whether only the running shell knows."""
    if piece.lastgroup == "double":
        quoted = piece["double"]
        return _ESCAPED_IN_QUOTES.sub(r"\1", quoted), _EXPANDED.match(quoted) is not None
    if piece.lastgroup == "escaped":
        return piece["escaped"].replace("\n", ""), False
    return piece[piece.lastgroup or 0], piece.lastgroup == "unknown"
