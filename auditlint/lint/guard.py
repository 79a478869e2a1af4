"""Keeps a bug of ours, or a file too large for the memory, from ending a run: it is told, the others are judged."""

from __future__ import annotations

from auditlint.finding import Notice
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType


class Guard:
    """Collects what failed through a bug of ours or for want of memory; with `debug` the exceptions of bugs pass."""

    def __init__(self, *, debug: bool = False) -> None:
        self.crashed: list[Notice] = []
        self.exhausted: dict[str, Notice] = {}
        """Of each file for which the memory did not suffice that this was so."""
        self._debug = debug

    def over(self, path: str, work: str) -> _Over:
        """Turn an exception of a block into an entry that names the file and the work that failed."""
        return _Over(self, path, work)

    def takes(self, error: BaseException, path: str, work: str) -> bool:
        """Tell whether an exception ends here; make an entry of it."""
        if isinstance(error, MemoryError):
            self.exhausted.setdefault(path, Notice(path, "out of memory: what else there is to say of it is not said"))
            return True
        if self._debug or not isinstance(error, Exception):
            return False
        self.crashed.append(Notice(path, f"{work} failed: {type(error).__name__}: {error}"))
        return True


class _Over:
    """A block that a guard stands over: there is one for each rule and policy, so it is no generator."""

    __slots__ = ("_guard", "_path", "_work")

    def __init__(self, guard: Guard, path: str, work: str) -> None:
        self._guard, self._path, self._work = guard, path, work

    def __enter__(self) -> None:
        """Begin the block."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> bool:
        """End the block."""
        return error is not None and self._guard.takes(error, self._path, self._work)
