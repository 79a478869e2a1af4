"""Guesses why a text does not parse, from the lines around the place where the server's reader gave up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from auditlint.checks.suggestions import fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from auditlint.finding import Span

_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{\{|\{%|<%|\$\{[A-Za-z_][^}]*\}")
_LEFT_OVER = re.compile(r"(EOF|EOT|EOL|END|HEREDOC|EOM|_EOF_|YAML|POLICY)['\"]?\s*$")
_SHELL = re.compile(r"(sudo |cat |tee |kubectl |echo |#!|\$ )|.*<<-?\s*['\"]?[A-Z_]+['\"]?")
_CONFLICT = re.compile(r"(<{7}|={7}|>{7})( |$)")
_SPACES = {
    "\u00a0": "a no-break space (U+00A0)",
    "\u2003": "an em space (U+2003)",
    "\u2009": "a thin space (U+2009)",
    "\u200b": "a zero-width space (U+200B)",
    "\u202f": "a narrow no-break space (U+202F)",
    "\u3000": "an ideographic space (U+3000)",
    "\ufeff": "a byte order mark in the middle of the text (U+FEFF)",
    "\uff1a": "a full-width colon (U+FF1A)",
}
_KEY = r"[A-Za-z][A-Za-z0-9_.-]*"
_PAIR = re.compile(rf"\s*(?:- +)*\"?({_KEY})\"? *:(?: |$)")
_FULL_PAIR = re.compile(rf"\s*(?:- +)*\"?({_KEY})\"? *: +[^\s#|>&]")
_GLUED = re.compile(rf"\s*(?:- +)*({_KEY}):(?=[^\s:/])")
_WORD = re.compile(rf"\s*(?:- +)*({_KEY})(?: +[^\s:#].*)?$")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'")
_BARE_MARK = re.compile(r"(?:[:,\[{-] *|^\s*)([*&@`%!|>?])(?=[^\w\s]|[\s,\]}]|$)")
_RESERVED = re.compile(r"(?:[:,\[{-] *|^\s*)([@`%])")
_NEAR = 3
"""How many lines above the place are looked at for a mistake that the reader notices late."""


class Broken(NamedTuple):
    """A text that does not parse: its lines, the line (from 0) and column (from 1) of the error, the reader's words."""

    lines: Sequence[str]
    at: int
    column: int
    message: str

    @property
    def line(self) -> str:
        """The line of the error, empty at the end of the text."""
        return self.lines[self.at] if self.at < len(self.lines) else ""

    def above(self, most: int = _NEAR) -> Iterator[tuple[int, str]]:
        """Yield number (from 1) and text of the line of the error, then of the lines above it that say something."""
        left = most + 1
        for index in range(min(self.at, len(self.lines) - 1), -1, -1):
            text = self.lines[index]
            if index == self.at or (text.strip() and not text.lstrip().startswith("#")):
                yield index + 1, text
                left -= 1
            if not left:
                return


def likely_cause(lines: Sequence[str], span: Span, message: str) -> str:
    """Return in words what is probably wrong and what to write; "" where nothing is recognised."""
    broken = Broken(lines, span.line - 1, span.column, message)
    return next(filter(None, (cause(broken) for cause in _CAUSES)), "")


def _template(broken: Broken) -> str:
    marks = [mark for _, text in broken.above(1) if (mark := _TEMPLATE.search(_without_comment(text)))]
    if not marks:
        return ""
    return f"`{marks[0][0]}` is a template that was not rendered: check what the template makes of it"


def _encoding(broken: Broken) -> str:
    if "UTF-8" in broken.message or "UTF-16" in broken.message or "octet" in broken.message:
        return "a byte here is not UTF-8 (a file from Windows or in Latin-1?): save the file as UTF-8"
    if "control characters" in broken.message:
        return "the text holds a control character (NUL, in UTF-16 without a byte order mark): save it as plain UTF-8"
    return ""


