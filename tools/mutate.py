"""Changes one thing at a time in a module and runs its tests, which should fail: `tools/dev mutate MODULE TEST...`.

A change that no test notices is printed with its line: a test is missing there, or the code says more than it means.
"""

from __future__ import annotations

import argparse
import ast
import copy
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
_OTHER: dict[type[ast.AST], Any] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
}


def main() -> None:
    """Try the mutants of one module; the process ends with 1 if some live."""
    parser = argparse.ArgumentParser(prog="tools/dev mutate", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("module", help="such as auditlint/kubernetes/match.py")
    parser.add_argument("tests", nargs="+", help="files of tests, the most telling first")
    parser.add_argument("--most", type=int, default=40, help="mutants to try, drawn at random [40]")
    parser.add_argument("--seed", type=int, default=1, help="of the draw [1]")
    given = parser.parse_args()
    source = (ROOT / given.module).read_text(encoding="utf-8")
    mutants = list(mutants_of(ast.parse(source)))
    chosen = random.Random(given.seed).sample(mutants, min(given.most, len(mutants)))
    lived = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = copied(Path(scratch))
        if run(folder, given.tests):
            raise SystemExit("the tests fail without a change: mend that first")
        for line, what, text in sorted(chosen):
            (folder / given.module).write_text(text, encoding="utf-8")
            if not run(folder, given.tests):
                lived += 1
                print(f"{given.module}:{line}: {what}: lives", flush=True)
    print(f"{given.module}: {len(chosen) - lived} of {len(chosen)} mutants died, of {len(mutants)} there are")
    sys.exit(int(bool(lived)))


def copied(folder: Path) -> Path:
    """Return a copy of what the tests need."""
    for name in ("auditlint", "tests", "tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    for path in ROOT.iterdir():
        if not path.name.startswith(".") and not (folder / path.name).exists():
            (folder / path.name).symlink_to(path)
    return folder


def run(folder: Path, tests: list[str]) -> bool:
    """Tell whether a test fails; two minutes for a file are a failure too."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=120 * len(tests))
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def mutants_of(tree: ast.Module) -> Iterator[tuple[int, str, str]]:
    """Yield line, change and whole text for each change of one operator, condition or constant."""
    for number, node in enumerate(ast.walk(tree)):
        for position, what in enumerate(_changes(node)):
            changed = copy.deepcopy(tree)
            target = next(one for at, one in enumerate(ast.walk(changed)) if at == number)
            _apply(target, position)
            yield getattr(node, "lineno", 0), what, ast.unparse(changed)


def _changes(node: ast.AST) -> list[str]:
    """Return what can be changed in a node, in words."""
    if isinstance(node, ast.Compare):
        return [f"{type(op).__name__} is {_OTHER[type(op)].__name__}" for op in node.ops if type(op) in _OTHER]
    if isinstance(node, ast.BoolOp | ast.BinOp):
        return [f"{type(node.op).__name__} is {_OTHER[type(node.op)].__name__}"] if type(node.op) in _OTHER else []
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return ["not is taken away"]
    if isinstance(node, ast.IfExp | ast.If | ast.While):
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":  # the same to all who run it
            return []
        return ["the condition is turned round"]
    if isinstance(node, ast.Constant) and type(node.value) in {int, bool}:
        return [f"{node.value!r} is another"]
    return []


def _apply(node: ast.AST, position: int) -> None:
    if isinstance(node, ast.Compare):
        known = [at for at, op in enumerate(node.ops) if type(op) in _OTHER]
        node.ops[known[position]] = _OTHER[type(node.ops[known[position]])]()
    elif isinstance(node, ast.BoolOp | ast.BinOp):
        node.op = _OTHER[type(node.op)]()
    elif isinstance(node, ast.UnaryOp):
        node.op, node.operand = ast.Not(), ast.UnaryOp(ast.Not(), node.operand)
    elif isinstance(node, ast.IfExp | ast.If | ast.While):
        node.test = ast.UnaryOp(ast.Not(), node.test)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        node.value = not node.value if isinstance(node.value, bool) else node.value + 1


if __name__ == "__main__":
    main()
