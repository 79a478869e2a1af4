"""Changes texts in the ways that people and attackers do; all chance comes from one source, so that a case repeats."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import yaml

from tests.fuzz.corpus import Seed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random
    from typing import Any

PIECES = (
    *(
        "\n",
        "\r",
        "\r\n",
        " ",
        "\t",
        "  ",
        ":",
        ": ",
        "- ",
        "? ",
        "# ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "'",
        '"',
        "|\n",
        ">-\n",
    ),
    *("&a ", "*a", "<<: *a", "!", "!!", "!!binary ", "%", "%YAML 1.1\n", "---\n", "...\n", "@", "`", "\\", "\\x41"),
    *("\x00", "\x1b[31m", "\x85", "\u2028", "\ufeff", "é", "𝄞", "\ud800", "\ufffe", "🇩🇪", "a\u0301"),
    *("{{ .x }}", "{%- if x %}", "${X}", "$(X)", "<x>", "{{", "}}", "<%= x %>"),
    *("null", "~", "yes", "0x1F", "012", "1e400", "9" * 5000, ".inf", "2001-01-01", "=", "<<", "-1", "1_000", "0o7"),
    *("# auditlint: ignore[invalid-level] x", "# auditlint: ignore-file[", "#auditlint:ignore[a,,b]", "# auditlint"),
    *("::error ::x", "##[error]x", "kube-apiserver", "--audit-policy-file=/x", "--audit-log-path", "audit.k8s.io/v1"),
    *("rules:\n", "level: None\n", "users: []\n", "kind: List\nitems:\n", "```yaml\n", "<<EOF\n", "EOF\n", "~~~\n"),
    *("../" * 9, "/" * 50, "*" * 30, "a" * 300, "--feature-gates=A=true", "system:nodes", "/healthz*", "pods/*", ""),
)
ENDINGS = (".yaml", ".yml", ".json", ".md", ".sh", ".tf", ".service", ".env", ".conf", ".txt", ".yaml.tpl", ".j2", "")


def mutated(dice: Random, text: str, others: Sequence[Seed]) -> str:
    """Return a text after a few changes."""
    for _ in range(dice.randrange(1, 5)):
        text = dice.choice(_CHANGES)(dice, text, others)
    return text[:20_000]


def wrapped(dice: Random, seed: Seed) -> Seed:
    """Return a text inside another one, of any language."""
    name, text = seed
    below = "".join(f"    {line}\n" for line in text.split("\n"))
    forms = {
        "map.yaml": f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  {name or 'a'}: |\n{below}",
        "text.yaml": f"kind: ConfigMap\ndata:\n  audit-policy.yaml: {json.dumps(text)}\n",
        "secret.yaml": f"kind: Secret\ndata:\n  a.yaml: {base64.b64encode(text.encode('utf-8', 'replace')).decode()}\n",
        "page.md": f"# Audit\n\n```yaml\n{text}\n```\n",
        "list.md": f"1. Audit\n\n    ```yaml\n{below}    ```\n",
        "run.sh": f"cat >/etc/kubernetes/{name or 'a'} <<EOF\n{text}\nEOF\n",
        "main.tf": f'resource "a" "b" {{\n  c = <<-EOT\n{below}  EOT\n}}\n',
        "init.yaml": f"#cloud-config\nwrite_files:\n- path: /etc/kubernetes/a.yaml\n  content: |\n{below}",
        "chart.yaml": f"apiserver:\n  policy: |\n{below}",
    }
    made = dice.choice(sorted(forms))
    return Seed(made, forms[made])


def with_repeated_keys(dice: Random, text: str) -> str:
    """Return a document as JSON or flow YAML in which keys of mappings at every depth stand more than once."""
    try:
        value = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return text
    return _spelled(dice, value, 0)


def _spelled(dice: Random, value: Any, depth: int) -> str:
    if isinstance(value, dict) and depth < 50:
        pairs = [pair for pair in value.items() for _ in range(dice.choice((1, 1, 1, 2, 3)))]
        dice.shuffle(pairs)
        return "{" + ", ".join(f"{json.dumps(str(key))}: {_spelled(dice, one, depth + 1)}" for key, one in pairs) + "}"
    if isinstance(value, list) and depth < 50:
        return "[" + ", ".join(_spelled(dice, one, depth + 1) for one in value) + "]"
    return json.dumps(value, default=str)


def _insert(dice: Random, text: str, _: Sequence[Seed]) -> str:
    at = dice.randrange(len(text) + 1)
    return text[:at] + dice.choice(PIECES) + text[at:]


def _cut(dice: Random, text: str, _: Sequence[Seed]) -> str:
    start = dice.randrange(len(text) + 1)
    return text[:start] + text[start + dice.choice((1, 1, 2, 5, 30, 500)) :]


def _repeat_lines(dice: Random, text: str, _: Sequence[Seed]) -> str:
    lines = text.split("\n")
    start = dice.randrange(len(lines))
    some = lines[start : start + dice.randrange(1, 6)]
    at = dice.randrange(len(lines) + 1)
    return "\n".join([*lines[:at], *some * dice.choice((1, 1, 2, 20)), *lines[at:]])


def _indent(dice: Random, text: str, _: Sequence[Seed]) -> str:
    lines = text.split("\n")
    at = dice.randrange(len(lines))
    lines[at] = lines[at][1:] if dice.random() < 0.5 else f" {lines[at]}"
    return "\n".join(lines)


def _replace_value(dice: Random, text: str, _: Sequence[Seed]) -> str:
    lines = text.split("\n")
    at = dice.randrange(len(lines))
    lines[at] = lines[at].partition(":")[0] + ": " + dice.choice(PIECES)
    return "\n".join(lines)


def _splice(dice: Random, text: str, others: Sequence[Seed]) -> str:
    other = dice.choice(others).text
    return (
        text[: dice.randrange(len(text) + 1)]
        + dice.choice(("", "\n", "\n---\n"))
        + other[dice.randrange(len(other) + 1) :]
    )


def _repeat_keys(dice: Random, text: str, _: Sequence[Seed]) -> str:
    return with_repeated_keys(dice, text)


_CHANGES = (_insert, _insert, _insert, _cut, _cut, _repeat_lines, _indent, _replace_value, _splice, _repeat_keys)