def _left_over(broken: Broken) -> str:
    for number, text in broken.above(1):
        if _LEFT_OVER.match(text.strip()):
            return f'"{text.strip()}" in line {number} is left over from a shell here-document: delete that line'
        if text.lstrip().startswith("```"):
            return f"line {number} is a Markdown fence: delete that line"
        if _CONFLICT.match(text):
            return f'"{text.strip()}" in line {number} is the mark of a merge conflict: resolve it'
    first = next((text for text in broken.lines if text.strip()), "")
    if _SHELL.match(first) and not _PAIR.match(first):
        return f'"{first.strip()[:60]}" is a shell command: keep only the YAML in this file'
    return ""


def _tab(broken: Broken) -> str:
    for number, text in broken.above(1):
        indentation = text[: len(text) - len(text.lstrip())]
        if "\t" in indentation:
            return f"line {number} is indented with a tab: YAML takes only spaces, write two for each level"
    if broken.line[broken.column - 1 : broken.column] == "\t":
        return "there is a tab here: YAML takes only spaces, replace it"
    return ""


def odd_space(text: str) -> str:
    """Return the name of a letter in the text that looks like a space and is none, "" if there is none."""
    return next((name for char, name in _SPACES.items() if char in text), "")


def _odd_space(broken: Broken) -> str:
    for number, text in broken.above(1):
        for char, name in _SPACES.items():
            if char in _without_comment(text):
                plain = (
                    "a colon and a space" if char == "\uff1a" else "nothing" if char in "\u200b\ufeff" else "a space"
                )
                return f"line {number} holds {name}, which looks harmless and is not: replace it by {plain}"
    return ""


def _json(broken: Broken) -> str:
    if not broken.message.startswith("json") and "json parse error" not in broken.message:
        return ""
    if "'/'" in broken.message or "'#'" in broken.message:
        return "JSON has no comments: delete it, or write the policy as YAML"
    if "after top-level value" in broken.message:
        return "only one JSON value may stand in the file: delete what follows the first"
    if "'}'" in broken.message or "']'" in broken.message:
        return "JSON allows no comma after the last item: delete it"
    if "'\\''" in broken.message:
        return "JSON knows only double quotes"
    return "a file that starts with `{` is read as JSON: quote every key and string, or write the policy as YAML"


def _bare_mark(broken: Broken) -> str:
    if "alphabetic or numeric character" not in broken.message and "cannot start any token" not in broken.message:
        return ""
    expression = _RESERVED if "cannot start" in broken.message else _BARE_MARK
    mark = expression.search(_QUOTED.sub('""', broken.line))
    if not mark:
        return ""
    meaning = {"*": " (an alias)", "&": " (an anchor)", "!": " (a tag)"}.get(mark[1], "")
    or_nothing = "leave the list out to take everything, or " if mark[1] == "*" else ""
    return f"a bare `{mark[1]}` means something else in YAML{meaning}: {or_nothing}write the value in quotes"


def _escape(broken: Broken) -> str:
    if "escape" not in broken.message:
        return ""
    return "in double quotes a backslash begins an escape: write the value in single quotes, or the backslash twice"


def _glued_colon(broken: Broken) -> str:
    for number, text in broken.above():
        glued = _GLUED.match(text)
        if glued and glued[1] in fields.ALL:
            return f"the colon in line {number} needs a space after it: write `{glued[1]}: ` and the value"
    return ""


def _missing_key(broken: Broken) -> str:
    """Look for a list behind a key that has its value already: YAML takes it for more of that value."""
    item = re.match(rf"\s*- +({_KEY}) *:", broken.line)
    before = next((text for number, text in broken.above(1) if number <= broken.at), "")
    if not item or not _FULL_PAIR.match(before):
        return ""
    key = "resources" if item[1] in fields.FIELDS[fields.ENTRY] else "rules"
    if key == "rules" and any(re.match(r"\s*\"?rules\"?\s*:", text) for text in broken.lines[: broken.at]):
        return ""
    return f"this list belongs to no key: put a line `{key}:` above it"


