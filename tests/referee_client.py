"""Asks the referee, a Go program over the real k8s.io/apiserver (see tests/referee/), what kube-apiserver does.

`with Referee(minor) as referee:` builds the program for that minor release of Kubernetes where it is not cached yet and
keeps one process open. As a program: `python -m tests.referee_client build 23 35` builds, and `ask 23` sends the JSON
lines of standard input to the referee of one minor.
"""

from __future__ import annotations

import argparse
import base64
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from auditlint.kubernetes.releases import NEWEST, NEWEST_KNOWN, RELEASES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import TracebackType

    from typing_extensions import Self

SOURCE = Path(__file__).resolve().parent / "referee"
CACHE = Path(os.environ.get("AUDITLINT_REFEREE_CACHE") or SOURCE.parents[1] / ".cache" / "referee")

COMPARED = tuple(sorted({23, 35, NEWEST, NEWEST_KNOWN}))
"""What the live comparisons ask: the oldest evaluator of that name, the last loader to refuse group `*`, the newest."""
OLDEST = 20  # the audit package of older releases lacks what the referee asks for
MODULES = {release.minor: release.staging for release in RELEASES if release.minor >= OLDEST}
LAST_WITH_CHECKER = 22  # from 1.23 on the checker of the audit package is called a policy rule evaluator
PROGRAM_MODULES = ("apimachinery", "apiserver", "component-base")
REPLACED = {"v0.38.0-beta.0": "sigs.k8s.io/structured-merge-diff/v7 => sigs.k8s.io/structured-merge-diff/v7 v7.0.0"}
"""What stands for a module that not every module proxy has (v7.0.1 here; it merges objects, which no question asks)."""
DEFAULT_LIMIT = 2_000_000

Answer = dict[str, Any]


class RefereeError(Exception):
    """The referee could not be built, or a question made no sense to it."""


def available(minor: int = NEWEST) -> bool:
    """Whether the referee of this minor can be asked: it is built already, or Go is there to build it."""
    return built(minor) or (minor in MODULES and shutil.which("go") is not None)


def built(minor: int = NEWEST) -> bool:
    """Whether the referee of this minor is there already, so that asking it costs no build."""
    return minor in MODULES and _binary(minor).exists()


def build(minor: int = NEWEST) -> Path:
    """Return the program for one minor; builds it (1 to 4 minutes) unless its very source was built before."""
    binary = _binary(minor)
    if not binary.exists():
        with _one_build_at_a_time():
            if not binary.exists():  # it may have been built while we waited
                _compile(minor, binary)
    return binary


def _binary(minor: int) -> Path:
    digest = hashlib.sha256(_version(minor).encode())
    for path in sorted((*SOURCE.glob("*.go"), *SOURCE.glob("go.*"))):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return CACHE / f"referee-1.{minor}-{digest.hexdigest()[:16]}"


def _version(minor: int) -> str:
    if minor not in MODULES:
        raise RefereeError(f"no known k8s.io/apiserver for 1.{minor}")
    return MODULES[minor]


@contextmanager
def _one_build_at_a_time() -> Iterator[None]:
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _compile(minor: int, binary: Path) -> None:
    with tempfile.TemporaryDirectory(prefix=f"build-1.{minor}-", dir=CACHE) as scratch:
        folder = Path(scratch)
        for path in (*SOURCE.glob("*.go"), *SOURCE.glob("go.*")):
            shutil.copy(path, folder)
        if minor != NEWEST:
            (folder / "go.sum").unlink()
            require(_version(minor), folder)
        tags = ["-tags=checker"] if minor <= LAST_WITH_CHECKER else []
        go(folder, "build", "-mod=mod", "-buildvcs=false", "-trimpath", *tags, "-o", "referee", ".")
        for stale in CACHE.glob(f"referee-1.{minor}-*"):
            stale.unlink()
        (folder / "referee").replace(binary)


