"""What auditlint says of text that does not parse: the cause that a reader's error does not name."""

from __future__ import annotations

import pytest

from tests.checks.policies import HEAD, findings, only

R = f"{HEAD}rules:\n"
CAUSES = {
    "no rules key": (f"{HEAD}  - level: None\n", "put a line `rules:` above it"),
    "no rules key at the margin": (f"{HEAD}- level: None\n", "put a line `rules:` above it"),
    "no resources key": (
        f'{R}- level: None\n  namespaces: [a]\n    - group: ""\n      resources: [pods]\n',
        "put a line `resources:` above it",
    ),
    "tab": (f"{R}- level: None\n\tverbs: [get]\n", "indented with a tab"),
    "here-document": (f"{R}- level: None\nEOF\n", '"EOF" in line 5 is left over from a shell here-document'),
    "shell": (
        f"cat <<EOF > policy.yaml\n{R}- level: None\nEOF\n",
        "is a shell command: keep only the YAML in this file",
    ),
    "fence": (f"```yaml\n{R}- level: None\n```\n", "line 1 is a Markdown fence"),
    "conflict": (f"<<<<<<< HEAD\n{R}- level: None\n=======\n", "mark of a merge conflict"),
    "link": (f"apiVersion: [audit.k8s.io/v1](http://audit.k8s.io/v1)\n{R}", "write only audit.k8s.io/v1"),
    "bracket": (f"{R}- level: None\n  verbs: [get, list\n- level: Metadata\n", "the `[` in line 5 is never closed"),
    "quote": (f'{R}- level: None\n  verbs: ["get, "list"]\n', 'a quote (") in line 5 has no partner'),
    "quote to the end": (f'{R}- level: None\n  users: ["bob]\n- level: None\n', 'a quote (") in line 5 has no partner'),
    "comma": (f'{R}- level: None\n  verbs: ["get" "list"]\n', "put a comma between"),
    "no colon": (f"{R}- level: None\n  verbs\n  - get\n", "`verbs` in line 5 has no colon"),
    "no colon above": (f"{R}- level None\n  verbs: [get]\n", "`level` in line 4 has no colon"),
    "no space": (f"{R}- level:None\n  verbs: [get]\n", "the colon in line 4 needs a space after it"),
    "two colons": (f"{R}- level: None\n  users: a: b\n", "two colons in this line"),
    "star": (f"{R}- level: None\n  verbs: [*]\n", "a bare `*` means something else in YAML (an alias)"),
    "at": (f"{R}- level: None\n  users: [@bob]\n", "a bare `@` means something else in YAML"),
    "alias": (f"{R}- level: None\n  users: *bob\n", "an alias of an anchor"),
    "indentation": (f"{R}- level: None\n   verbs: [get]\n", "line 5 begins in column 4 and line 4 in column 3"),
    "no-break space": (f"{R}- level:\u00a0None\n  verbs: [get]\n", "a no-break space (U+00A0)"),
    "latin-1": (f"{R}- level: None\n  users: [\udce9]\n", "is not UTF-8"),
    "nul": (f"{R}- level: None\n  users: [\0]\n", "a control character"),
    "escape": (f'{R}- level: None\n  users: ["CORP\\bob", "x\\qy"]\n', "a backslash begins an escape"),
    "version": (f"%YAML 1.2\n---\n{R}- level: None\n", "delete that line"),
    "json comma": ('{"kind": "Policy", "rules": [{"level": "None"},]}', "no comma after the last item"),
    "json comment": ('{"kind": "Policy", // all\n"rules": [{"level": "None"}]}', "JSON has no comments"),
    "flow style": ("{kind: Policy, rules: [{level: None}]}", "is read as JSON"),
}


@pytest.mark.parametrize(("text", "cause"), CAUSES.values(), ids=CAUSES.keys())
def test_the_cause_is_named(text: str, cause: str) -> None:
    found = only(text, "yaml-syntax")
    assert cause in found.message
    assert found.refused


def test_the_server_is_quoted() -> None:
    message = only(f"{HEAD}  - level: None\n", "yaml-syntax").message
    assert message.startswith(
        'kube-apiserver refuses this policy ("yaml: line 3: mapping values are not allowed in this context"): '
    )


def test_a_forced_template_is_named() -> None:
    text = f"{R}{{{{- range .Values.rules }}}}\n- level: {{{{ . }}}}\n{{{{- end }}}}\n"
    assert findings(text) == []
    (found,) = findings(text, as_kind="policy")
    assert (found.rule, "a template that was not rendered" in found.message) == ("yaml-syntax", True)
