"""Finds kube-apiserver and its arguments in the command line of a container, as the kubelet and shells make it."""

from __future__ import annotations

import re
from functools import partial

from auditlint.carriers.containers.shell import simple_commands
from auditlint.records import NamedTuple
from auditlint.subjects.model import NotText, WordPlace
from auditlint.subjects.templates import is_template
from auditlint.text.values import get, has, items, pairs, text
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auditlint.carriers.containers.shell import Word
    from auditlint.path import Path
    from auditlint.text.plain import Plain

PROGRAM = "kube-apiserver"
MULTICALL = "hyperkube"
SHELLS = frozenset({"sh", "ash", "bash", "dash", "ksh", "zsh"})
WRAPPERS = frozenset({
    "busybox", "catatonit", "chpst", "chroot", "command", "dumb-init", "env", "exec", "flock", "go-runner", "gosu",
    "ionice", "kube-log-runner", "nice", "nohup", "nsenter", "numactl", "runuser", "s6-setuidgid", "setpriv", "setsid",
    "stdbuf", "strace", "su-exec", "sudo", "taskset", "time", "timeout", "tini", "tini-static", "watch-termination",
})  # fmt: skip
"""Programs that run the command in their arguments."""

_PROMPTS = frozenset({"$", "%", ">"})
_KEYWORDS = frozenset({"if", "then", "elif", "else", "while", "until", "do", "!", "{", "time"})
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
_REFERENCE = re.compile(r"\$(?:\$|\(([^)]*)\))")
_LONGEST = 1 << 17
"""Bytes: Linux takes no longer argument (`MAX_ARG_STRLEN`), so what one expands to beyond that is not looked at."""
_SERVICE_VARIABLE = re.compile(r"_(?:SERVICE_HOST|SERVICE_PORT|PORT)(?:_[A-Z0-9_]+)?$")
_MARKED = re.compile(r"\{\{[^{}]*\}\}|\{%[^%]*%\}")


class Item(NamedTuple):
    """One argument on a command line."""

    text: str
    path: Path
    opaque: bool = False
    """Some of it is known at run time only."""
    value_path: Path | None = None
    """The way to the value, where that is a node of its own."""
    by_key: bool = False
    """It stands at a key of a mapping."""
    written: str = ""
    """What the file says for the flag, where that is not the argument itself."""
    word: WordPlace | None = None
    """Where it stands in the string at `path`, if it is one of several words there."""
    expanded: bool = False
    """The file has a variable where it has the value."""


class CommandLine(NamedTuple):
    """The arguments of a kube-apiserver, without the program's name."""

    items: tuple[Item, ...]
    list_path: Path
    """The way to the list they stand in, or would."""
    there: Path | None = None
    """As much of that way as leads somewhere, where it does not lead all the way."""


def find(container: Plain, base: Path) -> CommandLine | None:
    """Return the command line of the kube-apiserver that a container runs; None if it runs something else."""
    argv = given(container, base)
    for way in (directly, _scripted, partial(_by_entrypoint, container)):
        found = way(argv)
        if found is not None:
            return CommandLine(tuple(found), (found or argv)[-1].path[: len(base) + 1])
    return None


def not_text(container: Plain, base: Path) -> tuple[NotText, ...]:
    """Return what is no string in `command` and `args`; the kubelet refuses such a Pod."""
    wrong: list[NotText] = []
    for key in ("command", "args"):
        value = get(container, key)
        if value is not None and not isinstance(value, list):
            wrong.append(NotText((*base, key)))
        wrong += [
            _wrong((*base, key, index), item)
            for index, item in enumerate(items(value))
            if not isinstance(item, str | None)
        ]
    return tuple(wrong)


def _wrong(path: Path, value: Plain) -> NotText:
    """Return an item that is no string, with the flag in `--audit-log-path: /var/log/audit.log`."""
    entry = pairs(value)
    name, given = entry[0] if len(entry) == 1 else ("", None)
    if isinstance(name, str) and name.startswith("--"):
        return NotText(path, name[2:].replace("_", "-"), _as_text(given))
    return NotText(path, text=_as_text(value))


