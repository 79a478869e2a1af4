"""Policies in Terraform: here-documents, and objects that are encoded."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditlint.subjects.model import PolicySubject
from auditlint.text import hcl, reader
from auditlint.text.plain import Plain, plain
from tests.carriers.recognition import POLICY, found, only, subjects
from tests.carriers.test_inside import POLICIES, findings, indented, word


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize(
    ("before", "blanks", "behind"),
    [
        ("locals {\n  policy = <<EOT\n", "", "EOT\n}\n"),
        ("locals {\n  policy = <<-EOT\n", "    ", "  EOT\n}\n"),
        (
            'x = jsonencode({a = "<<EOT", b = "${f("}")}"})\n# <<A\n/* <<B\n*/\npolicy = trimspace(<<-E\n',
            "\t",
            "E\n)\n",
        ),
        ('resource "local_file" "a" {\n  content = <<E-1\n', "", '  E-1\n  filename = "/etc/p.yaml"\n}\n'),
    ],
)
def test_findings_are_those_of_the_plain_policy(name: str, before: str, blanks: str, behind: str) -> None:
    policy = POLICIES[name]
    content = before + indented(policy, blanks) + behind
    plain_policy, inside = findings(policy, "p.yaml"), findings(content, "main.tf")
    assert [(one.rule, one.refused, "#" + one.pointer) for one in plain_policy] == [
        (one.rule, one.refused, one.pointer) for one in inside
    ]
    assert [word(content, one) for one in inside] == [word(policy, one) for one in plain_policy]


def test_only_the_indentation_that_all_lines_share_is_none_of_the_text() -> None:
    (one,) = hcl.texts("a = <<-E\n    x:\n\n      y: 1\n  \n     z\n  E\n")
    assert one.runs.text == "x:\n\n  y: 1\n  \n z\n"


def test_what_is_filled_in_is_a_placeholder() -> None:
    content = (
        'locals {\n  p = <<E\napiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n${indent(2, var.a["}"])}\n'
        '- level: ${var.level}\n  users: ["$${x}", "%{ if a }b%{ endif }"]\nE\n}\n'
    )
    policy = only(PolicySubject, content, "a.tf")
    assert not policy.loaded.refused
    assert policy.value == (
        ("apiVersion", "audit.k8s.io/v1"),
        ("kind", "Policy"),
        ("rules", [(("level", "⟨var.level⟩"), ("users", ["${x}", "b"]))]),
    )
    assert policy.places.value(("rules", 0, "level")) == (7, 10, 7, 22)


ENCODED = """\
locals {
  policy = var.own != null ? var.own : yamlencode({
    apiVersion = "audit.k8s.io/v1" // the newest
    kind       = "Policy"
    "omitStages" : ["RequestReceived"], /* the
    first */
    rules = [
      # auditlint: ignore[invalid-level] an example
      { level = "metadata", verbs = ["get",] },
      { level = var.level, users = [for u in var.users : u], omitManagedFields = true },
      merge({ level = "x" }, local.y),
      {
        level = "Metadata"
        user  = ["${var.team}-bot"]
      },
    ]
  })
}
"""


def test_an_encoded_object_is_read_at_its_places() -> None:
    policy = only(PolicySubject, ENCODED, "a.tf")
    assert policy.value == (
        ("apiVersion", "audit.k8s.io/v1"),
        ("kind", "Policy"),
        ("omitStages", ["RequestReceived"]),
        (
            "rules",
            [
                (("level", "metadata"), ("verbs", ["get"])),
                (("level", "⟨var.level⟩"), ("users", "⟨for_u_in_var.users_u⟩"), ("omitManagedFields", True)),
                "⟨merge_level_x_local.y⟩",
                (("level", "Metadata"), ("user", ["⟨var.team⟩-bot"])),
            ],
        ),
    )
    inside = [(one.rule, one.suppressed is None, *one.span) for one in findings(ENCODED, "a.tf")]
    assert ("invalid-level", False, 9, 17, 9, 27) in inside
    assert ("unknown-field", True, 14, 9, 14, 13) in inside


def test_an_object_in_an_object_is_read_too() -> None:
    content = (
        f'x = yamlencode({{kind = "ConfigMap", data = {{"p.yaml" = yamlencode({_hcl(json.loads(_policy()))})}}}})\n'
    )
    assert len(subjects(content, "a.tf")) == 1


def test_a_text_is_called_by_what_stands_beside_it() -> None:
    text = f"<<E\n{POLICY}E\n"
    assert only(PolicySubject, f'data = {{\n  "p.yaml" = {text}}}\n', "a.tf").file == "p.yaml"
    for block in (
        f'  content = {text}  filename = "/etc/p.yaml"\n',
        f'  destination = "/etc/p.yaml"\n  content = {text}',
    ):
        assert only(PolicySubject, f"a {{\n{block}}}\n", "a.tf").file == "/etc/p.yaml"
    assert only(PolicySubject, f"a = {text}", "a.tf").file == ""


def test_what_never_ends_is_told() -> None:
    assert [one.message for one in found(f"a = <<E\n{POLICY}", "a.tf").notices] == [
        "the here-document before line 2 never ends"
    ]


@pytest.mark.parametrize(
    "part", ["x = <<E\n", "jsonencode([", 'jsonencode({a="${', '"${', "/*", "jsonencode({", "{{[[(("]
)
def test_whatever_never_ends_is_read(part: str) -> None:
    assert [one for one in hcl.texts(part * 2000) if len(one.runs.text) > 1 << 20] == []


def _policy() -> str:
    return '{"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": [{"level": "Metadata"}]}'


NAMES = st.text("abcdefgh_", min_size=1, max_size=6).filter(lambda name: name != "for")
VALUES = st.recursive(
    st.booleans() | st.none() | st.integers(-5, 5) | st.text("ab\"\\\n\té😀 $%{}#/:,'", max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


def _hcl(value: object, newline: str = " ", equals: str = " = ") -> str:
    if isinstance(value, dict):
        entries = [f"{name}{equals}{_hcl(one, newline, equals)}" for name, one in value.items()]
        return "{" + newline + ("," + newline).join(entries) + newline + "}"
    if isinstance(value, list):
        return "[" + newline + ("," + newline).join(_hcl(one, newline, equals) for one in value) + newline + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
    return json.dumps(value)


def _plain(value: object) -> Plain:
    if isinstance(value, dict):
        return tuple((name, _plain(one)) for name, one in value.items())
    if isinstance(value, list):
        return [_plain(one) for one in value]
    assert value is None or isinstance(value, bool | int | str)
    return value


@given(
    value=st.lists(VALUES, max_size=3) | st.dictionaries(NAMES, VALUES, max_size=4),
    newline=st.sampled_from(["", " ", "\n", "\n\n  # x\n  ", " // y,\n", "/* = */ ", "\t"]),
    equals=st.sampled_from(["=", " = ", ": ", " /* a */ = "]),
)
def test_objects_mean_what_they_say(value: object, newline: str, equals: str) -> None:
    text = f"a = jsonencode({_hcl(value, newline, equals)})\n"
    (one,) = hcl.texts(text)
    stream = reader.read(one.runs.text.encode())
    assert stream.error is None
    assert plain(stream.documents[0].root) == _plain(value)
