"""The image, as far as it goes without an engine: what reaches its build, and what its commands make of that."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pytest
import tomli

from tests.places.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RECIPE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
RUNTIME = {
    *("attrs", "auditlint", "click", "jsonschema", "jsonschema-specifications", "msgspec", "PyYAML"),
    *("referencing", "rpds-py", "ruamel.yaml", "tomli", "typing_extensions"),
}


def instructions(word: str) -> list[str]:
    """Return what stands behind an instruction, each time."""
    joined = RECIPE.replace("\\\n", " ")
    return [line.removeprefix(f"{word} ") for line in joined.splitlines() if line.startswith(f"{word} ")]


def sent() -> Iterator[str]:
    """Yield the tracked files that .dockerignore lets through: of its patterns the last counts that fits.

    Source: docs.docker.com, "Build context", ".dockerignore files"; a pattern fits a file or a folder above it.
    """
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in filter(None, listed.split("\0")):
        fitting = [pattern for pattern in patterns if _fits(pattern.removeprefix("!"), name)]
        if fitting and fitting[-1].startswith("!"):
            yield name


def _fits(pattern: str, name: str) -> bool:
    """Tell whether a pattern, in which a star stands for one name, fits a path or a folder above it."""
    anywhere = pattern.startswith("**/")
    parts, steps = pattern.removeprefix("**/").split("/"), name.split("/")
    starts = range(len(steps)) if anywhere else (0,)
    return any(len(steps) - start >= len(parts) and all(map(fnmatchcase, steps[start:], parts)) for start in starts)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the build stage leaves in /opt/auditlint, made by its own commands from what reaches it."""
    root = tmp_path_factory.mktemp("image")
    for name in sent():
        (root / "source" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / "source" / name)
    (command,) = instructions("RUN")
    moved = (
        command.replace("/source/", f"{root}/source/").replace("/opt/", f"{root}/opt/").replace("python3 ", "PYTHON ")
    )
    subprocess.run(["sh", "-euc", moved.replace("PYTHON", sys.executable)], check=True)
    return root / "opt/auditlint"


def test_only_what_is_needed_is_sent() -> None:
    tops = {name.partition("/")[0] for name in sent()}
    assert tops == {"LICENSE", "README.md", "auditlint", "integrations", "pyproject.toml", "rules", "schemas"}


def test_what_is_installed(built: Path) -> None:
    found = {path.name.partition("-")[0] for path in built.glob("lib/python3*/site-packages/*.dist-info")}
    normal = {re.sub(r"[-_.]+", "-", name).lower() for name in found}
    assert normal <= {re.sub(r"[-_.]+", "-", name).lower() for name in RUNTIME} | {"setuptools"}
    assert {"auditlint", "click", "msgspec"} <= normal


def test_the_lock_is_that_of_the_tests() -> None:
    """What users get is what the tests ran with, and holds all that auditlint needs."""
    ours, tests = (set(_pins(name)) for name in ("integrations/requirements.lock", "requirements.lock"))
    assert ours <= tests
    project = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {re.split(r"[^\w.-]", need)[0].lower().replace(".", "-") for need in project["dependencies"]}
    assert needed <= {name for name, _ in ours}


def _pins(name: str) -> Iterator[tuple[str, str]]:
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([\w.-]+)==([^ ;\\]+)", line):
            yield match[1].lower().replace(".", "-"), match[2]


def test_the_modules_are_compiled(built: Path) -> None:
    (package,) = built.glob("lib/python3*/site-packages/auditlint")
    sources = {path.relative_to(package).with_suffix("") for path in package.rglob("*.py")}
    compiled = {path.relative_to(package).parent.parent / path.name.split(".")[0] for path in package.rglob("*.pyc")}
    assert sources
    assert sources - compiled == set()


def test_it_checks_what_is_mounted(built: Path, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: metadata}]\n")
    (entry,), (command,) = instructions("ENTRYPOINT"), instructions("CMD")
    words = [*re.findall(r'"([^"]*)"', entry), *re.findall(r'"([^"]*)"', command)]
    environment = {"PATH": f"{built / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    run = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stdout.startswith("./p.yaml:3:") or run.stdout.startswith("p.yaml:3:")


def test_it_is_nobody() -> None:
    assert instructions("USER") == ["65532:65532"]
    stages = [line.split()[0] for line in instructions("FROM")]
    assert stages == ["python:${PYTHON}-slim"] * 2
