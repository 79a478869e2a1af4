"""How a carrier writes a flag of kube-apiserver: the text for a message, and the change that a fix makes of it."""

from __future__ import annotations

import re

from auditlint.change import Append, Delete, RenameKey, SetValue
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auditlint.change import Change, Content
    from auditlint.path import Path

_BARE_WORD = re.compile(r"[\w@%+=:,./-]+", re.ASCII)


class Spelling(Protocol):
    """How one carrier writes flags.

    A value of None is that of a flag which stands alone: `--profiling`.
    """

    @property
    def entries(self) -> str:
        """What a sentence calls several arguments: `list items`."""

    def name(self, flag: str) -> str:
        """Return what a sentence calls a flag."""

    def text(self, flag: str, value: str | None = None) -> str:
        """Return a flag with its value, to be pasted."""

    def lines(self, flags: Sequence[tuple[str, str | None]]) -> list[str]:
        """Return flags with their values as lines of a block to paste."""

    def added(self, holder: Path, flag: str, value: str | None = None) -> Change:
        """Return what adds a flag to what holds the flags."""

    def changed(self, argument: Path, flag: str, value: str | None = None) -> tuple[Change, ...]:
        """Return what makes an argument this flag with this value."""

    def deleted(self, argument: Path) -> Change:
        """Return what takes an argument out."""


class Items(NamedTuple):
    """A list whose items are arguments, such as `--audit-log-maxage=30`; also lines or words of a text."""

    dashes: str = "--"
    """What stands in front of a flag's name in an item: `--`; nothing in k3s' `kube-apiserver-arg`."""
    entries: str = "list items"
    """What a sentence calls several items."""
    in_quotes: bool = False
    """The items are words of a shell, and in quotes where it asks for that."""

    def name(self, flag: str) -> str:
        """Return the flag with what stands in front of it."""
        return f"{self.dashes}{flag}"

    def text(self, flag: str, value: str | None = None) -> str:
        """Return the item."""
        return self.item(flag, value)

    def lines(self, flags: Sequence[tuple[str, str | None]]) -> list[str]:
        """Return the items, behind dashes if they stand in a list."""
        items = [self.item(*flag) for flag in flags]
        return items if self.in_quotes else [f"- {item}" for item in items]

    def added(self, holder: Path, flag: str, value: str | None = None) -> Change:
        """Return what puts the item behind the others."""
        return Append(holder, self.item(flag, value))

    def changed(self, argument: Path, flag: str, value: str | None = None) -> tuple[Change, ...]:
        """Return what writes the item anew."""
        return (SetValue(argument, self.item(flag, value)),)

    def deleted(self, argument: Path) -> Change:
        """Return what takes the item out."""
        return Delete(argument)

    def item(self, flag: str, value: str | None) -> str:
        """Return an item; without dashes a flag cannot stand alone."""
        if value is None and not self.dashes:
            value = "true"
        item = f"{self.dashes}{flag}" if value is None else f"{self.dashes}{flag}={value}"
        if not self.in_quotes or _BARE_WORD.fullmatch(item):
            return item
        return "'" + item.replace("'", "'\\''") + "'"


class Options(NamedTuple):
    """Items without dashes under a key, and flags that are keys beside it, as in the configuration of k3s and RKE2."""

    key: str
    """The key of the list: `kube-apiserver-arg`."""
    entries: str = "list items"

    def name(self, flag: str) -> str:
        """Return the flag."""
        return flag

    def text(self, flag: str, value: str | None = None) -> str:
        """Return the item."""
        return _ITEM.text(flag, value)

    def lines(self, flags: Sequence[tuple[str, str | None]]) -> list[str]:
        """Return the items behind dashes, below the key of the list."""
        return [f"{self.key}:", *_ITEM.lines(flags)]

    def added(self, holder: Path, flag: str, value: str | None = None) -> Change:
        """Return what puts the item behind the others."""
        return _ITEM.added(holder, flag, value)

    def changed(self, argument: Path, flag: str, value: str | None = None) -> tuple[Change, ...]:
        """Return what writes the item anew, or the key; a flag that another key stands for is added."""
        last = argument[-1]
        if last == flag:
            return (SetValue(argument, _or_true(value)),)
        if isinstance(last, int) or last == self.key:
            return _ITEM.changed(argument, flag, value)
        return (_ITEM.added((*argument[:-1], self.key), flag, value),)

    def deleted(self, argument: Path) -> Change:
        """Return what takes the item or the key out."""
        return Delete(argument)


_ITEM = Items("")