def _markdown_link(broken: Broken) -> str:
    link = re.search(r"\[([^\[\]]+)\]\(https?://", broken.line)
    return f"this is a Markdown link: write only {link[1]}" if link else ""


def _missing_colon(broken: Broken) -> str:
    for number, text in broken.above(1):
        word = _WORD.match(_without_comment(text))
        if word and word[1] in fields.ALL and ":" not in text.split(word[1], 1)[1][:1]:
            return f"`{word[1]}` in line {number} has no colon: write `{word[1]}:`"
    return ""


def _brackets(broken: Broken) -> str:
    if "']'" not in broken.message and "'}'" not in broken.message and "end of stream" not in broken.message:
        return ""
    for number, text in broken.above(20):
        bare = _without_comment(_QUOTED.sub('""', text))
        for opening, closing in ("[]", "{}"):
            if bare.count(opening) > bare.count(closing):
                return f"the `{opening}` in line {number} is never closed: add the `{closing}`"
    if "," in broken.message:
        return "a comma is missing between two items of this list, or a quote is in the wrong place"
    return ""


def _quotes(broken: Broken) -> str:
    for number, text in broken.above(20 if "end of stream" in broken.message else 1):
        bare = _without_comment(_QUOTED.sub("", text))
        for quote in "\"'":
            if re.search(rf"(?:^|[\s:,\[{{-]){quote}|{quote}\s*(?:[,\]}}]|$)", bare):
                return f"a quote ({quote}) in line {number} has no partner: close it, or take it away"
        if re.search(r"[\[,:] *(?:\"[^\"]*\"|'[^']*')\s*[\w\"']", text):
            return f"text follows a closing quote in line {number}: put a comma between, or quote the value as a whole"
    return ""


def _colon_in_value(broken: Broken) -> str:
    bare = _without_comment(_QUOTED.sub('""', broken.line))
    if "mapping values" in broken.message and re.search(r": +[^\s\[{].*:(?: |$)", bare):
        return "there are two colons in this line: quote the value, or put the second key on a line of its own"
    return ""


def _indentation(broken: Broken) -> str:
    words = ("mapping values", "did not find expected key", "did not find expected '-'", "block", "expected <document")
    if not any(word in broken.message for word in words):
        return ""
    above = [(number, text) for number, text in broken.above(1) if number <= broken.at]
    if not above or not broken.line.strip():
        return ""
    number, text = above[0]
    own, other = _column(broken.line), _column(text)
    if own == other:
        return f"line {broken.at + 1} does not go with line {number} above it: a key, a colon or a `- ` is missing"
    here = f"line {broken.at + 1} begins in column {own}"
    return f"{here} and line {number} in column {other}: line up what belongs together"


def _anchors(broken: Broken) -> str:
    if "unknown anchor" in broken.message:
        return "a value that starts with `*` is an alias of an anchor: quote the value if you mean the text"
    if "excessive aliasing" in broken.message:
        return "aliases within aliases make this text too large: write the lists out"
    if "invalid map key" in broken.message:
        return "a mapping or list stands where a key belongs: `{{ ... }}` without quotes is one, quote or render it"
    if "incompatible YAML document" in broken.message:
        return "the `%YAML` line asks for another version than 1.1: delete that line"
    return ""


def _without_comment(text: str) -> str:
    return re.sub(r"(?:^|\s)#.*", "", text)


def _column(text: str) -> int:
    """Return the column in which the key or value of a line begins, behind the dashes of lists."""
    return len(text) - len(text.lstrip(" -")) + 1


_CAUSES: tuple[Callable[[Broken], str], ...] = (
    _encoding,
    _template,
    _left_over,
    _tab,
    _odd_space,
    _json,
    _bare_mark,
    _escape,
    _anchors,
    _glued_colon,
    _markdown_link,
    _missing_key,
    _missing_colon,
    _quotes,
    _brackets,
    _colon_in_value,
    _indentation,
)
