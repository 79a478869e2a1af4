"""Writes trees as the texts that people keep: every style of YAML, JSON, comments, line ends, encodings, slips."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tests.agreement.blunders import Raw
from tests.strategies import json_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from auditlint.kubernetes.decode import Value
    from tests.agreement.dice import Dice

PLAIN = re.compile(r"[A-Za-z/][\w:/.*-]*(?<!:)", re.ASCII)
WORDS_THAT_ARE_NONE = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
COMMENTS = (
    "# secrets never with their bodies",
    "#",
    "# level: None",
    "#no space",
    "# auditlint: ignore[unreachable-rule] on purpose",
    "# auditlint: ignore-file[redundant-rule] kept",
    "# 'quotes' and \"more\" & *stars {braces",
    "# é 😀 \t tab",
)
BEFORE = (
    *("",) * 24,
    *("# a comment\n", "---\n", "\n\n", "--- # the policy\n") * 3,
    "%YAML 1.1\n---\n",
    "%YAML 1.2\n---\n",
    "---\n---\n",
    "# nothing\n---\n",
    "null\n---\n",
    "--- {}\n---\n",
    "%TAG !a! tag:x,\n---\n",
    "...\n",
    " \n",
    "\t\n",
    "{{- if .Values.audit }}\n",
    "x-levels: &level None\n",
    "# {\n",
)
AFTER = (
    *("",) * 20,
    *("\n", "...\n", "---\n", "# the end") * 3,
    "---\napiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: None}]\n",
    "---\n\tbroken: [\n",
    "{{- end }}\n",
    "... trailing\n",
    "  \t\n",
    "\n\n\n",
    "\0",
    "---\n- a\n--- b\n",
    "}\n",
    "  - level: None\n",
    "extra: true\n",
)
JSON_AFTER = ("", "\n", "\n\n", " {}", ",", "}", "// end", "\n# end", "\0", "---", "\n---\nx: [")
LINE_ENDS = (*("\n",) * 20, *("\r\n",) * 4, "\r", "\r", "\x85", "\u2028", "\n\r")
ENCODINGS = (*("utf-8",) * 30, *("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be") * 2, "latin-1", "utf-32")


def write(value: Value, dice: Dice) -> bytes:
    """Return a text for the tree, in a style of the dice's choice."""
    if dice.once_in(8):
        return _as_json(value, dice).encode()
    text = dice.pick(BEFORE) + "\n".join(_Writer(dice).document(value)) + "\n" + dice.pick(AFTER)
    if dice.once_in(12):
        text = text.rstrip("\n")
    if dice.once_in(24):
        text = text.replace("\n", dice.pick((" \n", "\t\n", "\n\n", "\n \n", "\n# x\n")), dice.number(6))
    end = dice.pick(LINE_ENDS)
    text = text.replace("\n", end, -1 if dice.once_in(2) else 3)
    return encoded(text, dice)


def encoded(text: str, dice: Dice) -> bytes:
    """Return the text as bytes, mostly in UTF-8."""
    encoding = dice.pick(ENCODINGS)
    mark = {"utf-16-le": "\ufeff", "utf-16-be": "\ufeff"}.get(encoding, "") if not dice.once_in(4) else ""
    return (mark + text).encode(encoding, "replace")


def _as_json(value: Value, dice: Dice) -> str:
    text = (
        json_text(value) if not _has_raw(value) else re.sub(r'"\\u0000(.*?)\\u0000"', r"\1", json_text(_marked(value)))
    )
    if dice.once_in(3):
        text = re.sub(r'([\[{,])(?=["\[{])', lambda found: found[1] + "\n  ", text)
    if dice.once_in(12):
        text = dice.pick((text[:-1], text.replace("]", ",]", 1), text.replace('"', "'", 2), text + text, f"[{text}]"))
    return dice.pick(("", " ", "\n", "\ufeff", "\t", "# x\n", "//\n", "\xa0")) * dice.once_in(6) + (
        text + dice.pick(JSON_AFTER) * dice.once_in(4)
    )


def _has_raw(value: Value) -> bool:
    if isinstance(value, tuple):
        return any(_has_raw(inner) for _, inner in value)
    return any(map(_has_raw, value)) if isinstance(value, list) else isinstance(value, Raw)


def _marked(value: Value) -> Value:
    """Return the tree with texts that stand for themselves marked, so that they can lose their quotes."""
    if isinstance(value, tuple):
        return tuple((name, _marked(inner)) for name, inner in value)
    if isinstance(value, list):
        return [_marked(item) for item in value]
    return f"\0{value}\0" if isinstance(value, Raw) and "\\" not in value else value


