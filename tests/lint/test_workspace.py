"""Facts and judgements are kept by content; one odd file ends no run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint import registry
from auditlint.carriers import recognise
from auditlint.finding import Severity
from auditlint.lint import Source, Workspace, check
from auditlint.lint.facts import Asked
from auditlint.lint.guard import Guard
from auditlint.rule import REGISTRY
from auditlint.settings import Settings

if TYPE_CHECKING:
    import pytest

POLICY = b"apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: None\n"
OTHER = POLICY.replace(b"None", b"Metadata")


def source(data: bytes, path: str = "p.yaml") -> Source:
    return Source(path, named=True, data=data)


def test_facts_are_kept_by_content_and_by_what_was_asked() -> None:
    workspace = Workspace()
    first = workspace.facts(source(POLICY), Asked())
    assert workspace.facts(source(POLICY), Asked()) is first
    assert workspace.facts(source(POLICY), Asked(minor=29)) is not first
    changed = workspace.facts(source(OTHER), Asked())
    assert changed.data == OTHER
    assert changed.subjects != first.subjects


def test_a_file_with_nothing_in_it_is_not_kept() -> None:
    assert Workspace().facts(source(b"kind: Service\n"), Asked()).data == b""


def test_a_second_run_says_the_same_and_judges_only_what_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace()
    files = [source(POLICY, "a.yaml"), source(OTHER, "b.yaml")]
    first = check(files, Settings(), workspace=workspace)
    judged: list[str] = []
    for name, rule in [*REGISTRY.items()]:

        def spy(subject: object, context: object, rule: object = rule) -> object:
            judged.append(subject.path)  # type: ignore[attr-defined]
            return rule.check(subject, context)  # type: ignore[attr-defined]

        monkeypatch.setitem(REGISTRY, name, rule._replace(check=spy))  # type: ignore[arg-type]
    second = check(files, Settings(), workspace=workspace)
    assert (second.findings, second.subjects) == (first.findings, first.subjects)
    again = len([path for path in judged if path == "a.yaml"])
    judged.clear()
    changed = check([files[0], source(POLICY, "b.yaml")], Settings(), workspace=workspace)
    assert len([path for path in judged if path == "a.yaml"]) == again
    assert len([path for path in judged if path == "b.yaml"]) > again
    assert changed.findings == check([files[0], source(POLICY, "b.yaml")], Settings()).findings


def test_a_rule_that_is_off_is_not_run_unless_somebody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    registry.load()
    name = "configmap-bodies-logged"
    rule = REGISTRY[name]

    def spy(subject: object, context: object) -> object:
        ran.append(name)
        return rule.check(subject, context)  # type: ignore[arg-type]

    monkeypatch.setitem(REGISTRY, name, rule._replace(check=spy))  # type: ignore[arg-type]
    file = source(POLICY.replace(b"None", b"Request"))
    plain, workspace = Settings(min_severity=Severity.INFO), Workspace()
    check([file], plain, workspace=workspace)
    assert ran == []
    asking = [
        plain._replace(select=(name,)),
        plain._replace(severities={name: Severity.WARNING}),
        plain._replace(ignore=(name,), without=plain._replace(select=(name,))),
    ]
    reports = [check([file], settings, workspace=Workspace()) for settings in asking]
    assert ran == [name] * 3
    assert [[one.rule for one in report.findings if one.rule == name] for report in reports] == [[name], [name], []]
    assert reports[-1].hidden[1].findings == 1
    check([file], asking[0], workspace=workspace)
    assert ran == [name] * 4


def test_one_odd_file_is_told_and_the_others_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    real = recognise.recognise

    def odd(path: str, *args: object, **options: object) -> recognise.Found:
        if path == "odd.yaml":
            raise RecursionError("too deep")
        return real(path, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(recognise, "recognise", odd)
    report = check([source(POLICY, "odd.yaml"), source(POLICY)], Settings())
    assert [(one.path, one.message) for one in report.crashed] == [
        ("odd.yaml", "recognising what it holds failed: RecursionError: too deep")
    ]
    assert {one.path for one in report.findings} == {"p.yaml"}


def test_a_file_that_cannot_be_linked_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    real = recognise.link

    def odd(subjects: list[object], *rest: object) -> object:
        if any(subject.path == "odd.yaml" for subject in subjects):  # type: ignore[attr-defined]
            raise KeyError("odd")
        return real(subjects, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(recognise, "link", odd)
    report = check([source(POLICY, "odd.yaml"), source(POLICY)], Settings())
    assert [(one.path, one.message) for one in report.crashed] == [("odd.yaml", "linking failed: KeyError: 'odd'")]
    assert {one.path for one in report.findings} == {"p.yaml"}


def test_the_guard_lets_exceptions_pass_for_debugging() -> None:
    quiet = Guard()
    with quiet.over("p.yaml", "a rule"):
        raise ValueError("no")
    assert [one.message for one in quiet.crashed] == ["a rule failed: ValueError: no"]
