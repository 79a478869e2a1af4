"""Changes texts as slips of the hand do: lines lost, doubled, swapped or shifted, letters in, out or changed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.agreement.blunders import ODD_VALUES
from tests.agreement.writer import encoded
from tests.text.texts import TOKENS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.agreement.dice import Dice

    Edit = Callable[[list[str], int, Dice], None]

KEY = re.compile(r"[A-Za-z]+(?=\s*:)")
PIECES = (
    *TOKENS,
    *(
        "\\u0000",
        "\\ud800",
        "\\/",
        "\\x41",
        "\\",
        "NaN",
        "1e5",
        "-",
        "//",
        "/*",
        '",',
        '":',
        "null",
        "  # ",
        ": {",
        ": [",
    ),
    *("<<: *a1", "&a1 ", "*a1", "#" + "x" * 600, "  " * 300, "- - - ", "[" * 30, "? ", "'", "\t", "\u00a0", "\u200b"),
)
BYTES = (b"\x00", b"\xff", b"\xe9", b"\xed\xa0\x80", b"\x7f", b"\xc2\x85", b"\xef\xbb\xbf", b"\xc0\x80", b"\x0c")


def mutated(text: str, dice: Dice) -> bytes:
    """Return the text with one or a few changes."""
    for _ in range(dice.pick((1, 1, 1, 1, 2, 2, 4))):
        lines = text.split("\n")
        dice.pick(EDITS)(lines, dice.number(len(lines)), dice)
        text = "\n".join(lines)
    if dice.once_in(8):
        text = text.replace("\n", dice.pick(("\r\n", "\r", "\n\n", "\x85", "\n ")))
    data = encoded(text, dice)
    if dice.once_in(16):
        at = dice.number(len(data) + 1)
        data = data[:at] + dice.pick(BYTES) + data[at + dice.number(2) :]
    return data


def _delete(lines: list[str], at: int, dice: Dice) -> None:
    del lines[at : at + 1 + dice.number(3)]


def _double(lines: list[str], at: int, dice: Dice) -> None:
    lines[at:at] = lines[at : at + 1 + dice.number(4)]


def _swap(lines: list[str], at: int, dice: Dice) -> None:
    other = dice.number(len(lines))
    lines[at], lines[other] = lines[other], lines[at]


def _shift(lines: list[str], at: int, dice: Dice) -> None:
    """Indent some lines more, or less."""
    by = dice.pick(("  ", " ", "\t", "-1", "-2", "    ", "-4"))
    for number in range(at, min(len(lines), at + 1 + dice.pick((0, 0, 1, 3, 99)))):
        line = lines[number]
        lines[number] = line[min(int(by[1]), len(line) - len(line.lstrip())) :] if by[0] == "-" else by + line


def _insert(lines: list[str], at: int, dice: Dice) -> None:
    column = dice.number(len(lines[at]) + 1)
    lines[at] = lines[at][:column] + dice.pick(PIECES) + lines[at][column:]


def _cut(lines: list[str], at: int, dice: Dice) -> None:
    column = dice.number(len(lines[at]) + 1)
    lines[at] = lines[at][:column] + lines[at][column + 1 + dice.number(3) :]


def _exchange(lines: list[str], at: int, dice: Dice) -> None:
    line = lines[at]
    one, other = sorted((dice.number(len(line) + 1), dice.number(len(line) + 1)))
    lines[at] = line[:one] + line[other : other + 1] + line[one + 1 : other] + line[one : one + 1] + line[other + 1 :]


def _change_case(lines: list[str], at: int, dice: Dice) -> None:
    change = dice.pick((str.upper, str.lower, str.capitalize, str.swapcase))
    lines[at] = KEY.sub(lambda found: change(found[0]), lines[at], count=1)


def _change_value(lines: list[str], at: int, dice: Dice) -> None:
    head, colon, _ = lines[at].partition(":")
    if not colon:
        head, colon = re.match(r"[ -]*", lines[at])[0], ""  # type: ignore[index] # it matches every line
    lines[at] = f"{head}{colon} {dice.pick(ODD_VALUES)}"


def _drop_dash(lines: list[str], at: int, dice: Dice) -> None:
    lines[at] = lines[at].replace("- ", dice.pick(("", "  ", "-", "* ", "– ")), 1)


def _join(lines: list[str], at: int, dice: Dice) -> None:
    lines[at : at + 2] = [dice.pick(("", " ", ", ")).join(lines[at : at + 2])]


def _into_flow(lines: list[str], at: int, dice: Dice) -> None:
    start, end = dice.pick((("[", "]"), ("{", "}"), ('"', '"'), ("'", "'"), ("{{ ", " }}"), ("[", "")))
    head, colon, rest = lines[at].rpartition(": ")
    lines[at] = f"{head}{colon}{start}{rest}{end}"


EDITS: tuple[Edit, ...] = (
    _delete,
    _double,
    _swap,
    _shift,
    _shift,
    _insert,
    _insert,
    _cut,
    _exchange,
    _change_case,
    _change_value,
    _change_value,
    _drop_dash,
    _join,
    _into_flow,
)
