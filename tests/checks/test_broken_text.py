"""What auditlint says of text that does not parse: the cause that a reader's error does not name."""

from __future__ import annotations

import re

import pytest

from auditlint.finding import Severity, Span
from auditlint.kubernetes.releases import NEWEST
from tests.checks.policies import HEAD, findings, only
from tests.recorded_answers import cases as recorded_cases

R = f"{HEAD}rules:\n"
CAUSES = {
    "no rules key": (f"{HEAD}  - level: None\n", ("this list belongs to no key", "Put a line `rules:` above it")),
    "no rules key at the margin": (
        f"{HEAD}- level: None\n",
        ("this list belongs to no key", "Put a line `rules:` above it"),
    ),
    "no resources key": (
        f'{R}- level: None\n  namespaces: [a]\n    - group: ""\n      resources: [pods]\n',
        ("this list belongs to no key", "Put a line `  resources:` above it"),
    ),
    "tab": (
        f"{R}- level: None\n\tverbs: [get]\n",
        ("line 5 is indented with a tab", "Indent line 5 with spaces: YAML allows no tabs there"),
    ),
    "here-document": (
        f"{R}- level: None\nEOF\n",
        ('"EOF" in line 5 is left over from a shell here-document', "Delete line 5"),
    ),
    "shell": (
        f"cat <<EOF > policy.yaml\n{R}- level: None\nEOF\n",
        (
            '"cat <<EOF > policy.yaml" in line 1 is a shell command',
            "Delete line 1, and the `EOF` that ends its here-document",
        ),
    ),
    "shell with a prompt": (
        f"$ cat policy.yaml\n{R}- level: None\n",
        ('"$ cat policy.yaml" in line 1 is a shell command', "Delete line 1"),
    ),
    "prompt": (
        f"root@cp-1:~# cat policy.yaml\n{R}- level: None\n",
        ("line 1 is the prompt of a shell", "Delete line 1"),
    ),
    "prompt at the end": (f"{R}- level: None\nroot@cp-1:~#\n", ("line 5 is the prompt of a shell", "Delete line 5")),
    "prose": (
        f"audit policy for production\n{R}- level: None\n",
        ("line 1 is neither YAML nor a comment", "Put `# ` before line 1, or delete it"),
    ),
    "fence": (f"```yaml\n{R}- level: None\n```\n", ("line 1 is a Markdown fence", "Delete line 1")),
    "conflict": (
        f"<<<<<<< HEAD\n{R}- level: None\n=======\n",
        ('"<<<<<<< HEAD" in line 1 is the mark of a merge conflict', "Resolve the conflict"),
    ),
    "link": (
        f"apiVersion: [audit.k8s.io/v1](http://audit.k8s.io/v1)\n{R}",
        ("this is a Markdown link", "Write only `audit.k8s.io/v1`"),
    ),
    "bracket": (
        f"{R}- level: None\n  verbs: [get, list\n- level: Metadata\n",
        ("the `[` in line 5 is never closed", "Add the `]`"),
    ),
    "quote": (
        f'{R}- level: None\n  verbs: ["get, "list"]\n',
        ('a quote (") in line 5 has no partner', "Close it, or delete it"),
    ),
    "quote to the end": (
        f'{R}- level: None\n  users: ["bob]\n- level: None\n',
        ('a quote (") in line 5 has no partner', "Close it, or delete it"),
    ),
    "comma": (
        f'{R}- level: None\n  verbs: ["get" "list"]\n',
        ("text follows the closing quote in line 5", "Put a comma between the two values"),
    ),
    "no colon": (f"{R}- level: None\n  verbs\n  - get\n", ("`verbs` in line 5 has no colon", "Write `verbs:`")),
    "no colon above": (f"{R}- level None\n  verbs: [get]\n", ("`level` in line 4 has no colon", "Write `level: None`")),
    "no space": (
        f"{R}- level:None\n  verbs: [get]\n",
        ("the colon after `level` in line 4 has no space behind it", "Write `level: None`"),
    ),
    "two colons": (
        f"{R}- level: None\n  users: a: b\n",
        ("there are two colons in this line", "Quote the value, or give the second key a line of its own"),
    ),
    "star": (
        f"{R}- level: None\n  verbs: [*]\n",
        (
            "a bare `*` begins an alias in YAML",
            "Leave `verbs:` out to match all; in quotes a star is compared letter by letter",
        ),
    ),
    "at": (f"{R}- level: None\n  users: [@bob]\n", ("a bare `@` begins no value in YAML", "Write the value in quotes")),
    "alias": (
        f"{R}- level: None\n  users: *bob\n",
        ("a value that begins with `*` is an alias in YAML", "Write the value in quotes"),
    ),
    "indentation": (
        f"{R}- level: None\n   verbs: [get]\n",
        (
            "line 5 begins in column 4, and `level` of line 4 in column 3",
            "Begin line 5 in column 3, and move the lines below that go with it",
        ),
    ),
    "no-break space": (
        f"{R}- level:\u00a0None\n  verbs: [get]\n",
        ("line 4 holds a character that is no plain text, a no-break space (U+00A0)", "Replace it by a space"),
    ),
    "latin-1": (f"{R}- level: None\n  users: [\udce9]\n", ("a byte here is not UTF-8", "Save the file as UTF-8")),
    "nul": (
        f"{R}- level: None\n  users: [\0]\n",
        ("there is a control character here, such as NUL", "Save the file as plain UTF-8"),
    ),
    "escape": (
        f'{R}- level: None\n  users: ["CORP\\bob", "x\\qy"]\n',
        ("a backslash in double quotes begins an escape", "Write the value in single quotes"),
    ),
    "version": (
        f"%YAML 1.2\n---\n{R}- level: None\n",
        ("the `%YAML` line asks for another version than 1.1", "Delete that line"),
    ),
    "json comma": (
        '{"kind": "Policy", "rules": [{"level": "None"},]}',
        ("JSON allows no comma after the last item", "Delete the comma"),
    ),
    "json comment": (
        '{"kind": "Policy", // all\n"rules": [{"level": "None"}]}',
        ("JSON has no comments", "Delete the comment, or write YAML"),
    ),
    "flow style": (
        "{kind: Policy, rules: [{level: None}]}",
        ("a file that begins with `{` is read as JSON", "Quote each key and string, or write YAML"),
    ),
    "text after a quote": (
        f'{R}- level: None\n  nonResourceURLs:\n  - "/healthz"*\n',
        ("text follows the closing quote in line 6", 'Write `"/healthz*"`'),
    ),
    "text after a quote in a list": (
        f'{R}- level: None\n  users: ["bob"x, alice]\n',
        ("text follows the closing quote in line 5", 'Write `"bobx"`'),
    ),
    "a colon after a quote": (
        f"{R}- level: None\n  users:\n  - 'system:node':worker\n",
        ("text follows the closing quote in line 6", "Write `'system:node:worker'`"),
    ),
    "no space after a dash": (
        f"{R}- level: None\n  userGroups:\n  - system:nodes\n  -system:masters\n",
        ("the dash in line 7 has no space behind it", "Write `- system:masters`"),
    ),
    "no space after all dashes": (
        f"{R}- level: None\n  verbs:\n  -get\n  -list\n",
        ("the dash in line 6 has no space behind it", "Write `- get`"),
    ),
    "no space after a rule's dash": (
        f"{R}  - level: None\n  -level: Metadata\n",
        ("the dash in line 5 has no space behind it", "Write `- level: Metadata`"),
    ),
    "a dash too deep": (
        f"{R}  - level: None\n    verbs: [get]\n   - level: Metadata\n",
        (
            "the dash of line 6 begins in column 4, and the dash of line 4 in column 3",
            "Begin line 6 in column 3, and move the lines below that go with it",
        ),
    ),
    "a dash too deep behind a list of entries": (
        f"{R}  - level: None\n    resources:\n    - group: apps\n   - level: Metadata\n",
        (
            "the dash of line 7 begins in column 4, and the dash of line 4 in column 3",
            "Begin line 7 in column 3, and move the lines below that go with it",
        ),
    ),
}