def _as_text(value: Plain) -> str:
    """Return a number, a boolean or a string as a string; empty for all else."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else ""


def given(container: Plain, base: Path) -> list[Item]:
    """Return all of `command` and `args`, with `$(NAME)` expanded as the kubelet does."""
    variables = environment(container)
    found = []
    for key in ("command", "args"):
        for item in _raw(get(container, key), (*base, key)):
            expanded, unknown = expand(item.text, variables)
            opaque = item.opaque or unknown or is_template(expanded)
            found.append(item._replace(text=expanded, opaque=opaque, expanded=expanded != item.text))
    return found


def _raw(value: Plain, path: Path) -> list[Item]:
    """Return the items of a list; a string where the list belongs is taken as the words of a shell."""
    if isinstance(value, str):
        return [item for command in simple_commands(value)[:1] for item in _words(command, value, path)]
    return [_item(item, (*path, index)) for index, item in enumerate(items(value))]


def _item(value: Plain, path: Path) -> Item:
    return Item(value, path) if isinstance(value, str) else Item("", path, opaque=value is not None)


class Environment(NamedTuple):
    """The environment variables of a container, as far as a manifest tells."""

    values: Mapping[str, str | None]
    """None where the value is known at run time only."""
    more: bool
    """There may be variables besides these (`envFrom`)."""


def environment(container: Plain) -> Environment:
    """Return the variables of `env`; each value may refer to those before it."""
    values: dict[str, str | None] = {}
    known = Environment(values, has(container, "envFrom"))
    for variable in items(get(container, "env")):
        value = get(variable, "value")
        if has(variable, "valueFrom") or not isinstance(value, str | None) or is_template(value or ""):
            values[text(variable, "name")] = None
        else:
            expanded, unknown = expand(value or "", known)
            values[text(variable, "name")] = None if unknown else expanded
    return known


def expand(value: str, environment: Environment) -> tuple[str, bool]:
    """Return value with each `$(NAME)` replaced, and whether one of them is known at run time only.

    A name that is not set stays as it is written, `$$` stands for `$`. Source: the expansion package of Kubernetes
    (third_party/forked/golang/expansion).
    """
    if "$" not in value:
        return value, False
    unknown, room = False, _LONGEST

    def replaced(reference: re.Match[str]) -> str:
        nonlocal unknown, room
        name = reference[1]
        if name is None:
            return "$"
        known = environment.values.get(name, reference[0])
        at_run_time = environment.more or _SERVICE_VARIABLE.search(name) is not None
        unknown = unknown or known is None or (name not in environment.values and at_run_time)
        room -= len(known or "")
        unknown = unknown or room < 0
        return reference[0] if known is None or room < 0 else known

    closed, bracket, rest = value.rpartition(")")
    return _REFERENCE.sub(replaced, closed + bracket) + rest.replace("$$", "$"), unknown


def directly(argv: Sequence[Item]) -> Sequence[Item] | None:
    """Return what follows kube-apiserver in a list of arguments; None if they do not run it."""
    if not argv or argv[0].text.startswith("-"):
        return None
    for index, item in enumerate(argv):
        name = _base_name(item.text)
        if name == PROGRAM and _is_run(argv, index):
            return argv[index + 1 :]
        if name == MULTICALL and index + 1 < len(argv) and argv[index + 1].text in {PROGRAM, "apiserver"}:
            return argv[index + 2 :]
    return None


def _is_run(argv: Sequence[Item], index: int) -> bool:
    """Tell whether the program at index is run: it stands first, a wrapper runs it, or a path is followed by flags."""
    if index == 0 or _base_name(argv[0].text) in WRAPPERS:
        return True
    return argv[index].text.startswith("/") and index + 1 < len(argv) and argv[index + 1].text.startswith("--")


def _base_name(value: str) -> str:
    return value.rpartition("/")[2]


def _scripted(argv: Sequence[Item]) -> Sequence[Item] | None:
    """Return the arguments of a kube-apiserver that `sh -c` runs."""
    shell = next((i for i, item in enumerate(argv[:8]) if _base_name(item.text) in SHELLS), None)
    if shell is None or (shell > 0 and _base_name(argv[0].text) not in WRAPPERS):
        return None
    script = _script(argv, shell + 1)
    if script is None:
        return None
    positional = argv[script + 2 :]
    for command in simple_commands(_MARKED.sub(_as_word, argv[script].text)):
        found = directly(_without_prefix(_in_script(command, argv[script])))
        if found is not None:
            return [each for word in found for each in (positional if word.text in {"$@", "$*"} else (word,))]
    return None


def _in_script(command: Sequence[Word], script: Item) -> list[Item]:
    """Return the words of a command as arguments; whether a variable stands for one of them is that of the script."""
    words = _words(command, script.text, script.path)
    return [word._replace(opaque=word.opaque or is_template(word.text), expanded=script.expanded) for word in words]


def _words(command: Sequence[Word], text: str, path: Path) -> list[Item]:
    """Return the words of a command in a text as arguments, with their places in it."""
    ends = [0, *(word.end for word in command)]
    return [
        Item(word.text, path, word.opaque, word=WordPlace(word.start, word.end, text[end : word.start]))
        for word, end in zip(command, ends, strict=False)
    ]


def _as_word(mark: re.Match[str]) -> str:
    """Return a template mark as one word for the shell."""
    return re.sub(r"[^\w{}%.]", "_", mark[0])


def in_shell(words: Sequence[Word], text: str) -> Sequence[Item] | None:
    """Return the arguments of the kube-apiserver that a command of a shell's text starts, each with its number.

    A prompt before the command is passed over; None if it starts something else.
    """
    argv = [item._replace(path=(index,)) for index, item in enumerate(_words(words, text, ()))]
    argv = [item._replace(word=None, opaque=item.opaque or is_template(item.text)) for item in argv]
    return directly(_without_prefix(argv[argv[:1] != [] and argv[0].text in _PROMPTS :]))


def _script(argv: Sequence[Item], index: int) -> int | None:
    """Return where the script of a shell's `-c` stands among its arguments, from index on; None if it has none."""
    reads_command = False
    while index < len(argv) and argv[index].text[:1] in {"-", "+"}:
        letters = argv[index].text[1:]
        reads_command = reads_command or (not letters.startswith("-") and "c" in letters)
        index += 2 if letters.endswith(("o", "O")) and not letters.startswith("-") else 1
    return index if reads_command and index < len(argv) else None


def _without_prefix(words: list[Item]) -> list[Item]:
    """Return a command without leading keywords of the shell and assignments."""
    start = 0
    while start < len(words) and (words[start].text in _KEYWORDS or _ASSIGNMENT.match(words[start].text)):
        start += 1
    return words[start:]


def _by_entrypoint(container: Plain, argv: Sequence[Item]) -> Sequence[Item] | None:
    """Return the arguments where the image's own entrypoint is kube-apiserver and what is given are flags."""
    if not argv or (items(get(container, "command")) and has(container, "image")):
        return None
    name = _base_name(text(container, "image").partition("@")[0]).partition(":")[0]
    if name == MULTICALL and argv[0].text == "apiserver":
        return argv[1:]
    first = argv[0].text
    if not (first.startswith("--") or argv[0].opaque):
        return None
    nameless = not has(container, "image") and any(item.text.startswith("--audit-") for item in argv)
    return argv if name.startswith(PROGRAM) or nameless or _named(container) else None


def _named(container: Plain) -> bool:
    return not has(container, "image") and text(container, "name") == PROGRAM
