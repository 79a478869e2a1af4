"""What `check --fix` and `check --diff` do with fixed files: write them, or show a patch."""

from __future__ import annotations

import os
from difflib import unified_diff
from typing import TYPE_CHECKING

from auditlint.cli import terminal
from auditlint.english import counted
from auditlint.finding import Notice
from auditlint.text.source import UnreadableError, read_file, reason, replace_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from auditlint.rewriting import Fixed, FixedFile

_NO_END = b"\n\\ No newline at end of file\n"


def patch(files: Iterable[FixedFile]) -> bytes:
    """Return what changes in files, for `patch -p1` and `git apply`."""
    return b"".join(line for file in files for line in _changes(file))


def _changes(file: FixedFile) -> Iterator[bytes]:
    """Yield the lines of a patch; bytes stand for characters of the same number, so that none is lost."""
    before, after = ([line.decode("latin-1") for line in _lines(data)] for data in (file.before, file.after))
    name = os.fsencode(file.path.replace(os.sep, "/").removeprefix("./").lstrip("/")).decode("latin-1")
    end = "\t" if " " in name else ""  # what ends a name with blanks
    for line in unified_diff(before, after, f"a/{name}{end}", f"b/{name}{end}"):
        data = line.encode("latin-1")
        yield data if data.endswith(b"\n") else data + _NO_END


def _lines(data: bytes) -> list[bytes]:
    """Return lines with their line feeds, as patches count them."""
    lines = data.split(b"\n")
    return [*(line + b"\n" for line in lines[:-1]), *lines[-1:]] if lines[-1] else [line + b"\n" for line in lines[:-1]]


def write(fixed: Fixed, texts: Mapping[str, bytes]) -> tuple[Notice, ...]:
    """Write files as they are after their fixes, and on standard output the text that came from standard input.

    `texts` holds that text by its name. Returns why a file is left as it is.
    """
    after = {file.path: file.after for file in fixed.files}
    for name, text in texts.items():
        terminal.stream(after.get(name, text))
    reasons = ((file.path, _write(file)) for file in fixed.files if file.path not in texts)
    return tuple(Notice(path, f"{why}: not fixed") for path, why in reasons if why)


def _write(file: FixedFile) -> str:
    """Write a file as it is after its fixes; return why that cannot be, "" where it was done."""
    try:
        if read_file(file.path) != file.before:
            return "was changed by somebody else while it was checked"
        replace_file(file.path, file.after)
    except UnreadableError as error:
        return error.reason
    except OSError as error:
        return f"cannot be written ({reason(error)})"
    return ""


def told(fixed: Fixed, *, wrote: bool) -> str:
    """Return in words what was fixed, or would be."""
    findings, files = counted(len(fixed.findings), "finding"), counted(len(fixed.files), "file")
    if fixed.by_comments:
        return f"{'added' if wrote else 'would add'} ignore comments for {findings} in {files}"
    return f"{'fixed' if wrote else 'would fix'} {findings} in {files}"
