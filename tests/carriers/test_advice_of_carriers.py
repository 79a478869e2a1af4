"""The advice about settings of tools, followed to the letter: the finding is gone and nobody objects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import yaml

from auditlint import lint
from auditlint.finding import Severity
from auditlint.lint import Source
from auditlint.settings import Settings
from tests.carriers.forms import FOLDER, FORMS, GOOD, POLICY

if TYPE_CHECKING:
    from auditlint.finding import Finding


IN_OTHER_WORDS = frozenset({"k3s-install-line", "k3s-unit", "snap", "systemd"})
"""Forms whose advice is words of a command line."""


def live(content: str) -> list[Finding]:
    report = lint.check([Source("file.yaml", named=True, data=content.encode())], Settings())
    assert not report.crashed
    return [one for one in report.findings if one.severity > Severity.INFO]


def on_line(content: str, finding: Finding, text: str) -> str:
    """Write what the advice says in place of what stands on the finding's line, from its column on."""
    lines = content.splitlines()
    line = lines[finding.span.line - 1]
    start = len(line) - len(line.lstrip())
    lines[finding.span.line - 1] = line[:start] + text
    return "\n".join(lines) + "\n"


def written(finding: Finding) -> str:
    return finding.help.removeprefix("Write ").strip("`")


@pytest.mark.parametrize(
    ("form", "old", "new", "rule"),
    [
        ("kubeadm-v1beta3", 'maxage: "30"', "maxage: 30", "wrong-args-shape"),
        ("kubeadm-v1beta3", "    audit-log-maxage", "    --audit-log-maxage", "leading-dashes"),
        ("control-plane-v1beta1", 'maxsize: "100"', "maxsize: 100", "wrong-args-shape"),
        ("kind", 'maxage: "30"', "maxage: 30", "wrong-args-shape"),
        ("kind", "      audit-log-maxage", "      --audit-log-maxage", "leading-dashes"),
        ("kops", "auditLogMaxAge: 30", "auditLogMaxAge: '30'", "wrong-args-shape"),
        ("kops", "auditLogMaxAge: 30", "audit-log-maxage: 30", "flag-as-config-key"),
        ("kops", "auditLogMaxBackups: 10", "auditLogMaxBackup: 10", "flag-as-config-key"),
    ],
)
def test_what_to_write_on_the_line(form: str, old: str, new: str, rule: str) -> None:
    good = FORMS[form].write(GOOD)
    content = good.replace(old, new, 1)
    assert content != good
    finding = next(one for one in live(content) if one.rule == rule)
    assert live(on_line(content, finding, written(finding))) == []


@pytest.mark.parametrize(
    ("form", "old", "new"),
    [("kubeadm-v1beta3", "v1beta3", "v1beta4"), ("kubeadm-v1beta4", "v1beta4", "v1beta3")],
)
def test_all_flags_in_the_other_shape(form: str, old: str, new: str) -> None:
    content = FORMS[form].write(GOOD).replace(old, new)
    (finding,) = live(content)
    block = "".join(f"  {line}\n" for line in finding.help.splitlines()[1:])
    head, tail = content.split("  extraArgs:\n", 1)
    assert live(head + block + tail[tail.index("  extraVolumes") :]) == []


def test_a_patch_without_a_version() -> None:
    good = FORMS["kind"].write(GOOD)
    content = good.replace("  kind: ClusterC", "  apiVersion: kubeadm.k8s.io/v1beta2\n  kind: ClusterC")
    (finding,) = live(content)
    assert finding.help.startswith("Delete this line")
    lines = content.splitlines(keepends=True)
    del lines[finding.span.line - 1]
    assert live("".join(lines)) == []


def test_an_operation_on_a_list_of_pairs() -> None:
    content = FORMS["kind-json"].write(GOOD).replace("v1.34.1", "v1.36.1").replace("v1beta3", "v1beta4")
    for _ in GOOD:
        finding = live(content)[0]
        match = re.fullmatch("Write `(path: [^`]*)` and `(value: .*)`", finding.help)
        assert match
        content = on_line(on_line(content, finding, match[1]), _below(finding), match[2])
    assert live(content) == []


def _below(finding: Finding) -> Finding:
    return finding._replace(span=finding.span._replace(line=finding.span.line + 1))


@pytest.mark.parametrize("path", [POLICY, "/etc/kubernetes/elsewhere.yaml"])
def test_both_steps_of_a_chain(path: str) -> None:
    content = (
        FORMS["kind"].write(GOOD | {"audit-policy-file": path}).replace(f"containerPath: {FOLDER}", "containerPath: /a")
    )
    lines = content.splitlines(keepends=True)
    content = "".join(line for line in lines if f"hostPath: {FOLDER}, mountPath" not in line and "/a}" not in line)
    finding = next(one for one in live(content) if one.rule == "policy-not-mounted")
    _, *block = finding.help.splitlines()
    split = block.index("extraVolumes:")
    into_node = "".join(f"  {line}\n" for line in block[1:split])
    into_pod = "".join(f"    {line}\n" for line in block[split + 1 :])
    content = content.replace("  extraMounts:\n", f"  extraMounts:\n{into_node}")
    assert live(content.replace("    extraVolumes:\n", f"    extraVolumes:\n{into_pod}")) == []


def test_a_mount_of_the_node_under_another_path() -> None:
    content = FORMS["kind"].write(GOOD).replace(f"containerPath: {FOLDER}", "containerPath: /files/audit")
    (finding,) = live(content)
    assert finding.rule == "broken-mount-chain"
    new = re.findall("`(.*?)`", finding.help)[0]
    assert live(content.replace("containerPath: /files/audit", new)) == []


def test_a_policy_for_k3d() -> None:
    flags = {name: value for name, value in GOOD.items() if name != "audit-policy-file"}
    content = FORMS["k3d"].write(flags)
    finding = next(one for one in live(content) if one.rule == "backend-without-policy")
    _, *block = finding.help.splitlines()
    split = block.index("extraArgs:")
    content = content.replace("volumes:\n", "".join(f"{line}\n" for line in block[:split]))
    content = content.replace("    extraArgs:\n", "".join(f"    {line}\n" for line in block[split:]))
    assert live(content) == []


LACKING = {
    "everything": {},
    "a log": {"audit-policy-file": POLICY},
    "a policy": {"audit-log-path": f"{FOLDER}/audit.log"},
    "mounts": {"audit-policy-file": "/srv/a.yaml", "audit-log-path": "/srv/logs/audit.log"},
    "a file for the log": {"audit-policy-file": POLICY, "audit-log-path": "-"},
}


@pytest.mark.parametrize("form", [name for name in FORMS if name not in IN_OTHER_WORDS])
def test_a_block_to_paste_is_one_yaml_text_that_holds_no_key_twice(form: str) -> None:
    for flags in LACKING.values():
        for finding in live(FORMS[form].write(flags)):
            _, _, block = finding.help.partition("\n")
            if block:
                root = yaml.compose(block)
                assert isinstance(root, (yaml.MappingNode, yaml.SequenceNode)) or block.startswith("#"), block
                keys = [key.value for key, _ in root.value] if isinstance(root, yaml.MappingNode) else []
                assert len(keys) == len(set(keys)), block
