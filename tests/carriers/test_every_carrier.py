"""The same fault in every carrier that sets flags: the same finding, at the place in the file on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from auditlint import lint
from auditlint.lint import Source
from auditlint.settings import Settings
from auditlint.subjects.model import ApiServer
from tests.carriers.forms import FORMS, GOOD, LOG, Form
from tests.carriers.recognition import only

if TYPE_CHECKING:
    from auditlint.report.model import Report


def check(form: Form, content: str) -> Report:
    report = lint.check([Source(form.path, named=True, data=content.encode())], Settings())
    assert not report.crashed
    return report


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in GOOD.items() if name not in names}


def covered(content: str, form: Form, rule: str) -> set[str]:
    """Return the texts that the findings of a rule stand at."""
    lines = content.splitlines()
    found = [one for one in check(form, content).findings if one.rule == rule]
    return {lines[one.span.line - 1][one.span.column - 1 :] for one in found}


def begins(texts: set[str], *words: str) -> bool:
    return bool(texts) and all(text.startswith(words) for text in texts)


@pytest.mark.parametrize("name", FORMS)
def test_what_is_in_order(name: str) -> None:
    form = FORMS[name]
    report = check(form, form.write(GOOD))
    assert [(one.rule, one.message) for one in report.findings] == []
    (subject,) = report.subjects
    assert (subject.kind, subject.kubernetes, subject.refused_by) == ("apiserver", form.release, ())


def places(form: Form, flag: str, value: str = "") -> tuple[str, ...]:
    """Return what a finding about a flag may begin with: its key, its list item, its value."""
    key = form.before + form.names.get(flag, flag)
    return key, form.item.format(key), *((value, f'"{value}"', f'\\"{value}') if value else ())


@pytest.mark.parametrize("name", FORMS)
def test_a_wrong_value(name: str) -> None:
    form = FORMS[name]
    content = form.write(GOOD | {"audit-log-maxage": "30d"})
    rule = "wrong-args-shape" if form.typed else "invalid-flag-value"
    assert begins(covered(content, form, rule), *places(form, "audit-log-maxage", "30d"))
    (subject,) = check(form, content).subjects
    assert subject.refused_by == ("flags",)


@pytest.mark.parametrize("name", FORMS)
def test_a_wrong_name(name: str) -> None:
    form = FORMS[name]
    content = form.write(GOOD | {"audit-log-maxagee": "30"})
    rule = "flag-as-config-key" if form.typed else "unknown-flag"
    assert begins(covered(content, form, rule), *places(form, "audit-log-maxagee"))


@pytest.mark.parametrize(
    ("flags", "rule", "flag"),
    [
        (
            without("audit-log-maxage", "audit-log-maxbackup", "audit-log-maxsize"),
            "no-rotation-limits",
            "audit-log-path",
        ),
        (without("audit-policy-file"), "backend-without-policy", "audit-log-path"),
        (without("audit-log-path"), "policy-without-backend", "audit-policy-file"),
        (GOOD | {"audit-log-path": "-"}, "log-to-stdout", "audit-log-path"),
        (GOOD | {"audit-log-format": "legacy"}, "legacy-log-format", "audit-log-format"),
    ],
)
@pytest.mark.parametrize("name", FORMS)
def test_flags_that_do_not_fit(name: str, flags: dict[str, str], rule: str, flag: str) -> None:
    form = FORMS[name]
    texts = covered(form.write(flags), form, rule)
    if form.has_defaults and len(flags) < len(GOOD):
        assert not texts
        return
    assert begins(texts, *places(form, flag, flags[flag]))


@pytest.mark.parametrize("name", FORMS)
def test_a_shared_folder(name: str) -> None:
    form = FORMS[name]
    content = form.write(GOOD).replace(LOG, "/tmp/audit.log").replace("/var/log/kubernetes/audit,", "/tmp,")
    assert covered(content, form, "exposed-log-folder")


QUOTED_DASH = {
    name: form
    for name, form in FORMS.items()
    if name != "kind-json" and ': "-"\n' in form.write(GOOD | {"audit-log-path": "-"})
}
"""Operations of a JSON patch do not say what they are for: their text is passed over."""


@pytest.mark.parametrize("name", QUOTED_DASH)
def test_standard_output_without_quotes(name: str) -> None:
    form = FORMS[name]
    content = form.write(GOOD | {"audit-log-path": "-"}).replace('"-"', "-")
    report = check(form, content)
    assert {(one.rule, one.refused) for one in report.findings} == {("wrong-args-shape", False)}
    assert covered(content, form, "wrong-args-shape") == {"-"}


WORDS = {
    **dict.fromkeys(["kubeadm-v1beta3", "kubeadm-v1beta4"], "kubeadm"),
    **dict.fromkeys(["control-plane-v1beta1", "kubeadm-config-object"], "cluster-api"),
    "kops": "kops",
    "kind": "kind",
    "kind-json": "kind",
    "k3d": "k3d",
}


@pytest.mark.parametrize("name", WORDS)
def test_as_it_is_called(name: str) -> None:
    assert only(ApiServer, FORMS[name].write(GOOD), "x.txt", as_kind=WORDS[name]).carrier == WORDS[name]


STRANGE: list[object] = [
    *(None, True, 7, 1.5, "", "-", "a: b", "{{ x }}", [], {}, [None], [[]], {"": None}, {"name": []}, [{"value": 1}])
]


def ways(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the ways to all values in a document."""
    below: list[tuple[Any, object]] = list(value.items()) if isinstance(value, dict) else []
    below = list(enumerate(value)) if isinstance(value, list) else below
    return [path, *(way for step, inner in below for way in ways(inner, (*path, step)))]


def put(value: Any, path: tuple[Any, ...], new: object) -> Any:
    if not path:
        return new
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(value[path[0]], path[1:], new)
    return copy


@settings(max_examples=40, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("name", [name for name, form in FORMS.items() if form.path.endswith((".yaml", ".yml"))])
def test_strange_shapes_harm_nobody(name: str, data: st.DataObject) -> None:
    form = FORMS[name]
    document = yaml.safe_load(form.write(GOOD))
    for _ in range(data.draw(st.integers(1, 3))):
        document = put(document, data.draw(st.sampled_from(ways(document))), data.draw(st.sampled_from(STRANGE)))
    check(form, yaml.safe_dump(document))
