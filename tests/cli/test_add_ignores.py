"""`--add-ignores`: comments hide what is shown, and change nothing else."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.checks.servers import pod
from tests.cli.test_exit_codes import complaint

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Auditlint
    from tests.cli.test_exit_codes import Write

HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\n"
EXAMPLES = Path(__file__).parents[2] / "examples"
ADD = ("check", "--no-config", "--add-ignores", "as agreed")


@pytest.fixture
def ignored(auditlint: Auditlint, write: Write, tmp_path: Path) -> Callable[..., str]:
    """Write comments into a file, and return its text; nothing is left to say of it, and no second run changes it."""

    def make(name: str, text: str, *options: str) -> str:
        write(name, text)
        run = auditlint(*ADD, *options, name)
        assert (run.returncode, run.stdout) == (0, ""), run.stdout + run.stderr
        after = (tmp_path / name).read_bytes()
        assert auditlint("check", "--no-config", *options, name).stdout == ""
        assert "added ignore comments for 0 findings in 0 files" in auditlint(*ADD, *options, name).stderr
        assert (tmp_path / name).read_bytes() == after
        return after.decode()

    return make


def test_at_the_end_of_a_line(ignored: Callable[..., str]) -> None:
    text = f"{HEAD}rules:\n- level: metadata\n- level: none\n"
    assert ignored("a.yaml", text) == (
        f"{HEAD}rules:\n- level: metadata # auditlint: ignore[invalid-level] as agreed\n"
        "- level: none # auditlint: ignore[invalid-level] as agreed\n"
    )


def test_above_a_line_that_has_a_comment(ignored: Callable[..., str]) -> None:
    text = f"{HEAD}rules:\n  - verbs: [get]\n    level: metadata # a note\n"
    comment = "    # auditlint: ignore[invalid-level] as agreed\n"
    assert ignored("a.yaml", text) == text.replace("    level", f"{comment}    level")


def test_names_join_the_comment_that_is_there(ignored: Callable[..., str]) -> None:
    rules = "- {level: x, foo: z} # AuditLint: ignore[ unknown-field ] old\n- {level: x, foo: z}\n"
    after = ignored("a.yaml", f"{HEAD}rules:\n{rules}").splitlines()
    assert after[3] == "- {level: x, foo: z} # AuditLint: ignore[ unknown-field , invalid-level] old"
    assert after[4] == "- {level: x, foo: z} # auditlint: ignore[invalid-level, unknown-field] as agreed"


def test_what_was_folded_or_pointless_is_hidden_too(ignored: Callable[..., str]) -> None:
    """Of a policy that logs nothing the rest is not told, until that is hidden."""
    assert ignored("a.yaml", f"{HEAD}rules:\n- level: None\n") == (
        f"{HEAD}rules: # auditlint: ignore[logs-nothing] as agreed\n"
        "- level: None # auditlint: ignore[drops-the-rest] as agreed\n"
    )


def test_infos_if_they_are_shown(ignored: Callable[..., str]) -> None:
    text = f"{HEAD}rules:\n- level: Metadata\n"
    assert ignored("a.yaml", text) == text
    assert "request-received-logged" in ignored("a.yaml", text, "--min-severity", "info")


def test_line_ends_and_a_byte_order_mark_stay(ignored: Callable[..., str]) -> None:
    text = f"\ufeff{HEAD}rules:\n- level: x # note\n".replace("\n", "\r\n")
    after = ignored("a.yaml", text)
    assert after.startswith("\ufeff")
    assert after.count("\n") == after.count("\r\n") == text.count("\n") + 1


CONFIG_MAP = f"""\
apiVersion: v1
kind: ConfigMap
metadata: {{name: audit}}
data:
  other: "a # b"
  audit-policy.yaml: |
    {HEAD.strip().replace(chr(10), chr(10) + "    ")}
    rules:
    - level: metadata
"""
MARKDOWN = f"""\
# Audit

- like this:

  ```yaml
  {HEAD.strip().replace(chr(10), chr(10) + "  ")}
  rules:
  - level: metadata
  ```
"""


@pytest.mark.parametrize(("name", "text"), [("cm.yaml", CONFIG_MAP), ("notes.md", MARKDOWN)])
def test_in_texts_inside_texts(ignored: Callable[..., str], name: str, text: str) -> None:
    comment = " # auditlint: ignore[invalid-level] as agreed"
    assert ignored(name, text) == text.replace("level: metadata", f"level: metadata{comment}")


SCRIPT = """\
#!/bin/sh
echo "before"
kube-apiserver \\
  --audit-policy-file=/etc/kubernetes/policy.yaml \\
  --audit-log-path=/var/log/audit.log \\
  --audit-log-maxage=x
