"""Guesses why a text does not parse, from the lines around the place where the server's reader gave up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from auditlint.checks.suggestions import fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from auditlint.finding import Span

    OnDisk = Callable[[int, int], tuple[int, int]]
    """Where a line and column of the text stand on disk."""

_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{\{|\{%|<%|\$\{[A-Za-z_][^}]*\}")
_LEFT_OVER = re.compile(r"(EOF|EOT|EOL|END|HEREDOC|EOM|_EOF_|YAML|POLICY)['\"]?\s*$")
_PROMPT = re.compile(r"\[?[\w.-]+@[\w.-]+[: ][^#$%]*\]?[#$%](?:\s|$)")
_SHELL = re.compile(r"(sudo |cat |tee |kubectl |echo |ssh |vim? |nano |#!|\$ )|.*<<-?\s*['\"]?[A-Z_]+['\"]?")
_HERE_DOCUMENT = re.compile(r"<<-?\s*['\"]?([A-Za-z_]+)")
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
_GLUED_DASH = re.compile(rf"(\s*)-({_KEY}(?::[\w.:-]+)*)(?=\s|:|$)")
_ITEM = re.compile(rf"(\s*)- +\"?({_KEY})?")
_AFTER_QUOTE = re.compile(r"(?:[\[,:]|^\s*-|\s-) *(\"[^\"]*\"|'[^']*')(\s*[\"'\w][^\s,\]}]*|:?[^\s,\]}:#][^\s,\]}]*)")
_LITERAL = frozenset({"users", "userGroups", "verbs", "namespaces", "resourceNames"})
"""Fields in which a star means nothing but itself."""
_PROSE = re.compile(r"[A-Za-z][\w'/.-]*(?:[ ,]+[\w'/.,()-]+)+\.?\s*")
"""Words without a colon."""
_NEAR = 3
"""How many lines above the place are looked at for a mistake that the reader notices late."""


class Cause(NamedTuple):
    """What is wrong with a text that does not parse, and what to do about it."""

    fault: str
    help: str
    line: int = 0
    """The line of the text in which it is wrong, from 1; 0: where the reader gave up."""


_UNKNOWN = Cause(
    "this line does not parse", "Look at the indentation, colons, quotes and brackets of this line and those above it"
)


class Broken(NamedTuple):
    """A text that does not parse: its lines, the line (from 0) and column (from 1) of the error, the reader's words."""

    lines: Sequence[str]
    at: int
    column: int
    message: str
    on_disk: OnDisk

    @property
    def line(self) -> str:
        """The line of the error, empty at the end of the text."""
        return self.lines[self.at] if self.at < len(self.lines) else ""

    def above(self, most: int = _NEAR) -> Iterator[tuple[int, str]]:
        """Yield number (from 1) and text of the line of the error, then of the lines above it that say something."""
        left = most + 1
        for index in range(min(self.at, len(self.lines) - 1), -1, -1):
            text = self.lines[index]
            if index == self.at or _says_something(text):
                yield index + 1, text
                left -= 1
            if not left:
                return

    def shown(self, number: int) -> int:
        """Return the number on disk of a line of the text."""
        return self.on_disk(number, 1)[0]


def likely_cause(lines: Sequence[str], span: Span, message: str, on_disk: OnDisk) -> Cause:
    """Return in words what is probably wrong, and what to write; lines and columns are said as they are on disk."""
    broken = Broken(lines, span.line - 1, span.column, message, on_disk)
    return next(filter(None, (cause(broken) for cause in _CAUSES)), _UNKNOWN)


def odd_space(text: str) -> str:
    """Return the name of a letter in the text that looks like a space and is none, "" if there is none."""
    return next((name for char, name in _SPACES.items() if char in text), "")


def _template(broken: Broken) -> Cause | None:
    marks = [mark for _, text in broken.above(1) if (mark := _TEMPLATE.search(_without_comment(text)))]
    if not marks:
        return None
    return Cause(f"`{marks[0][0]}` is a template that was not rendered", "Check what the template renders to")


def _encoding(broken: Broken) -> Cause | None:
    if "UTF-8" in broken.message or "UTF-16" in broken.message or "octet" in broken.message:
        return Cause("a byte here is not UTF-8", "Save the file as UTF-8")
    if "control characters" in broken.message:
        return Cause("there is a control character here, such as NUL", "Save the file as plain UTF-8")
    return None


