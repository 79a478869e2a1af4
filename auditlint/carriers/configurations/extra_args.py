"""The flags of kube-apiserver in kubeadm's way: a mapping of names to texts, or a list of names and values.

Source: `ControlPlaneComponent` in cmd/kubeadm/app/apis/kubeadm/v1beta3 and v1beta4 of k8s.io/kubernetes, and
app/util/arguments.go (two dashes are put in front of each name; arguments are sorted by name and value).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.carriers.containers import command
from auditlint.carriers.containers.command import Item
from auditlint.subjects.slips import Slip, SlipKind
from auditlint.subjects.spelling_of_flags import KEYS, PAIRS, Converted
from auditlint.subjects.templates import is_template
from auditlint.text.values import get, items, pairs, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.path import Path
    from auditlint.subjects.spelling_of_flags import Spelling
    from auditlint.text.plain import Plain


class ExtraArgs(NamedTuple):
    """Flags as one format has them."""

    items: tuple[Item, ...]
    """In the order in which the server gets them."""
    slips: tuple[Slip, ...]
    spelling: Spelling
    """How they are written, or would be; in the form that is wanted where they are in the other one."""


class Reader(NamedTuple):
    """Who reads the flags, and what for."""

    name: str
    """As a sentence has it: `kubeadm`."""
    form: str
    """The format, as a sentence has it: `kubeadm.k8s.io/v1beta4`."""
    pairs: bool | None
    """It wants a list of names and values; None if both will do, because nobody knows the version."""


class _Argument(NamedTuple):
    """One flag with its value as written."""

    name: str
    value: Plain
    item: Item

    @property
    def key(self) -> tuple[str, str]:
        """What kubeadm sorts arguments by."""
        return self.name, as_text(self.value)


def read(value: Plain, holder: Path, reader: Reader, variables: Plain = None) -> ExtraArgs:
    """Return the flags that stand at holder, with the variables of the container in them."""
    if isinstance(value, str):
        wrong = () if is_template(value) else tuple(_wrong_shape(value, holder, reader))
        return ExtraArgs((Item(value, holder, opaque=True),), wrong, PAIRS if reader.pairs else KEYS)
    as_pairs = isinstance(value, list) or (value is None and bool(reader.pairs))
    found = list(_pairs(value, holder) if as_pairs else _keys(value, holder))
    found.sort(key=lambda argument: argument.key)
    slips = (
        *_wrong_shape(value, holder, reader),
        *_repeated(value, holder, reader),
        *(slip for argument in found for slip in _slips(argument, reader)),
    )
    environment = command.environment((("env", variables),))
    expanded = tuple(_expanded(argument.item, environment) for argument in found)
    return ExtraArgs(expanded, slips, _spelling(reader, pairs=as_pairs))


def _spelling(reader: Reader, *, pairs: bool) -> Spelling:
    there, wanted = (PAIRS if one else KEYS for one in (pairs, reader.pairs))
    return there if reader.pairs in {None, pairs} else Converted(wanted, there)


def _expanded(item: Item, environment: command.Environment) -> Item:
    expanded, unknown = command.expand(item.text, environment)
    return item._replace(text=expanded, opaque=item.opaque or unknown or is_template(expanded))


def _keys(value: Plain, holder: Path) -> Iterator[_Argument]:
    for name, given in dict(pairs(value)).items():
        yield _argument(name, given, Item("", (*holder, name), by_key=True, written=name))


def _pairs(value: Plain, holder: Path) -> Iterator[_Argument]:
    """Yield pairs, and arguments as text where pairs belong: kubeadm refuses those, and what is meant is plain."""
    for index, entry in enumerate(items(value)):
        path, name = (*holder, index), text(entry, "name")
        if isinstance(entry, str):
            yield _Argument("", entry, Item(entry, path, opaque=is_template(entry)))
        elif name:
            yield _argument(name, get(entry, "value"), Item("", path, value_path=(*path, "value"), written=name))


def _argument(name: str, value: Plain, item: Item) -> _Argument:
    argument = f"--{name}={as_text(value)}"
    return _Argument(name, value, item._replace(text=argument, opaque=is_template(argument)))


def as_text(value: Plain) -> str:
    """Return a value as a string; where it is none kubeadm refuses it, and what is meant is plain."""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else "" if value is None else str(value)


def _wrong_shape(value: Plain, holder: Path, reader: Reader) -> Iterator[Slip]:
    """Yield the whole list if it is not what the reader wants; one without anything in it says nothing."""
    said = Slip(SlipKind.NO_LIST, holder, reader.name, written=str(holder[-1]), form=reader.form)
    if reader.pairs is True and not isinstance(value, list | None) and value != ():
        yield said._replace(spelling=PAIRS)
    elif reader.pairs is False and not isinstance(value, tuple | None) and value != []:
        yield said._replace(kind=SlipKind.NO_MAPPING, spelling=KEYS)


def _repeated(value: Plain, holder: Path, reader: Reader) -> Iterator[Slip]:
    seen: set[str] = set()
    for name, given in pairs(value):
        if name in seen:
            flag, said = name.lstrip("-"), as_text(given)
            yield Slip(SlipKind.REPEATED_KEY, (*holder, name), reader.name, flag, said, name, refuses=False)
        seen.add(name)


def _slips(argument: _Argument, reader: Reader) -> Iterator[Slip]:
    name, value, item = argument
    said = Slip(
        SlipKind.DASHES,
        item.path,
        reader.name,
        flag=name.lstrip("-"),
        value=as_text(value),
        written=name,
        form=reader.form,
    )
    if not name:
        if not item.opaque and reader.pairs:
            flag, equals, given = item.text.lstrip("-").partition("=")
            meant = given if equals else None
            yield said._replace(kind=SlipKind.NO_PAIR, flag=flag, value=meant, written=item.text, spelling=PAIRS)
        return
    if name.startswith("-"):
        yield said
    if isinstance(value, bool | int | float):
        yield said._replace(kind=SlipKind.NO_TEXT, written=as_text(value), value_path=item.value_path)