class Wrapped(NamedTuple):
    """Items that stand at a key of their own in mappings, such as `arg` in the configuration of k3d."""

    item: Items
    key: str
    entries: str = "list items"

    def name(self, flag: str) -> str:
        """Return the flag with what stands in front of it."""
        return self.item.name(flag)

    def text(self, flag: str, value: str | None = None) -> str:
        """Return the item."""
        return self.item.text(flag, value)

    def lines(self, flags: Sequence[tuple[str, str | None]]) -> list[str]:
        """Return each in its mapping."""
        return [f"- {self.key}: {self.item.text(*flag)}" for flag in flags]

    def added(self, holder: Path, flag: str, value: str | None = None) -> Change:
        """Return what puts the mapping behind the others."""
        return Append(holder, ((self.key, self.item.text(flag, value)),))

    def changed(self, argument: Path, flag: str, value: str | None = None) -> tuple[Change, ...]:
        """Return what writes the item anew."""
        return self.item.changed(argument, flag, value)

    def deleted(self, argument: Path) -> Change:
        """Return what takes the mapping out."""
        return Delete(argument[:-1])


class Keys(NamedTuple):
    """A mapping from flags to strings, such as `audit-log-maxage: "30"` in kubeadm until v1beta3."""

    entries: str = "keys"
    dashes: str = ""
    """What stands in front of a flag's name in a key: `--` in a launch configuration of microk8s."""

    def name(self, flag: str) -> str:
        """Return the key."""
        return f"{self.dashes}{flag}"

    def text(self, flag: str, value: str | None = None) -> str:
        """Return the key with its value in quotes."""
        return f"{self.name(flag)}: {_quoted(value)}"

    def lines(self, flags: Sequence[tuple[str, str | None]]) -> list[str]:
        """Return each on a line of its own."""
        return [self.text(*flag) for flag in flags]

    def added(self, holder: Path, flag: str, value: str | None = None) -> Change:
        """Return what adds the key."""
        return SetValue((*holder, self.name(flag)), _or_true(value))

    def changed(self, argument: Path, flag: str, value: str | None = None) -> tuple[Change, ...]:
        """Return what sets the key's value, and its name if that is another."""
        return _key_changed(argument, self.name(flag), _or_true(value))

    def deleted(self, argument: Path) -> Change:
        """Return what takes the key out."""
        return Delete(argument)


class Pairs(NamedTuple):
    """A list of names and values, such as `{name: audit-log-maxage, value: "30"}` in kubeadm from v1beta4 on."""

    name_key: str = "name"
    value_key: str = "value"
    entries: str = "list items"

    def name(self, flag: str) -> str:
        """Return the name."""
        return flag

    def text(self, flag: str, value: str | None = None) -> str:
        """Return the item on one line."""
        return f"- {{{self.name_key}: {flag}, {self.value_key}: {_quoted(value)}}}"

    def lines(self, flags: Sequence[tuple[str, str | None]]) -> list[str]:
        """Return each on a line of its own."""
        return [self.text(*flag) for flag in flags]

    def added(self, holder: Path, flag: str, value: str | None = None) -> Change:
        """Return what puts the pair behind the others."""
        return Append(holder, ((self.name_key, flag), (self.value_key, _or_true(value))))

    def changed(self, argument: Path, flag: str, value: str | None = None) -> tuple[Change, ...]:
        """Return what sets the pair's name and value."""
        named = SetValue((*argument, self.name_key), flag)
        return named, SetValue((*argument, self.value_key), _or_true(value))

    def deleted(self, argument: Path) -> Change:
        """Return what takes the pair out."""
        return Delete(argument)


class Converted(NamedTuple):
    """Flags that stand in one form where the tool wants another: advice is in that, changes are in the first."""

    wanted: Spelling
    there: Spelling

    @property
    def entries(self) -> str:
        """What a sentence calls several arguments, as they should be written."""
        return self.wanted.entries

    def name(self, flag: str) -> str:
        """Return what a sentence calls a flag."""
        return self.wanted.name(flag)

    def text(self, flag: str, value: str | None = None) -> str:
        """Return a flag with its value, as it should be written."""
        return self.wanted.text(flag, value)

    def lines(self, flags: Sequence[tuple[str, str | None]]) -> list[str]:
        """Return flags with their values, as they should be written."""
        return self.wanted.lines(flags)

    def added(self, holder: Path, flag: str, value: str | None = None) -> Change:
        """Return what adds the flag to what is there."""
        return self.there.added(holder, flag, value)

    def changed(self, argument: Path, flag: str, value: str | None = None) -> tuple[Change, ...]:
        """Return what makes what is there this flag."""
        return self.there.changed(argument, flag, value)

    def deleted(self, argument: Path) -> Change:
        """Return what takes out what is there."""
        return self.there.deleted(argument)


