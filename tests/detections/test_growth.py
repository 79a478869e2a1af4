"""Reading detection rules, tests and baselines, and judging them: work grows no faster than the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from auditlint import Policy
from auditlint.detections import acts
from auditlint.settings import baselines
from auditlint.settings.baselines import Entry
from auditlint.testing import run_files
from tests.growth import FACTOR, LINEAR, growth

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

POLICY = Policy.from_text("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n")
RULE = "- {rule: R%s, desc: d, condition: %s, output: o, priority: INFO, source: k8s_audit}\n"
SIGMA = "title: T\nlogsource: {product: kubernetes, service: audit}\ndetection:\n  s: {%s}\n  condition: s\n"
QUERY = "[rule]\nname='a'\nlanguage='%s'\ntype='%s'\nindex=['logs-kubernetes.audit_logs-*']\nquery='''%s'''\n"


def names(size: int, between: str = ", ") -> str:
    return between.join(f"a{number}" for number in range(size))


def quoted(size: int) -> str:
    return ", ".join(f'"a{number}"' for number in range(size))


RULES: dict[str, tuple[str, Callable[[int], str]]] = {
    "rules": ("f.yaml", lambda size: "".join(RULE % (number, "ka.verb=create") for number in range(size))),
    "names": ("f.yaml", lambda size: RULE % (1, f"'ka.target.name in ({names(size)})'")),
    "alternatives": ("f.yaml", lambda size: RULE % (1, " or ".join(f"ka.target.name=a{at}" for at in range(size)))),
    "a list": ("f.yaml", lambda size: f"- {{list: l, items: [{names(size)}]}}\n" + RULE % (1, "ka.user.name in (l)")),
    "macros": (
        "f.yaml",
        lambda size: (
            "".join(f"- {{macro: m{at}, condition: ka.verb=a or m{at + 1}}}\n" for at in range(size))
            + f"- {{macro: m{size}, condition: ka.verb=get}}\n"
            + RULE % (1, "m0")
        ),
    ),
    "entries that append": (
        "f.yaml",
        lambda size: RULE % (1, "ka.verb=get") + "- {rule: R1, append: true, condition: or ka.verb=list}\n" * size,
    ),
    "documents": ("s.yml", lambda size: "---\n".join([SIGMA % "verb: list"] * size)),
    "values": ("s.yml", lambda size: SIGMA % f"objectRef.name: [{names(size)}]"),
    "words": ("e.toml", lambda size: QUERY % ("kuery", "query", f"user.name:({names(size, ' or ')})")),
    "quoted words": ("e.toml", lambda size: QUERY % ("eql", "eql", f"any where user.name in ({quoted(size)})")),
}


@pytest.mark.parametrize("kind", RULES)
def test_detections(kind: str, tmp_path: Path) -> None:
    name, text = RULES[kind]

    def work(size: int) -> Callable[[], object]:
        path = tmp_path / f"{size}{name}"
        path.write_text(text(size), encoding="utf-8")
        return lambda: POLICY.detect([str(path)]).report

    assert growth(work, 25) <= LINEAR * FACTOR


CASES: dict[str, Callable[[int], str]] = {
    "cases": lambda size: "- {path: /a, user: b, level: None}\n" * size,
    "groups": lambda size: f"- {{path: /a, user: b, level: None, groups: [{names(size)}]}}\n",
    "resources": lambda size: f"- {{every: {{verbs: [get], resources: [{names(size)}]}}, at-least: Metadata}}\n",
    "users": lambda size: f"- {{every: {{verbs: [get], users: [{names(size)}]}}, at-least: Metadata}}\n",
}


@pytest.mark.parametrize("kind", CASES)
def test_tests(kind: str, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_bytes(POLICY.content)

    def work(size: int) -> Callable[[], object]:
        path = tmp_path / f"{size}.test.yaml"
        path.write_text(f"policy: p.yaml\ncases:\n{CASES[kind](size)}", encoding="utf-8")
        return lambda: run_files([str(path)])

    assert growth(work, 25) <= LINEAR * FACTOR


def test_baselines(tmp_path: Path) -> None:
    def work(size: int) -> Callable[[], object]:
        path = tmp_path / f"{size}.json"
        entries = (Entry(f"a{number}.yaml", "invalid-level", "0", 1) for number in range(size))
        path.write_text(baselines.written(entries), encoding="utf-8")
        return lambda: baselines.read(str(path)).lines()

    assert growth(work, 25) <= LINEAR * FACTOR


def test_exceptions_that_are_too_many_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is held against everybody that another one names, up to a bound."""
    rows = "".join(f"    - [a{number}, b]\n" for number in range(40))
    path = tmp_path / "f.yaml"
    path.write_text(
        "- rule: R\n  desc: d\n  condition: ka.verb=get\n  output: o\n  priority: INFO\n  source: k8s_audit\n"
        "  exceptions:\n  - name: e\n    fields: [ka.user.name, ka.target.name]\n    comps: [=, =]\n"
        f"    values:\n{rows}",
        encoding="utf-8",
    )
    (seen,) = POLICY.detect([str(path)]).report.detections
    assert seen.verdict == "sees"
    monkeypatch.setattr(acts, "_MOST_TOLD", 1_000)
    (unjudged,) = POLICY.detect([str(path)]).report.detections
    assert unjudged.verdict == "not-judged"
    assert "too many people and resources" in str(unjudged.reason)