def _left_over(broken: Broken) -> Cause | None:
    for number, text in broken.above(1):
        shown, delete = broken.shown(number), f"Delete line {broken.shown(number)}"
        if _LEFT_OVER.match(text.strip()):
            fault = f'"{text.strip()}" in line {shown} is left over from a shell here-document'
            return Cause(fault, delete, number)
        if text.lstrip().startswith("```"):
            return Cause(f"line {shown} is a Markdown fence", delete, number)
        if _PROMPT.match(text):
            return Cause(f"line {shown} is the prompt of a shell", delete, number)
        if _CONFLICT.match(text):
            fault = f'"{text.strip()}" in line {shown} is the mark of a merge conflict'
            return Cause(fault, "Resolve the conflict", number)
    return _shell_command(broken)


def _shell_command(broken: Broken) -> Cause | None:
    """Look for a command in the first line that says something: the file was copied out of a terminal or a script."""
    number, first = next(((number, text) for number, text in enumerate(broken.lines, 1) if text.strip()), (0, ""))
    if not _SHELL.match(first) or _PAIR.match(first):
        return None
    shown, document = broken.shown(number), _HERE_DOCUMENT.search(first)
    end = f", and the `{document[1]}` that ends its here-document" if document else ""
    return Cause(f'"{first.strip()[:60]}" in line {shown} is a shell command', f"Delete line {shown}{end}", number)


def _tab(broken: Broken) -> Cause | None:
    for number, text in broken.above(1):
        if "\t" in _indentation_of(text):
            help = f"Indent line {broken.shown(number)} with spaces: YAML allows no tabs there"
            return Cause(f"line {broken.shown(number)} is indented with a tab", help, number)
    if broken.line[broken.column - 1 : broken.column] == "\t":
        return Cause("there is a tab here", "Write a space: YAML allows no tab there")
    return None


def _odd_space(broken: Broken) -> Cause | None:
    for number, text in broken.above(1):
        for char, name in _SPACES.items():
            if char in _without_comment(text):
                by = "a colon and a space" if char == "\uff1a" else "nothing" if char in "\u200b\ufeff" else "a space"
                fault = f"line {broken.shown(number)} holds a character that is no plain text, {name}"
                return Cause(fault, f"Replace it by {by}", number)
    return None


def _json(broken: Broken) -> Cause | None:
    if not broken.message.startswith("json") and "json parse error" not in broken.message:
        return None
    if "'/'" in broken.message or "'#'" in broken.message:
        return Cause("JSON has no comments", "Delete the comment, or write YAML")
    if "after top-level value" in broken.message:
        return Cause("a JSON file holds one value", "Delete what follows the first value")
    if "'}'" in broken.message or "']'" in broken.message:
        return Cause("JSON allows no comma after the last item", "Delete the comma")
    if "'\\''" in broken.message:
        return Cause("JSON knows only double quotes", "Write `\"` for each `'`")
    return Cause("a file that begins with `{` is read as JSON", "Quote each key and string, or write YAML")


def _bare_mark(broken: Broken) -> Cause | None:
    if "alphabetic or numeric character" not in broken.message and "cannot start any token" not in broken.message:
        return None
    expression = _RESERVED if "cannot start" in broken.message else _BARE_MARK
    mark = expression.search(_QUOTED.sub('""', broken.line))
    if not mark:
        return None
    meaning = {"*": "begins an alias", "&": "begins an anchor", "!": "begins a tag"}.get(mark[1], "begins no value")
    fault = f"a bare `{mark[1]}` {meaning} in YAML"
    key = _key_of(broken)
    if mark[1] == "*" and key in _LITERAL:
        return Cause(fault, f"Leave `{key}:` out to match all; in quotes a star is compared letter by letter")
    return Cause(fault, "Write the value in quotes")


def _key_of(broken: Broken) -> str:
    """Return the key of the list or value in the line of the error."""
    for _, text in broken.above(20):
        pair = _PAIR.match(text)
        if pair:
            return pair[1]
    return ""


def _escape(broken: Broken) -> Cause | None:
    if "escape" not in broken.message:
        return None
    return Cause("a backslash in double quotes begins an escape", "Write the value in single quotes")


