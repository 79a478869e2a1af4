"""Keeps a bug of ours, or a file too large for the memory, from ending a run: it is told, the others are judged."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from auditlint.finding import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator


class Guard:
    """Collects what failed through a bug of ours or for want of memory; with `debug` the exceptions of bugs pass."""

    def __init__(self, *, debug: bool = False) -> None:
        self.crashed: list[Notice] = []
        self.exhausted: dict[str, Notice] = {}
        """Of each file for which the memory did not suffice that this was so."""
        self._debug = debug

    @contextmanager
    def over(self, path: str, work: str) -> Iterator[None]:
        """Turn an exception of the block into an entry that names the file and the work that failed."""
        try:
            yield
        except MemoryError:
            self.exhausted.setdefault(path, Notice(path, "out of memory: what else there is to say of it is not said"))
        except Exception as error:
            if self._debug:
                raise
            self.crashed.append(Notice(path, f"{work} failed: {type(error).__name__}: {error}"))