class Fields(NamedTuple):
    """Keys with names of their own and typed values, such as `auditLogMaxAge: 30` in kops."""

    names: Mapping[str, str]
    """The key for each flag that the carrier has one for."""
    entries: str = "keys"

    def name(self, flag: str) -> str:
        """Return the key; the flag itself where there is none."""
        return self.names.get(flag, f"--{flag}")

    def text(self, flag: str, value: str | None = None) -> str:
        """Return the key with its value."""
        typed = _typed(value)
        return f"{self.name(flag)}: {_quoted(typed) if isinstance(typed, str) else str(typed).lower()}"

    def lines(self, flags: Sequence[tuple[str, str | None]]) -> list[str]:
        """Return each on a line of its own."""
        return [self.text(*flag) for flag in flags]

    def added(self, holder: Path, flag: str, value: str | None = None) -> Change:
        """Return what adds the key."""
        return SetValue((*holder, self.name(flag)), _typed(value))

    def changed(self, argument: Path, flag: str, value: str | None = None) -> tuple[Change, ...]:
        """Return what sets the key's value, and its name if that is another."""
        return _key_changed(argument, self.name(flag), _typed(value))

    def deleted(self, argument: Path) -> Change:
        """Return what takes the key out."""
        return Delete(argument)


class Attributes(NamedTuple):
    """Attributes of a block of Terraform with names of their own, such as `max_age = 30` in `rancher2_cluster`."""

    names: Mapping[str, str]
    entries: str = "attributes"

    def name(self, flag: str) -> str:
        """Return the attribute; the flag itself where there is none."""
        return self.names.get(flag, flag)

    def text(self, flag: str, value: str | None = None) -> str:
        """Return the attribute with its value."""
        typed = _typed(value)
        name = self.name(flag) if flag in self.names else f'"{flag}"'
        return f"{name} = {_quoted(typed) if isinstance(typed, str) else str(typed).lower()}"

    def lines(self, flags: Sequence[tuple[str, str | None]]) -> list[str]:
        """Return each on a line of its own."""
        return [self.text(*flag) for flag in flags]

    def added(self, holder: Path, flag: str, value: str | None = None) -> Change:
        """Return what adds the attribute."""
        return SetValue((*holder, self.name(flag)), _typed(value))

    def changed(self, argument: Path, flag: str, value: str | None = None) -> tuple[Change, ...]:
        """Return what sets the attribute's value."""
        return _key_changed(argument, self.name(flag), _typed(value))

    def deleted(self, argument: Path) -> Change:
        """Return what takes the attribute out."""
        return Delete(argument)


def _key_changed(argument: Path, name: str, value: Content) -> tuple[Change, ...]:
    written = SetValue(argument, value)
    return (written,) if argument[-1:] == (name,) else (written, RenameKey(argument, name))


def _or_true(value: str | None) -> str:
    return "true" if value is None else value


def _quoted(value: str | None) -> str:
    """Return a string as YAML and JSON write it in double quotes."""
    return '"' + _or_true(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _typed(value: str | None) -> Content:
    """Return what a carrier with types has for a value: a number, a boolean, else the string."""
    if value is None or value in {"true", "false"}:
        return value != "false"
    return int(value) if re.fullmatch(r"-?\d+", value, re.ASCII) else value


ARGUMENTS = Items()
"""`--audit-log-maxage=30`, an item of a container's `command` or `args`, or a line of a file of arguments."""
WORDS = Items(entries="words", in_quotes=True)
"""The same as a word of a shell or of a systemd unit."""
KEYS = Keys()
PAIRS = Pairs()
MINIKUBE = Items("--extra-config=apiserver.", entries="words", in_quotes=True)
"""`--extra-config=apiserver.audit-log-maxage=30`."""
SERVER_CONFIG = Options("kube-apiserver-arg")
"""`audit-log-maxage=30`, an item of `kube-apiserver-arg` in the configuration of k3s and RKE2."""
SERVER_OPTIONS = Items("--kube-apiserver-arg=", entries="words", in_quotes=True)
"""`--kube-apiserver-arg=audit-log-maxage=30` on the command line of k3s and RKE2."""
K3D = Wrapped(Items("--kube-apiserver-arg="), "arg")
"""`arg: --kube-apiserver-arg=audit-log-maxage=30` in the configuration of k3d."""
