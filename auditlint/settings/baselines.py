"""A baseline: the findings of an old repository that are known, in a file that is kept beside it.

An entry names a file, a rule and what is written there, never a line, so that it holds where lines move.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from auditlint.errors import ConfigError
from auditlint.records import NamedTuple
from auditlint.text import source

if TYPE_CHECKING:
    from collections.abc import Iterable

KIND = "auditlint-baseline"
VERSION = 1
_AGAIN = "write it again with --write-baseline"
_LONE = re.compile("[\ud800-\udfff]")
_MOST = 1_000_000
"""Findings that one entry may stand for."""


class Entry(NamedTuple):
    """Findings of one rule in one file at what is written alike."""

    path: str
    """As seen from the folder of the baseline, with slashes."""
    rule: str
    content: str
    """A digest of what is written there."""
    number: int
    """How many."""
    text: str = ""
    """What is written there, for people; the first of it."""


class Baseline(NamedTuple):
    """The entries of a file."""

    path: str
    entries: tuple[Entry, ...] = ()
    data: bytes = b""
    """The file as it is."""

    def name_of(self, path: str) -> str:
        """Return the path of a file as entries name it."""
        folder = os.path.dirname(self.path)
        return os.path.relpath(path, folder or ".").replace(os.sep, "/")

    def path_of(self, name: str) -> str:
        """Return the path of a file that entries name, as seen from the working directory."""
        return os.path.normpath(os.path.join(os.path.dirname(self.path), name))

    def lines(self) -> dict[tuple[str, str, str], int]:
        """Return the lines of entries, by their files, rules and contents: of those that are written on one line."""
        import json

        found: dict[tuple[str, str, str], int] = {}
        for number, line in enumerate(self.data.splitlines(), 1):
            try:
                entry = _entry(json.loads(line.strip().rstrip(b",")))
            except (ValueError, RecursionError):
                continue
            if entry is not None:
                found.setdefault(entry[:3], number)
        return found


def read(path: str, *, missing: bool = False) -> Baseline:
    """Return the baseline in a file; `missing`: the file need not be there. Raises ConfigError."""
    if missing and not os.path.lexists(path):
        return Baseline(path)
    try:
        data = source.read_file(path)
    except source.UnreadableError as error:
        raise ConfigError(f"{path}: {error.reason}") from None
    return Baseline(path, tuple(_entries(path, data)), data)


def written(entries: Iterable[Entry]) -> str:
    """Return the text of a baseline, an entry a line, so that a change of it can be read."""
    lines = ",\n".join(f"  {_line(entry)}" for entry in sorted(entries))
    findings = f"[\n{lines}\n ]" if lines else "[]"
    return f'{{\n "kind": "{KIND}",\n "version": {VERSION},\n "findings": {findings}\n}}\n'


def _line(entry: Entry) -> str:
    """Return an entry as JSON; what UTF-8 has no bytes for, as in names of files that are no UTF-8, is escaped."""
    import json

    named = dict(zip(("path", "rule", "content", "count", "text"), entry, strict=True))
    return _LONE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(named, ensure_ascii=False))


def _entries(path: str, data: bytes) -> Iterable[Entry]:
    document = _json(path, data)
    if not isinstance(document, dict) or document.get("kind") != KIND:
        raise ConfigError(f'{path}:1: is no baseline: its "kind" is not "{KIND}"')
    if document.get("version") != VERSION:
        raise ConfigError(f"{path}:1: is a baseline of another version than {VERSION}: {_AGAIN}")
    listed = document.get("findings")
    if not isinstance(listed, list):
        raise ConfigError(f'{path}:1: "findings" is no list: {_AGAIN}')
    found: dict[tuple[str, str, str], Entry] = {}
    for index, item in enumerate(listed):
        entry = _entry(item)
        if entry is None:
            line = _line_of(data, index)
            raise ConfigError(
                f"{path}:{line}: findings/{index} is no finding with path, rule, content and count: {_AGAIN}"
            )
        known = found.get(entry[:3])
        found[entry[:3]] = entry._replace(number=min(entry.number + known.number, _MOST)) if known else entry
    return found.values()


def _json(path: str, data: bytes) -> Any:
    import json

    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        raise ConfigError(f"{path}:{error.lineno}: is no JSON: {error.msg}: {_AGAIN}") from None
    except RecursionError:
        raise ConfigError(f"{path}:1: nested too deep for a baseline: {_AGAIN}") from None
    except ValueError:  # bytes that are no UTF-8, numbers of thousands of digits
        raise ConfigError(f"{path}:{_odd_line(data)}: is no JSON that auditlint writes: {_AGAIN}") from None


def _odd_line(data: bytes) -> int:
    """Return the line with bytes that are no UTF-8, or with a number that is too long."""
    for number, line in enumerate(data.split(b"\n"), 1):
        if re.search(rb"\d{4000}", line) or "\ufffd" in line.decode("utf-8", "replace"):
            return number
    return 1


def _entry(item: Any) -> Entry | None:
    if not isinstance(item, dict):
        return None
    path, rule, content, text = (item.get(key, "") for key in ("path", "rule", "content", "text"))
    number = item.get("count")
    if not all(isinstance(one, str) for one in (path, rule, content, text)) or not (path and rule and content):
        return None
    return Entry(path, rule, content, number, text) if type(number) is int and 0 < number <= _MOST else None


def _line_of(data: bytes, index: int) -> int:
    """Return the line of a bad entry, however the file is laid out."""
    from auditlint.text.json_reader import read_json
    from auditlint.text.nodes import Mapping, Sequence

    root = read_json(data).documents[0].root
    listed = (
        next((one.value for one in root.entries if one.name == "findings"), None) if isinstance(root, Mapping) else None
    )
    return listed.items[index].span.line if isinstance(listed, Sequence) and index < len(listed.items) else 1
