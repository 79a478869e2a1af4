"""Builds kube-apiserver, etcd and the maker of keys from their Go modules, once for each pinned version."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

from auditlint.kubernetes.releases import NEWEST
from tests.e2e.processes import run

SOURCE = Path(__file__).resolve().parent / "server"
CACHE = SOURCE.parents[2] / ".cache" / "e2e"
_PINNED = re.compile(r"^\tk8s\.io/kubernetes (v1\.(\d+)\.\d+)\b", re.MULTILINE)
_PACKAGES = {
    "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
    "etcd": "go.etcd.io/etcd/server/v3",
    "keys": "./keys",
}
_LONGEST_BUILD = 3600.0


class ProgramsError(Exception):
    """The programs cannot be built."""


class Programs(NamedTuple):
    """Where the programs are, and which release of Kubernetes they are."""

    folder: Path
    version: str

    @property
    def apiserver(self) -> str:
        """The path of kube-apiserver."""
        return str(self.folder / "kube-apiserver")

    @property
    def etcd(self) -> str:
        """The path of etcd."""
        return str(self.folder / "etcd")

    def make_keys(self, folder: Path, *clients: str) -> None:
        """Write keys and certificates into a folder; a client is `name:organization:organization`."""
        run([str(self.folder / "keys"), str(folder), *clients], cwd=folder, timeout=60)


def build() -> Programs:
    """Return the programs; builds those that are not there (many minutes the first time)."""
    version = _pinned_version()
    programs = Programs(CACHE / f"{version}-{_digest()}", version)
    for name, package in _PACKAGES.items():
        if not (programs.folder / name).exists():
            _compile(package, programs.folder / name, version)
    return programs


def _pinned_version() -> str:
    match = _PINNED.search((SOURCE / "go.mod").read_text())
    if match is None:
        raise ProgramsError("tests/e2e/server/go.mod requires no k8s.io/kubernetes")
    if int(match[2]) != NEWEST:
        raise ProgramsError(f"tests/e2e/server/go.mod requires {match[1]}, but auditlint knows 1.{NEWEST}: raise it")
    return match[1]


def _digest() -> str:
    digest = hashlib.sha256()
    for name in ("go.mod", "go.sum", "keys/main.go"):
        digest.update((SOURCE / name).read_bytes())
    return digest.hexdigest()[:16]


def _compile(package: str, target: Path, version: str) -> None:
    """Build one program, in low priority and beside its place, so that half a program is never taken for one."""
    if shutil.which("go") is None:
        raise ProgramsError("Go is needed to build kube-apiserver: https://go.dev/doc/install")
    print(f"building {target.name} ({package}), this may take many minutes ...", file=sys.stderr, flush=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(".unfinished")
    flags = f"-s -w -X k8s.io/component-base/version.gitVersion={version}"
    command = ["go", "build", "-p", "2", "-buildvcs=false", "-trimpath", "-ldflags", flags, "-o", str(unfinished)]
    nice = ["nice"] if shutil.which("nice") else []
    environment = {**os.environ, "GOFLAGS": "-mod=readonly", "GOWORK": "off"}
    done = run([*nice, *command, package], cwd=SOURCE, timeout=_LONGEST_BUILD, environment=environment)
    if done.returncode:
        raise ProgramsError(f"go build {package} failed:\n{done.output[-3000:]}")
    unfinished.replace(target)
