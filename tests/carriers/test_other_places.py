"""Flags where no tool of a known kind has them: commands of scripts, keys of other documents, patches of kustomize."""

from __future__ import annotations

import pytest

from auditlint import lint, registry
from auditlint.lint import Source
from auditlint.settings import Settings
from auditlint.subjects.model import ApiServer
from tests.carriers.recognition import only, subjects, texts

registry.load()


def told(content: str, path: str) -> list[tuple[str, str, str]]:
    """Return the rule, the place and the help of each finding."""
    report = lint.check([Source(path, named=True, data=content.encode())], Settings())
    assert not report.crashed
    return [(one.rule, f"{one.span.line}:{one.span.column}", one.help) for one in report.shown]


COMMAND = (
    "/usr/local/bin/kube-apiserver --v=2 \\\n  --audit-log-path=/x \\\n  --audit-policy-file=/p --audit-log-maxage=1d"
)


@pytest.mark.parametrize(
    ("path", "before", "after", "line"),
    [
        ("run.sh", "#!/bin/sh\nset -e\n", " >/log 2>&1 &\nwait\n", 5),
        ("run.sh", "cat <<EOF > /x\nkube-apiserver --v=3\nEOF\nexec ", "\n", 6),
        ("run.sh", "if x; then A=1 sudo nohup ", "; fi\n", 3),
        ("README.md", "# Start\n\n```bash\n$ ", "\n```\n", 6),
        ("README.md", "Start\n\n```\n", "\n```\n", 6),
    ],
)
def test_a_script_starts_it(path: str, before: str, after: str, line: int) -> None:
    found = told(before + COMMAND + after, path)
    column = COMMAND.split("\n")[2].index("--audit-log-maxage") + 1
    assert ("invalid-flag-value", f"{line}:{column}", "Write --audit-log-maxage=1") in found
    (server,) = [one for one in subjects(before + COMMAND + after, path) if isinstance(one, ApiServer)]
    assert texts(server)[0] == "--v=2"


@pytest.mark.parametrize(
    "line",
    [
        "# kube-apiserver --audit-log-path=/x",
        "ps aux | grep kube-apiserver --audit-log-path=/x",
        "sed -i 's/kube-apiserver --v=2/kube-apiserver --audit-log-path=x/' f",
        "systemctl restart kube-apiserver --audit-log-path=/x",
        "kube-apiserver --v=2",
        "kube-apiserver \\",
    ],
)
def test_other_lines_of_scripts(line: str) -> None:
    assert subjects(f"set -e\n{line}\n", "a.sh") == ()


def test_many_commands_take_linear_time() -> None:
    assert subjects("kube-apiserver --v=2 \\\n" * 20_000 + "audit-\n", "a.sh") == ()
    assert subjects("kube-apiserver --v=2; " * 20_000 + "audit-\n", "a.sh") == ()


CRIT = "apiVersion: crit.sh/v1alpha2\nkind: ControlPlaneConfiguration\nkubeAPIServer:\n  extraArgs:\n"


@pytest.mark.parametrize(
    ("content", "place", "help"),
    [
        (f'{CRIT}    audit-log-maxage: "1d"\n', "5:5", 'Write audit-log-maxage: "1"'),
        (
            f"{CRIT}  - name: audit-log-maxage\n    value: 1d\n",
            "6:12",
            'Write - {name: audit-log-maxage, value: "1"}',
        ),
        ("kubernetes:\n  apiServerExtraArgs:\n    audit-log-maxage: 1d\n", "3:5", 'Write audit-log-maxage: "1"'),
        ("api_server_args:\n- --audit-log-maxage=1d\n", "2:3", "Write --audit-log-maxage=1"),
        ("apiserver:\n  args: [audit-log-maxage=1d]\n", "2:10", "Write audit-log-maxage=1"),
    ],
)
def test_keys_of_other_documents(content: str, place: str, help: str) -> None:
    assert told(content, "x.yaml") == [("invalid-flag-value", place, help)]
    assert only(ApiServer, content).whole is False


@pytest.mark.parametrize(
    "content",
    [
        "controller:\n  extraArgs: {audit-log-path: /x}\n",
        "apiserver: {args: 3}\n",
        "apiServer:\n  extraArgs: {v: 2}\n",
        "spec:\n  containers: [{name: watcher, image: watcher, args: [--audit-log-path=/x]}]\n",
        "apiServer:\n  extraArgs: [[a], {name: 1}, null, 'v']\n",
    ],
)
def test_other_keys(content: str) -> None:
    assert subjects(content) == ()


OPERATIONS = "- op: add\n  path: /spec/containers/0/command/-\n  value: --audit-log-maxage=1d\n"
MERGED = (
    "kind: Pod\nspec:\n  containers:\n  - name: kube-apiserver\n    command: [kube-apiserver, --audit-log-maxage=1d]\n"
)


def kustomization(key: str, before: str, patch: str) -> str:
    text = "".join(f"    {line}\n" for line in patch.splitlines())
    return (
        f"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a]\n{key}:\n- {before}|\n{text}"
    )


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (kustomization("patches", "patch: ", OPERATIONS), "8:14"),
        (kustomization("patchesJson6902", "path: ''\n  patch: ", OPERATIONS), "9:14"),
        (kustomization("patches", "patch: ", MERGED), "10:35"),
        (kustomization("patchesStrategicMerge", "", MERGED), "10:35"),
    ],
)
def test_patches_of_a_kustomization(content: str, place: str) -> None:
    assert [(rule, at) for rule, at, _ in told(content, "kustomization.yaml")] == [("invalid-flag-value", place)]
