"""What real files showed: advice that can be followed to the letter, one finding for one cause."""

from __future__ import annotations

import pytest

from auditlint import lint, registry
from auditlint.finding import Severity
from auditlint.lint import Source
from auditlint.settings import Settings
from tests.carriers.recognition import pod

registry.load()


def told(content: str, rule: str, path: str = "file.yaml") -> list[tuple[str, str]]:
    """Return the place and the help of each finding of a rule."""
    settings = Settings(min_severity=Severity.INFO)
    report = lint.check([Source(path, named=True, data=content.encode())], settings)
    assert not report.crashed
    return [(f"{one.span.line}:{one.span.column}", one.help) for one in report.shown if one.rule == rule]


MOUNT = "volumeMounts:\n- {{name: a, mountPath: /etc/audit{}}}\n"
VOLUME = "volumes:\n- {name: a, hostPath: {path: /etc/audit}}\n"


@pytest.mark.parametrize(
    ("key", "help"), [(", readOnly: false", "Write `readOnly: true`"), ("", "Add `readOnly: true`")]
)
def test_a_key_that_is_there_is_not_added(key: str, help: str) -> None:
    text = pod(f"command: [kube-apiserver, --audit-policy-file=/etc/audit/p.yaml]\n{MOUNT.format(key)}", spec=VOLUME)
    assert [said for _, said in told(text, "writable-policy-mount")] == [help]


def kubeadm(version: str, rest: str) -> str:
    return f"apiVersion: kubeadm.k8s.io/{version}\nkind: ClusterConfiguration\nkubernetesVersion: v1.30.1\n{rest}"


def test_advice_about_a_list_is_in_the_form_that_the_version_wants() -> None:
    listed = "apiServer:\n  extraArgs:\n  - name: audit-log-path\n    value: /var/log/k/a.log\n"
    (said,) = told(kubeadm("v1beta3", listed), "backend-without-policy")
    assert '  audit-policy-file: "/etc/kubernetes/audit-policy.yaml"' in said[1].split("\n")
    mapped = "apiServer:\n  extraArgs:\n    audit-log-path: /var/log/k/a.log\n"
    (said,) = told(kubeadm("v1beta4", mapped), "backend-without-policy")
    assert '- {name: audit-policy-file, value: "/etc/kubernetes/audit-policy.yaml"}' in said[1].split("\n")


def test_advice_begins_at_the_keys_that_are_not_there() -> None:
    (nothing,) = told(kubeadm("v1beta3", ""), "auditing-off")
    assert nothing[1].split("\n")[1:4] == [
        "apiServer:",
        "  extraArgs:",
        '    audit-policy-file: "/etc/kubernetes/audit-policy.yaml"',
    ]
    (some,) = told(kubeadm("v1beta3", "apiServer: {timeoutForControlPlane: 4m}\n"), "auditing-off")
    assert some[1].split("\n")[1] == "extraArgs:"
    (all_there,) = told(kubeadm("v1beta3", "apiServer: {extraArgs: {v: '2'}}\n"), "auditing-off")
    assert all_there[1].split("\n")[1:3] == ["extraArgs:", '  audit-policy-file: "/etc/kubernetes/audit-policy.yaml"']


@pytest.mark.parametrize("rest", ["", "apiServer: {timeoutForControlPlane: 4m}\n"])
def test_what_is_advised_works(rest: str) -> None:
    (said,) = told(kubeadm("v1beta4", rest), "auditing-off")
    lines = said[1].split("\n")[1:]
    added = "".join(f"{line}\n" if not rest else f"  {line}\n" for line in lines)
    mended = kubeadm("v1beta4", added if not rest else f"apiServer:\n  timeoutForControlPlane: 4m\n{added}")
    report = lint.check([Source("file.yaml", named=True, data=mended.encode())], Settings())
    assert [(one.rule, one.message) for one in report.shown] == []


def test_a_log_of_an_old_kubeadm_is_mounted_to_be_written() -> None:
    (said,) = told(kubeadm("v1alpha3", ""), "auditing-off")
    (policy, log) = (line for line in said[1].split("\n") if "hostPath" in line)
    assert "writable" not in policy
    assert "writable: true" in log


def test_the_arguments_of_a_template_are_one_finding() -> None:
    flags = "".join(f"    audit-log-{name}: '{{{{ {name} }}}}'\n" for name in ("maxage", "maxsize", "path"))
    content = kubeadm("v1beta3", f"apiServer:\n  extraArgs:\n{flags}")
    settings = Settings(min_severity=Severity.INFO)
    report = lint.check([Source("file.yaml", named=True, data=content.encode())], settings)
    (one,) = [one for one in report.shown if one.rule == "unrendered-template"]
    assert one.message.startswith("the value of audit-log-maxage and 2 other arguments look like placeholders")
    assert [(other.span.line, other.rule) for other in one.related] == [
        (7, "unrendered-template"),
        (8, "unrendered-template"),
    ]


BROKEN = '  - level: Metadata\n    users: ["\\$X"]\n'


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        (f"apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n{BROKEN}", True),
        (f"Kind: Policy\nmetadata: {{}}\n{BROKEN}", True),
        (f"rules:\n{BROKEN}", True),
        (BROKEN, True),
        (f"version: 1\nfiles:\n  p.yaml: |\n    apiVersion: audit.k8s.io/v1\nother:\n{BROKEN}", False),
        (f"extraKubeAPIServerArgs:\n  --audit-log-path: x\npolicy:\n{BROKEN}", False),
    ],
)
def test_a_broken_file_around_a_policy_is_none(content: str, *, refused: bool) -> None:
    report = lint.check([Source("file.yaml", named=True, data=content.encode())], Settings())
    (one,) = [one for one in report.findings if one.rule == "yaml-syntax"]
    assert one.refused is refused


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("a.sh", "cat <<EOF > /p.yaml\napiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: $LEVEL\nEOF\n"),
        ("a.sh", "cat <<EOF > /k.service\nExecStart=/kube-apiserver --audit-log-path=$LOG --audit-log-maxage=3\nEOF\n"),
        (
            "a.tf",
            'x = yamlencode({ apiVersion = "audit.k8s.io/v1", kind = "Policy", rules = [{ level = var.level }] })\n',
        ),
    ],
)
def test_what_a_shell_or_terraform_fills_in_is_not_for_somebody_to_write(path: str, content: str) -> None:
    assert told(content, "unrendered-template", path) == []


KIND = """\
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
- role: control-plane
  image: kindest/node:v1.{minor}.1
kubeadmConfigPatches:
- |
  kind: ClusterConfiguration
  apiServer:
    extraArgs:
      audit-log-maxage: 30d
"""


@pytest.mark.parametrize("minor", [34, 36])
def test_a_flag_of_a_mapping_stands_at_its_key_whatever_kind_makes_of_it(minor: int) -> None:
    assert told(KIND.format(minor=minor), "invalid-flag-value") == [("11:7", 'Write audit-log-maxage: "30"')]
