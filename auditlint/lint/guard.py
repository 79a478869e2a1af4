"""Keeps a bug of ours from ending a run: what fails on one file is told, and the others are judged."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from auditlint.finding import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator


class Guard:
    """Collects what failed through a bug of ours; with `debug` the exceptions pass."""

    def __init__(self, *, debug: bool = False) -> None:
        self.crashed: list[Notice] = []
        self._debug = debug

    @contextmanager
    def over(self, path: str, work: str) -> Iterator[None]:
        """Turn an exception of the block into an entry that names the file and the work that failed."""
        try:
            yield
        except Exception as error:
            if self._debug:
                raise
            self.crashed.append(Notice(path, f"{work} failed: {type(error).__name__}: {error}"))
