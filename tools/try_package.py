"""Builds the wheel, installs it in an empty environment and runs it outside the checkout: `tools/dev package`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
POLICY = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: metadata\n"


def main() -> None:
    """Build and try the wheel; the process ends with an error where something is not as it must be."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        wheel = build(folder)
        build_again(folder)
        program = install(wheel, folder)
        try_out(program, folder)
    print(f"{wheel.name}: installed alone and run outside the checkout")


def build(folder: Path) -> Path:
    """Return the wheel, built with the archive of the sources beside it and without fetching anything."""
    call([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-t", "sdist", "-d", str(folder)], ROOT)
    return next(folder.glob("auditlint-*.whl"))


def build_again(folder: Path) -> None:
    """Build once more, from a copy of the sources with other times: the bytes must be the same."""
    copy, again = folder / "copy", folder / "again"
    again.mkdir()
    for name in ("auditlint", "rules", "schemas", "README.md", "LICENSE", "pyproject.toml", ".gitignore"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(
                source, copy / name, copy_function=shutil.copyfile, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            shutil.copyfile(source, copy / name)
    call([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-t", "sdist", "-d", str(again)], copy)
    for made in sorted(again.iterdir()):
        if made.read_bytes() != (folder / made.name).read_bytes():
            raise SystemExit(f"{made.name} is not the same when it is built again")


def install(wheel: Path, folder: Path) -> Path:
    """Return the program, installed with its locked dependencies in an environment of its own."""
    environment = folder / "environment"
    venv.create(environment, with_pip=True)
    pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    needs = folder / "constraints.txt"
    needs.write_text("".join(line for line in pins()), encoding="utf-8")
    call([*pip, "-c", str(needs), str(wheel)], folder)
    return environment / "bin" / "auditlint"


def pins() -> list[str]:
    """Return the versions of the lock file as constraints."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    return [line.rstrip(" \\") + "\n" for line in lines if "==" in line]


def try_out(program: Path, folder: Path) -> None:
    """Run each command where no checkout is, and look at what it says."""
    policy = folder / "audit-policy.yaml"
    policy.write_text(POLICY, encoding="utf-8")
    run = subprocess.run(
        [program, "check", "--format", "json", policy], cwd=folder, capture_output=True, text=True, check=False
    )
    report = json.loads(run.stdout)
    if run.returncode != 1 or [finding["rule"] for finding in report["findings"]] != ["invalid-level"]:
        raise SystemExit(f"check: exit {run.returncode}: {run.stdout}{run.stderr}")
    call([str(program), "init", "started"], folder)
    call([str(program), "check", "--min-severity=info", "started"], folder)
    for rule in json.loads(call([str(program), "rules", "--format", "json"], folder)):
        page = call([str(program), "explain", rule["name"]], folder)
        if not page.startswith(f"# {rule['name']}"):
            raise SystemExit(f"explain {rule['name']}: {page[:80]}")
    for name in ("config", "policy", "report"):
        json.loads(call([str(program), "schema", name], folder))


def call(command: list[str], folder: Path) -> str:
    """Run a command that must end well, and return what it prints."""
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if run.returncode:
        raise SystemExit(f"{' '.join(command)}: exit {run.returncode}\n{run.stdout}{run.stderr}")
    return run.stdout


if __name__ == "__main__":
    main()