class _Writer:
    """One text in YAML; its habits stay the same from line to line, most of the time."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._step = dice.pick((2, 2, 2, 2, 4, 1, 3))
        self._list_step = dice.pick((0, 2, 2, 0, 4, 1))
        self._flow_from = dice.pick((9, 9, 9, 4, 3, 2, 1, 0))
        self._quotes = dice.pick(("plain", "plain", '"', "'", "any"))
        self._comments = dice.pick((0, 0, 0, 9, 5, 30))
        self._shares = dice.pick((0, 0, 0, 0, 3, 6))
        self._slips = dice.pick((0, 0, 0, 0, 120, 120, 40))
        self._anchors: dict[str, str] = {}
        self._merges: list[str] = []

    def document(self, value: Value) -> Sequence[str]:
        if isinstance(value, (tuple, list)) and value and self._flow_from:
            return list(self._block(value, 0, 0))
        before = self._dice.pick(("# in one line\n", "--- ", "!!map ", "&all ", ""))
        return [before + self._inline(value)]

    def _block(self, value: Value, indent: int, depth: int) -> Iterable[str]:
        if isinstance(value, tuple):
            if self._merges and self._sharing():
                yield f"{' ' * indent}<<: {self._dice.pick((f'*{self._merges[-1]}', '[*a1, *a1]', '*nobody', 'x'))}"
            for name, inner in value:
                yield from self._noise(indent)
                step = self._list_step if isinstance(inner, list) else self._step
                yield from self._after(
                    f"{' ' * self._slip(indent)}{self._key(name, indent)}:", inner, indent + step, depth + 1
                )
        elif isinstance(value, list):
            for item in value:
                yield from self._noise(indent)
                yield from self._item(item, self._slip(indent), depth + 1)

    def _item(self, item: Value, indent: int, depth: int) -> Iterable[str]:
        dash = f"{' ' * indent}-"
        if isinstance(item, tuple) and item and self._flow_from > depth and not self._sharing():
            first, *rest = self._block(item, indent + 2, depth)
            if first.lstrip()[:1] not in {"#", ""}:
                return [f"{dash} {first.lstrip()}", *rest]
            return [dash, first, *rest]
        return self._after(dash, item, indent + 2, depth)

    def _after(self, head: str, value: Value, indent: int, depth: int) -> Iterable[str]:
        """Yield what follows a key or dash: on the same line, or on the lines below."""
        anchor = self._anchor(value)
        if anchor.startswith("*"):
            yield f"{head} {anchor}"
        elif isinstance(value, (tuple, list)) and value and self._flow_from > depth:
            yield f"{head}{anchor}{self._comment()}"
            yield from self._block(value, indent, depth)
        elif isinstance(value, str) and value and not isinstance(value, Raw) and self._dice.once_in(40):
            yield f"{head}{anchor} {self._dice.pick(('|-', '>-', '|', '|+', '>', '|2-'))}"
            yield " " * max(indent, 2) + value
        else:
            yield f"{head}{anchor} {self._inline(value)}{self._comment()}".rstrip(" ")

    def _anchor(self, value: Value) -> str:
        """Return ` &name` for a value that may be wanted again, `*name` for one that has a name, mostly nothing."""
        if not self._shares or isinstance(value, Raw) or not self._sharing():
            return ""
        known = self._anchors.get(repr(value))
        if known:
            return f"*{known}"
        name = self._anchors[repr(value)] = f"a{len(self._anchors) + 1}"
        if isinstance(value, tuple):
            self._merges.append(name)
        return f" &{name}"

    def _sharing(self) -> bool:
        return bool(self._shares) and self._dice.once_in(self._shares)

    def _inline(self, value: Value) -> str:
        if isinstance(value, tuple):
            return self._flow("{", [f"{self._key(name, 0)}: {self._inline(inner)}" for name, inner in value], "}")
        if isinstance(value, list):
            return self._flow("[", [self._inline(item) for item in value], "]")
        return self._scalar(value)

    def _flow(self, start: str, parts: list[str], end: str) -> str:
        odd = (",", " , ", ",\n      ", ",\t", ", # x\n   ", " ", ",,")
        between = self._dice.pick((*(", ",) * 12, *odd)) if self._slips else ", "
        last = between.rstrip(" ") if self._slips and parts and self._dice.once_in(20) else ""
        return f"{start}{between.join(parts)}{last}{end}"

    def _key(self, name: str, indent: int) -> str:
        plain = name if PLAIN.fullmatch(name) or isinstance(name, Raw) else json.dumps(name, ensure_ascii=False)
        if not self._slips:
            return plain
        odd = (f"'{name}'", f"{plain} ", f"? {plain}\n{' ' * indent}", f"!!str {plain}", f"&k{indent} {plain}")
        return self._dice.pick((*(plain,) * 16, json.dumps(name), *odd))

    def _scalar(self, value: Value) -> str:
        if isinstance(value, Raw):
            return value
        if isinstance(value, str):
            return self._text(value)
        if value is None:
            return self._dice.pick(("null", "~", "", "Null"))
        if isinstance(value, bool):
            words = ("true", "yes", "on", "True", "TRUE") if value else ("false", "no", "off", "False")
            return self._dice.pick(words) if self._slips else words[0]
        return json.dumps(value)

    def _text(self, value: str) -> str:
        style = self._dice.pick(("plain", '"', "'")) if self._quotes == "any" else self._quotes
        safe = PLAIN.fullmatch(value) is not None and value.lower() not in WORDS_THAT_ARE_NONE
        if style == "plain" and (
            safe or (self._slips and self._dice.once_in(self._slips // 6) and value.isprintable())
        ):
            return value
        if style == "'" and value.isprintable():
            return "'" + value.replace("'", "''") + "'"
        return json.dumps(value, ensure_ascii=not value.isprintable())

    def _slip(self, indent: int) -> int:
        if self._slips and self._dice.once_in(self._slips):
            return max(0, indent + self._dice.pick((1, -1, 2, -2, 4)))
        return indent

    def _comment(self) -> str:
        if self._comments and self._dice.once_in(self._comments):
            return self._dice.pick((" ", "  ", "\t", "")) + self._dice.pick(COMMENTS)
        return ""

    def _noise(self, indent: int) -> Iterable[str]:
        """Yield a comment or an empty line of its own, now and then."""
        if self._comments and self._dice.once_in(self._comments):
            yield self._dice.pick(("", " " * indent, "", "\t", "     ")) + self._dice.pick(("", *COMMENTS))