def require(version: str, folder: Path) -> None:
    """Write a go.mod for the modules of one release: they alone decide which versions of the others come with them."""
    replaced = [f"replace {REPLACED[version]}"] if version in REPLACED else []
    (folder / "go.mod").write_text("\n".join(["module program", "go 1.20", *replaced]) + "\n")
    go(folder, "get", *(f"k8s.io/{name}@{version}" for name in PROGRAM_MODULES))


def go(folder: Path, *arguments: str) -> str:
    """Return what a command of Go prints; it fetches a newer Go where a module asks for one."""
    environment = {**os.environ, "GOTOOLCHAIN": "auto"}
    run = subprocess.run(["go", *arguments], cwd=folder, capture_output=True, text=True, check=False, env=environment)
    if run.returncode:
        raise RefereeError(f"go {' '.join(arguments)}: {run.stderr.strip()[-2000:]}")
    return run.stdout


class Referee:
    """One running referee; every method asks one question and waits for its answer."""

    def __init__(self, minor: int = NEWEST) -> None:
        self.minor = minor
        self._process = subprocess.Popen([build(minor)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        cast("IO[bytes]", self._process.stdin).close()
        cast("IO[bytes]", self._process.stdout).close()
        self._process.wait()

    def ask(self, question: Mapping[str, Any]) -> Answer:
        """Send one question as it stands; raises RefereeError where the referee can make nothing of it."""
        questions, answers = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)
        questions.write(json.dumps(question).encode() + b"\n")
        questions.flush()
        line = answers.readline()
        if not line:
            raise RefereeError(f"the referee ended with {self._process.wait()}")
        answer = cast("Answer", json.loads(line))
        if "failure" in answer:
            raise RefereeError(answer["failure"])
        return answer

    def load(self, data: bytes) -> Answer:
        """Load a policy file: `ok`, `error`, `warning` (the log, without time and place), `policy` or None."""
        return self.ask({"op": "load", "data": _base64(data)})

    def eval(self, data: bytes, requests: Sequence[Mapping[str, Any]]) -> Answer:
        """Evaluate requests: `error` of the loader, `verdicts` of `rule`, `level`, `omitStages`, `omitManagedFields`.

        A request has `user` (None: failed login), `groups`, `verb` and either `path` or `apiGroup`, `resource`,
        `subresource`, `namespace`, `name`; an absent one is empty.
        """
        return self.ask({"op": "eval", "data": _base64(data), "requests": list(requests)})

    def resolve(self, method: str, url: str) -> Answer:
        """Read an HTTP method and URL as the server does: `error`, or `resourceRequest` and the attributes."""
        return self.ask({"op": "resolve", "method": method, "url": url})

    def reach(self, data: bytes, limit: int = DEFAULT_LIMIT) -> Answer:
        """Try every kind of request there is: which rules and selectors are reached, which rules are redundant.

        `error` is set where the loader refuses or where more than `limit` requests would have to be tried (`size`).
        """
        return self.ask({"op": "reach", "data": _base64(data), "limit": limit})

    def flags(self, args: Sequence[str], known: Sequence[Mapping[str, str]] = ()) -> Answer:
        """Parse arguments: `parse` error, `validate` errors, `positional` arguments, `values` of the given flags.

        `known` names flags that have nothing to do with auditing: `name`, `type`, `bare` (value when none is given).
        """
        return self.ask({"op": "flags", "args": list(args), "known": [dict(flag) for flag in known]})

    def version(self) -> Answer:
        """Name the compiled-in k8s.io/apiserver and the Go release."""
        return self.ask({"op": "version"})


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def main() -> None:
    """Build referees, or talk to one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build").add_argument("minors", type=int, nargs="*", default=COMPARED)
    commands.add_parser("ask").add_argument("minor", type=int, nargs="?", default=NEWEST)
    options = parser.parse_args()
    if options.command == "ask":
        sys.exit(subprocess.run([build(options.minor)], check=False).returncode)
    for minor in options.minors:
        print(build(minor))


if __name__ == "__main__":
    main()