echo "after"
"""


def test_in_a_script_no_command_is_torn(ignored: Callable[..., str]) -> None:
    """A comment behind a backslash would end the command, and one between its lines too."""
    after = ignored("start.sh", SCRIPT.replace("maxage=x", "maxage=x \\\n  --audit-log-maxbackup=y"))
    lines = after.splitlines()
    assert lines[0] == "#!/bin/sh"
    assert "\\ #" not in after
    assert any(line.startswith("# auditlint: ignore-file[") for line in lines)


def test_each_example_is_clean_afterwards_and_reads_as_before(
    auditlint: Auditlint, write: Write, tmp_path: Path
) -> None:
    for path in sorted(EXAMPLES.glob("*/*.yaml")):
        write(str(path.relative_to(EXAMPLES)), path.read_text(encoding="utf-8"))
    run = auditlint(*ADD, ".")
    assert (run.returncode, run.stdout) == (0, "")
    for path in EXAMPLES.glob("*/*.yaml"):
        before = path.read_text(encoding="utf-8").splitlines()
        after = (tmp_path / path.relative_to(EXAMPLES)).read_text(encoding="utf-8").splitlines()
        kept = [line.partition(" # auditlint: ")[0] for line in after if not line.lstrip().startswith("# auditlint: ")]
        assert kept == [line.partition(" # auditlint: ")[0] for line in before if "# auditlint: " not in line[:20]]


def test_in_files_beside_a_static_pod_whatever_their_ending(auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    names = ("kube-apiserver.yaml", "kube-apiserver.yaml.bak")
    for name in names:
        write(f"m/{name}", pod("--audit-log-path=-", "--audit-log-maxsise=100"))
    run = auditlint(*ADD, "m")
    assert (run.returncode, run.stdout) == (0, ""), run.stderr
    comment = " # auditlint: ignore[unknown-flag] as agreed\n"
    for name in names:
        assert f"--audit-log-maxsise=100{comment}" in (tmp_path / "m" / name).read_text()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '{"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": [{"level": "metadata"}]}\n'),
        ("a.yaml", '{"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": [{"level": "metadata"}]}\n'),
    ],
)
def test_json_has_no_comments(auditlint: Auditlint, write: Write, tmp_path: Path, name: str, text: str) -> None:
    run = auditlint(*ADD, write(name, text))
    assert run.returncode == 1
    assert (tmp_path / name).read_text() == text
    assert f"{name}:1:1: note: no ignore comment can stand here, so invalid-level is left: " in run.stderr
    assert "[invalid-level]" in run.stdout


def test_in_base64_the_text_is_encoded_again(auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    policy = f"{HEAD}rules:\n- level: metadata\n"
    encoded = base64.b64encode(policy.encode()).decode()
    text = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\ndata:\n  audit-policy.yaml: {encoded}\n"
    run = auditlint(*ADD, write("secret.yaml", text))
    after = (tmp_path / "secret.yaml").read_text()
    if run.returncode == 0:
        inner = base64.b64decode(after.rpartition(" ")[2]).decode()
        assert inner == policy.replace("metadata", "metadata # auditlint: ignore[invalid-level] as agreed")
    else:
        assert after == text


def test_standard_input_and_a_patch(auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    text = f"{HEAD}rules:\n- level: metadata\n"
    after = text.replace("metadata", "metadata # auditlint: ignore[invalid-level] as agreed")
    run = auditlint(*ADD, "-", stdin=text.encode())
    assert (run.returncode, run.stdout) == (0, after)
    run = auditlint(*ADD, "--diff", write("a.yaml", text))
    assert run.returncode == 1
    assert "+- level: metadata # auditlint: ignore[invalid-level] as agreed\n" in run.stdout
    assert (tmp_path / "a.yaml").read_text() == text


def test_what_is_read_only_stays(auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    text = f"{HEAD}rules:\n- level: metadata\n"
    write("a.yaml", text)
    (tmp_path / "a.yaml").chmod(0o444)
    run = auditlint(*ADD, "a.yaml")
    assert run.returncode == 1
    assert "a.yaml:4:1: note: is read-only: no ignore comment is written\n" in run.stderr
    assert (tmp_path / "a.yaml").read_text() == text


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--add-ignores", " "), "--add-ignores wants a reason, of one line"),
        (("--add-ignores", "a\nb"), "--add-ignores wants a reason, of one line"),
        (("--add-ignores", "a", "--fix"), "--add-ignores and --fix exclude each other"),
        (("--add-ignores", "a", "--untrusted"), "--add-ignores and --untrusted exclude each other"),
        (("--add-ignores", "a", "--write-baseline", "b"), "--add-ignores and --write-baseline exclude each other"),
    ],
)
def test_what_cannot_be_asked(auditlint: Auditlint, options: tuple[str, ...], said: str) -> None:
    run = auditlint("check", *options, ".")
    assert run.returncode == 2
    assert said in complaint(run.stderr)
