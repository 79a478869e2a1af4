"""`tools/dev mutate` tells what tests notice and what they do not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import mutate
import pytest
from mutants import mutants_of, text_of

ROOT = Path(__file__).parents[2]
MODULE = """\
from __future__ import annotations
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from a import b
@cache(size=3)
def f(a: int = 1, *b: Literal[2]) -> Literal[3]:
    if a == 1 and not b:
        return max(a, 1)
    return [x + 1 for x in zip(b, b, strict=True) if x]
"""


def test_what_is_changed() -> None:
    assert [(one.line, one.what) for one in mutants_of(MODULE)] == [
        (6, "1 is 2"),
        (7, "1 is 2"),
        (7, "And is Or"),
        (7, "Eq is NotEq"),
        (7, "not is taken away"),
        (7, "the condition is turned round"),
        (8, "1 is 2"),
        (8, "max is min"),
        (9, "1 is 2"),
        (9, "Add is Sub"),
        (9, "a condition is turned round"),
    ]


def test_each_change_is_one_of_its_own() -> None:
    texts = [text_of(MODULE, one) for one in mutants_of(MODULE)]
    assert len({MODULE, *texts}) == len(texts) + 1
    assert "    return min(a, 1)" in texts[7]
    assert "if not x]" in texts[10]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Make a checkout of one module with one test, which looks at one of two functions, in another process."""
    files = {
        "made/__init__.py": "",
        "made/m.py": (
            "def one(a):\n    return a + 1\n\n\ndef two(a):\n    if a < 3:\n        a += 1\n    return a > 1\n"
        ),
        "tests/test_m.py": (
            "import subprocess, sys\n"
            "from made.m import two\n"
            "def test_one():\n"
            "    print_it = 'from made.m import one; print(one(2))'\n"
            "    assert subprocess.check_output([sys.executable, '-c', print_it]) == b'3\\n'\n"
            "def test_two():\n"
            "    assert two(1)\n"
        ),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_what_no_test_notices_is_told(house: Path) -> None:
    program = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(ROOT / "tools")!r})
import mutate
mutants = [one for one in mutate.mutants_of(Path("made/m.py").read_text()) if one.what in ("Add is Sub", "Gt is GtE")]
print(len(mutants), [one.what for one in mutate.survivors(Path.cwd(), "made/m.py", mutants, ["tests/test_m.py"])])
"""
    run = subprocess.run([sys.executable, "-c", program], cwd=house, capture_output=True, text=True, check=False)
    assert run.stdout.splitlines()[-1] == "3 ['Gt is GtE']", run.stdout + run.stderr
    assert "made/m.py:8: Gt is GtE: lives" in run.stdout


def test_a_copy_holds_what_tests_need(tmp_path: Path) -> None:
    folder = mutate.copied(ROOT, tmp_path)
    assert not (folder / "auditlint").is_symlink()
    assert (folder / "pyproject.toml").resolve() == ROOT / "pyproject.toml"
