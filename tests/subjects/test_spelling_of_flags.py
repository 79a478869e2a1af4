"""Flags as each carrier writes them: the text for a message and the change for a fix say the same."""

from __future__ import annotations

import json

import pytest
import yaml

from auditlint.change import Append, Delete, RenameKey, SetValue
from auditlint.subjects.spelling_of_flags import (
    ARGUMENTS,
    KEYS,
    MINIKUBE,
    PAIRS,
    SERVER_CONFIG,
    WORDS,
    Fields,
    Items,
    Spelling,
)

AGE = "audit-log-maxage"
KOPS = Fields(
    {"audit-log-maxage": "auditLogMaxAge", "audit-log-path": "auditLogPath", "audit-log-compress": "compress"}
)
HOLDER = ("spec", "flags")


@pytest.mark.parametrize(
    ("spelling", "name", "text"),
    [
        (ARGUMENTS, "--audit-log-maxage", "--audit-log-maxage=30"),
        (WORDS, "--audit-log-maxage", "--audit-log-maxage=30"),
        (KEYS, "audit-log-maxage", 'audit-log-maxage: "30"'),
        (PAIRS, "audit-log-maxage", '- {name: audit-log-maxage, value: "30"}'),
        (SERVER_CONFIG, "audit-log-maxage", "audit-log-maxage=30"),
        (MINIKUBE, "--extra-config=apiserver.audit-log-maxage", "--extra-config=apiserver.audit-log-maxage=30"),
        (KOPS, "auditLogMaxAge", "auditLogMaxAge: 30"),
    ],
)
def test_text(spelling: Spelling, name: str, text: str) -> None:
    assert (spelling.name(AGE), spelling.text(AGE, "30")) == (name, text)


@pytest.mark.parametrize(
    ("spelling", "text"),
    [
        (ARGUMENTS, "--audit-log-compress"),
        (KEYS, 'audit-log-compress: "true"'),
        (PAIRS, '- {name: audit-log-compress, value: "true"}'),
        (SERVER_CONFIG, "audit-log-compress=true"),
        (KOPS, "compress: true"),
    ],
)
def test_a_flag_that_stands_alone(spelling: Spelling, text: str) -> None:
    assert spelling.text("audit-log-compress") == text


@pytest.mark.parametrize(
    ("spelling", "text"),
    [
        (WORDS, "'--audit-log-path=/a b'"),
        (Items("--kube-apiserver-arg=", in_quotes=True), "'--kube-apiserver-arg=audit-log-path=/a b'"),
        (KEYS, 'audit-log-path: "/a b"'),
        (KOPS, 'auditLogPath: "/a b"'),
        (ARGUMENTS, "--audit-log-path=/a b"),
    ],
)
def test_values_with_blanks(spelling: Spelling, text: str) -> None:
    assert spelling.text("audit-log-path", "/a b") == text


@pytest.mark.parametrize(
    ("spelling", "change"),
    [
        (ARGUMENTS, Append(HOLDER, "--audit-log-maxage=30")),
        (KEYS, SetValue((*HOLDER, AGE), "30")),
        (PAIRS, Append(HOLDER, (("name", AGE), ("value", "30")))),
        (SERVER_CONFIG, Append(HOLDER, "audit-log-maxage=30")),
        (KOPS, SetValue((*HOLDER, "auditLogMaxAge"), 30)),
    ],
)
def test_a_flag_is_added(spelling: Spelling, change: object) -> None:
    assert spelling.added(HOLDER, AGE, "30") == change


@pytest.mark.parametrize(
    ("spelling", "step", "changes"),
    [
        (ARGUMENTS, 2, (SetValue((*HOLDER, 2), "--audit-log-maxage=30"),)),
        (KEYS, AGE, (SetValue((*HOLDER, AGE), "30"),)),
        (KEYS, "maxage", (SetValue((*HOLDER, "maxage"), "30"), RenameKey((*HOLDER, "maxage"), AGE))),
        (PAIRS, 2, (SetValue((*HOLDER, 2, "name"), AGE), SetValue((*HOLDER, 2, "value"), "30"))),
        (KOPS, "auditLogMaxAge", (SetValue((*HOLDER, "auditLogMaxAge"), 30),)),
    ],
)
def test_an_argument_is_changed(spelling: Spelling, step: str | int, changes: object) -> None:
    assert spelling.changed((*HOLDER, step), AGE, "30") == changes
    assert spelling.deleted((*HOLDER, step)) == Delete((*HOLDER, step))


@pytest.mark.parametrize("value", ["30", "true", "a: b", '"', "\\", "é", "{x}", "~", ""])
def test_what_is_pasted_reads_as_the_value(value: str) -> None:
    assert yaml.safe_load(KEYS.text(AGE, value)) == {AGE: value}
    assert yaml.safe_load(PAIRS.text(AGE, value)) == [{"name": AGE, "value": value}]
    assert json.loads(KEYS.text(AGE, value).partition(": ")[2]) == value


def test_keys_of_the_server_beside_the_list() -> None:
    key = ("audit-policy-file",)
    assert SERVER_CONFIG.changed(key, "audit-policy-file", "/a") == (SetValue(key, "/a"),)
    assert SERVER_CONFIG.changed(key, AGE, "30") == (Append(("kube-apiserver-arg",), "audit-log-maxage=30"),)
    assert SERVER_CONFIG.changed(("kube-apiserver-arg", 0), AGE, "30") == (
        SetValue(("kube-apiserver-arg", 0), "audit-log-maxage=30"),
    )
    assert SERVER_CONFIG.deleted(key) == Delete(key)
