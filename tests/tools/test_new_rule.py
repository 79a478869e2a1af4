"""Adding a rule stays one function and one page: `tools/dev new-rule` makes both, and nothing else is touched."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import new_rule
import pytest

ROOT = Path(__file__).parent.parent.parent

FILLED = '''
@rule("level-is-request", severity=Severity.WARNING, summary="a rule of level Request")
def level_is_request(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules of level Request."""
    for index, one in enumerate(policy.loaded.policy.rules if policy.loaded.policy else ()):
        if one.level == "Request":
            yield context.key(policy.at("rules", index), "this rule logs bodies", help="Write `level: Metadata`")
'''


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    for folder in ("auditlint", "rules", "schemas"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_each_category_has_a_room() -> None:
    assert {"policy-syntax", "policy-matching", "apiserver-flags", "hygiene"} <= set(new_rule.rooms(ROOT))


def test_makes_a_function_and_a_page(scratch: Path) -> None:
    before = {path: path.read_bytes() for path in scratch.rglob("*") if path.is_file()}
    made = new_rule.make(scratch, "level-is-request", "policy-matching")
    after = {path: path.read_bytes() for path in scratch.rglob("*") if path.is_file()}
    assert {path for path in after if after[path] != before.get(path)} == set(made)
    assert compile(made[0].read_text(encoding="utf-8"), str(made[0]), "exec")


def test_a_rule_works_with_its_function_and_page_alone(scratch: Path) -> None:
    module, page = new_rule.make(scratch, "level-is-request", "policy-matching")
    text = module.read_text(encoding="utf-8")
    module.write_text(text[: text.index('\n\n@rule("level-is-request"')] + "\n" + FILLED, encoding="utf-8")
    policy = scratch / "audit-policy.yaml"
    policy.write_text("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Request\n", encoding="utf-8")

    def auditlint(*arguments: str) -> str:
        program = [sys.executable, "-m", "auditlint", *arguments]
        run = subprocess.run(program, cwd=scratch, capture_output=True, text=True, check=False)
        return run.stdout + run.stderr

    checked = auditlint("check", "--no-config", "--quiet", "--select", "level-is-request", policy.name)
    assert checked == (
        "audit-policy.yaml:4:3: warning: this rule logs bodies. Write `level: Metadata` [level-is-request]\n"
    )
    assert "level-is-request" in auditlint("rules")
    assert page.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ") in auditlint("explain", page.stem)


@pytest.mark.parametrize(
    ("name", "category", "message"),
    [
        ("Level", "policy-matching", "is not a name for a rule"),
        ("new-rule", "policies", "is not a category"),
        ("unknown-verb", "policy-matching", "is there already"),
    ],
)
def test_says_what_cannot_be(scratch: Path, name: str, category: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        new_rule.make(scratch, name, category)