def _glued_colon(broken: Broken) -> Cause | None:
    for number, text in broken.above():
        glued = _GLUED.match(text)
        if glued and glued[1] in fields.ALL:
            fault = f"the colon after `{glued[1]}` in line {broken.shown(number)} has no space behind it"
            return Cause(fault, f"Write `{glued[1]}: {_without_comment(text[glued.end() :]).strip()}`", number)
    return None


def _glued_dash(broken: Broken) -> Cause | None:
    """Look for an item whose dash touches its text, where the lines around have items."""
    for number, text in broken.above(1):
        glued = _GLUED_DASH.match(text)
        if glued and (glued[2] in fields.ALL or _is_beside_items(broken, number, glued[1])):
            value = _without_comment(text).strip()[1:]
            return Cause(
                f"the dash in line {broken.shown(number)} has no space behind it", f"Write `- {value}`", number
            )
    return None


def _is_beside_items(broken: Broken, number: int, indentation: str) -> bool:
    """Tell whether the lines around a line are items in the same column, or the key of a list is above it."""
    before = [text for text in reversed(broken.lines[: number - 1]) if _says_something(text)][:_NEAR]
    after = [text for text in broken.lines[number : number + 1] if _says_something(text)]
    key = re.fullmatch(rf"\s*(?:- +)*({_KEY}):\s*", before[0]) if before else None
    is_list = key is not None and key[1] in fields.LISTS
    return is_list or any(text.startswith(f"{indentation}- ") for text in (*before, *after))


def _says_something(line: str) -> bool:
    return line.strip() != "" and not line.lstrip().startswith("#")


def _missing_key(broken: Broken) -> Cause | None:
    """Look for a list behind a key that has its value already: YAML takes it for more of that value."""
    item = re.match(rf"\s*- +({_KEY}) *:", broken.line)
    before = next((text for number, text in broken.above(1) if number <= broken.at), "")
    if not item or not _FULL_PAIR.match(before):
        return None
    key = "resources" if item[1] in fields.FIELDS[fields.ENTRY] else "rules"
    if key == "rules" and any(re.match(r"\s*\"?rules\"?\s*:", text) for text in broken.lines[: broken.at]):
        return None
    indentation = " " * (_PAIR.match(before) or item).start(1) if key == "resources" else ""
    return Cause("this list belongs to no key", f"Put a line `{indentation}{key}:` above it")


def _markdown_link(broken: Broken) -> Cause | None:
    link = re.search(r"\[([^\[\]]+)\]\(https?://", broken.line)
    return Cause("this is a Markdown link", f"Write only `{link[1]}`") if link else None


def _missing_colon(broken: Broken) -> Cause | None:
    for number, text in broken.above(1):
        bare = _without_comment(text)
        word = _WORD.match(bare)
        if word and word[1] in fields.ALL and ":" not in bare.split(word[1], 1)[1][:1]:
            rest = bare.split(word[1], 1)[1].strip()
            fault = f"`{word[1]}` in line {broken.shown(number)} has no colon"
            return Cause(fault, f"Write `{f'{word[1]}: {rest}'.rstrip()}`", number)
    return None


def _brackets(broken: Broken) -> Cause | None:
    if "']'" not in broken.message and "'}'" not in broken.message and "end of stream" not in broken.message:
        return None
    for number, text in broken.above(20):
        bare = _without_comment(_QUOTED.sub("", text))
        for opening, closing in ("[]", "{}"):
            if bare.count(opening) > bare.count(closing):
                fault = f"the `{opening}` in line {broken.shown(number)} is never closed"
                return Cause(fault, f"Add the `{closing}`", number)
    if "," in broken.message:
        return Cause("two items of this list have no comma between them", "Put a comma between them, or close a quote")
    return None


def _quotes(broken: Broken) -> Cause | None:
    for number, text in broken.above(20 if "end of stream" in broken.message else 1):
        bare = _without_comment(_QUOTED.sub("", text))
        for quote in "\"'":
            if re.search(rf"(?:^|[\s:,\[{{-]){quote}|{quote}\s*(?:[,\]}}]|$)", bare):
                fault = f"a quote ({quote}) in line {broken.shown(number)} has no partner"
                return Cause(fault, "Close it, or delete it", number)
        follows = _AFTER_QUOTE.search(_without_comment(text))
        if follows:
            return Cause(f"text follows the closing quote in line {broken.shown(number)}", _rejoined(follows), number)
    return None