@pytest.mark.parametrize(("text", "cause"), CAUSES.values(), ids=CAUSES.keys())
def test_the_cause_is_named(text: str, cause: tuple[str, str]) -> None:
    found = only(text, "yaml-syntax")
    assert found.message.startswith(f"{cause[0]}, so kube-apiserver refuses this policy (")
    assert found.help == cause[1]
    assert found.refused


def test_the_finding_is_at_the_line_of_the_cause() -> None:
    for text, (fault, _) in CAUSES.values():
        named = re.search(r"(?:in|the dash of|^)\s*line (\d+)", fault)
        if named:
            assert only(text, "yaml-syntax").span.line == int(named[1]), fault


def test_a_prompt_in_brackets_is_a_list_to_the_server() -> None:
    found = only(f"[root@cp-1 ~]# cat policy.yaml\n{R}- level: None\n", "yaml-syntax")
    assert (found.span.line, found.help) == (1, "Delete line 1")


def test_the_place_of_the_cause_is_the_whole_line() -> None:
    text = f"{HEAD}rules:\n  - level None\n    verbs: [get]\n"
    assert only(text, "yaml-syntax").span == Span(4, 3, 4, 15)


def test_the_server_is_quoted() -> None:
    message = only(f"{HEAD}  - level: None\n", "yaml-syntax").message
    assert message.endswith(
        'kube-apiserver refuses this policy ("failed decoding: yaml: line 3: mapping values are not allowed in this '
        'context")'
    )


def test_the_server_is_quoted_whole_and_to_the_letter() -> None:
    compared = 0
    for case in recorded_cases("load"):
        answer = case.answers[NEWEST]
        text = case.data.decode("utf-8", "surrogateescape")
        for found in findings(text, "yaml-syntax", as_kind="policy", minor=NEWEST) if not answer["ok"] else ():
            if case.data.startswith(b"k8s\0"):
                continue  # protobuf, which nobody writes
            compared += 1
            assert f'("{answer["error"]}")' in found.message
    assert compared > len(CAUSES)


def test_columns_are_those_of_the_file() -> None:
    text = (
        "spec:\n  containers:\n  - command:\n    - kube-apiserver\n    - --audit-log-maxage=1\n     volumeMounts: []\n"
    )
    found = only(text, "yaml-syntax")
    assert found.message.startswith("line 6 begins in column 6, and line 5 in column 5, so the kubelet cannot read")


def test_a_forced_template_is_named() -> None:
    text = f"{R}{{{{- range .Values.rules }}}}\n- level: {{{{ . }}}}\n{{{{- end }}}}\n"
    assert [(one.rule, one.severity) for one in findings(text)] == [("unrendered-template", Severity.INFO)]
    (found,) = findings(text, as_kind="policy")
    assert (found.rule, "a template that was not rendered" in found.message) == ("yaml-syntax", True)
