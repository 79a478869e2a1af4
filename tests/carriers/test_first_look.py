"""The first look: what a definition of resources says of audit policies is no reason to read it, and hides nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditlint import lint
from auditlint.carriers import first_look, registry
from auditlint.carriers.first_look import may_hold_subject
from auditlint.settings import Settings

DEFINITION = """\
# A comment
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.example.com
spec:
  versions:
  - schema: {description: "What kube-apiserver is told by --audit-policy-file, see audit.k8s.io/v1"}
"""
POLICY = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: metadata\n"
AS_A_STRING = "  \nkind: CustomResourceDefinition\napiVersion: apiextensions.k8s.io/v1\n  "
HIDING = {
    "behind it": f"{DEFINITION}---\n{POLICY}",
    "before it": f"{POLICY}---\n{DEFINITION}",
    "behind a separator with a comment": f"{DEFINITION}--- # next\n{POLICY}",
    "a kind twice": f"{DEFINITION}{POLICY}",
    "a key of a policy": f"{DEFINITION}rules:\n- level: metadata\n",
    "keys in quotes": f'{DEFINITION}"kind": Policy\n"apiVersion": audit.k8s.io/v1\nrules: []\n',
    "a key with a question mark": f"{DEFINITION}? rules\n: []\n",
    "a string with its keys": f'  x: "{AS_A_STRING}"\n  apiVersion: audit.k8s.io/v1\n  rules:\n  - level: metadata\n',
    "a string at the margin": f'metadata: "{AS_A_STRING}"\nrules:\n- level: metadata\n',
    "another end of a line": DEFINITION.replace("# A comment\n", "# A comment\rrules: [{level: metadata}]\n"),
    "a line separator": DEFINITION.replace("# A comment\n", "# A comment\u2028rules: [{level: metadata}]\n"),
    "a mapping in braces": "{\n" + DEFINITION.replace("spec:", "rules: []\nspec:") + "}\n",
    "another group": DEFINITION.replace("apiextensions.k8s.io/v1", "audit.k8s.io/v1"),
}


@pytest.mark.parametrize(
    "text",
    [
        DEFINITION,
        DEFINITION.replace("\n", "\r\n"),
        f"---\n{DEFINITION}---\n{DEFINITION}status: {{}}\n",
        DEFINITION.replace("spec:\n", "spec:   \n"),
    ],
)
def test_a_definition_is_not_read_for_its_descriptions(text: str) -> None:
    assert not may_hold_subject(text.encode())
    report = lint.check([lint.Source("crd.yaml", named=False, data=text.encode())], Settings())
    assert (report.definitions, report.subjects, report.findings) == (1, (), ())


@pytest.mark.parametrize("text", HIDING.values(), ids=HIDING.keys())
def test_a_definition_hides_nothing(text: str) -> None:
    assert may_hold_subject(text.encode())


PARTS = sorted({word[:at] for word in registry.words() for at in range(1, len(word) + 1)})


@given(st.lists(st.sampled_from(PARTS) | st.sampled_from([b"\n", b" ", b"\xe2\x80\x99"]), max_size=6))
def test_all_words_at_once_are_found_where_each_is(parts: list[bytes]) -> None:
    text = b"".join(parts)
    looking = first_look.Words()
    few = looking.in_text(text)
    looking.in_text(b" " * first_look.FEW)
    assert few == looking.in_text(text) == any(word in text for word in registry.words())


def test_what_carriers_look_for_is_found_in_the_middle_of_a_long_text() -> None:
    filling = "a sentence of no interest, once more and again: https://example.com/\n" * (first_look.FEW // 50)
    for word in registry.words():
        assert may_hold_subject(filling.encode() + word + filling.encode())
    assert not may_hold_subject(filling.encode())