def _rejoined(follows: re.Match[str]) -> str:
    """Return how to write a quoted value that text follows."""
    quoted, rest = follows[1], follows[2].lstrip()
    if rest[:1] in "\"'":
        return "Put a comma between the two values"
    return f"Write `{quoted[:-1]}{rest}{quoted[-1]}`"


def _colon_in_value(broken: Broken) -> Cause | None:
    bare = _without_comment(_QUOTED.sub('""', broken.line))
    if "mapping values" in broken.message and re.search(r": +[^\s\[{].*:(?: |$)", bare):
        return Cause("there are two colons in this line", "Quote the value, or give the second key a line of its own")
    return None


def _indentation(broken: Broken) -> Cause | None:
    words = ("mapping values", "did not find expected key", "did not find expected '-'", "block", "expected <document")
    if not any(word in broken.message for word in words) or not broken.line.strip():
        return None
    above = _comparable(broken)
    if above is None:
        return None
    number, other, noun = above
    own = len(_indentation_of(broken.line)) + 1
    at, own_column = broken.on_disk(broken.at + 1, own)
    before, other_column = broken.on_disk(number, other)
    if own == other:
        if _PROSE.fullmatch(broken.lines[number - 1]):
            fault = f"line {before} is neither YAML nor a comment"
            return Cause(fault, f"Put `# ` before line {before}, or delete it", number)
        fault = f"line {at} does not go with line {before} above it"
        return Cause(fault, "Look for a key, a colon or a `- ` that is missing")
    what = "the dash of " if noun == "dash" else ""
    fault = f"{what}line {at} begins in column {own_column}, and {what or noun}line {before} in column {other_column}"
    return Cause(fault, f"Begin line {at} in column {other_column}, and move the lines below that go with it")


def _comparable(broken: Broken) -> tuple[int, int, str] | None:
    """Return the line above that the line of the error should line up with, and its column in the file.

    Of a dash that is another dash, best of an item of the same kind; of a key the key above, behind its dash or not.
    """
    lines = [(number, text) for number, text in broken.above(20) if number <= broken.at]
    item = _ITEM.match(broken.line)
    if item:
        dashes = [(number, found) for number, text in lines if (found := _ITEM.match(text))]
        own = len(item[1])
        alike = [(n, found) for n, found in dashes if len(found[1]) != own and _kind(found[2]) == _kind(item[2])]
        for number, found in alike or [(n, found) for n, found in dashes if len(found[1]) != own]:
            return number, len(found[1]) + 1, "dash"
    for number, text in lines[:1]:
        found = _ITEM.match(text)
        key = _PAIR.match(text)
        column = key.start(1) if key else len(found[1]) if found else len(_indentation_of(text))
        return number, column + 1, f"`{key[1]}` of " if key else ""
    return None


def _kind(key: str) -> str:
    """Return the kind of mapping that has a key."""
    return next((place for place in (fields.RULE, fields.ENTRY) if key in fields.FIELDS[place]), key)


def _anchors(broken: Broken) -> Cause | None:
    if "unknown anchor" in broken.message:
        return Cause("a value that begins with `*` is an alias in YAML", "Write the value in quotes")
    if "excessive aliasing" in broken.message:
        return Cause("aliases within aliases make this text too large", "Write the lists out")
    if "invalid map key" in broken.message:
        return Cause("a mapping or list is where a key belongs", "Quote it; a bare `{{ ... }}` is a mapping, too")
    if "incompatible YAML document" in broken.message:
        return Cause("the `%YAML` line asks for another version than 1.1", "Delete that line")
    return None


def _indentation_of(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _without_comment(text: str) -> str:
    return re.sub(r"(?:^|\s)#.*", "", text)


_CAUSES: tuple[Callable[[Broken], Cause | None], ...] = (
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
    _glued_dash,
    _markdown_link,
    _missing_key,
    _missing_colon,
    _quotes,
    _brackets,
    _colon_in_value,
    _indentation,
)
