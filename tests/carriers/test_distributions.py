"""KubeOne, kubespray and k0s: what they set by themselves, and what they do not understand."""

from __future__ import annotations

import pytest

from auditlint import lint, registry
from auditlint.finding import Severity
from auditlint.kubernetes.container import Files
from auditlint.lint import Source
from auditlint.settings import Settings
from auditlint.subjects.model import ApiServer, PolicySubject, Runs
from tests.carriers.forms import GOOD, kubeone
from tests.carriers.recognition import POLICY, only, subjects, texts

registry.load()


def told(files: dict[str, str]) -> list[tuple[str, str, str]]:
    """Return the rule, the place and the help of each error and warning."""
    sources = [Source(path, named=True, data=content.encode()) for path, content in files.items()]
    report = lint.check(sources, Settings())
    assert not report.crashed
    findings = [one for one in report.findings if one.severity is not Severity.INFO]
    return [(one.rule, f"{one.span.line}:{one.span.column}", one.help) for one in findings]


def test_the_feature_of_kubeone() -> None:
    server = only(ApiServer, kubeone(GOOD))
    assert (server.carrier, server.minor, server.runs, server.complete) == ("kubeone", 34, Runs.STATIC_POD, True)
    assert "--audit-policy-file=/etc/kubernetes/audit/policy.yaml" in texts(server)
    assert told({"kubeone.yaml": kubeone(GOOD)}) == []
    least = kubeone({"audit-policy-file": "./policy.yaml"})
    assert texts(only(ApiServer, least)) == [
        "--audit-log-maxage=30",
        "--audit-log-maxbackup=3",
        "--audit-log-maxsize=100",
        "--audit-log-path=/var/log/kubernetes/audit.log",
        "--audit-policy-file=/etc/kubernetes/audit/policy.yaml",
    ]
    broken = {"kubeone.yaml": least, "policy.yaml": POLICY.replace("Metadata", "metadata")}
    assert ("invalid-level", "4:10", "Write `level: Metadata`") in told(broken)


def test_values_and_keys_of_kubeone() -> None:
    found = told({"k.yaml": kubeone(GOOD | {"audit-log-maxage": "30d", "audit-log-maxagee": "3"})})
    assert ("wrong-args-shape", "10:7", "Write logMaxAge: 30") in found
    assert [(rule, place) for rule, place, _ in found if rule == "flag-as-config-key"] == [
        ("flag-as-config-key", "13:7")
    ]


def test_kubeone_without_the_feature() -> None:
    head = "apiVersion: kubeone.k8c.io/v1beta2\nkind: KubeOneCluster\n"
    assert [rule for rule, *_ in told({"k.yaml": head})] == ["auditing-off"]
    flags = f"{head}controlPlaneComponents:\n  apiServer:\n    flags:\n      audit-log-maxage: x\n"
    assert ("invalid-flag-value", "6:7") in [(rule, place) for rule, place, _ in told({"k.yaml": flags})]
    assert told({"k.yaml": f"{head}features: {{staticAuditLog: {{enable: '{{{{ .On }}}}'}}}}\n"}) == []


KUBESPRAY = "kube_version: v1.33.1\nkubernetes_audit: true\naudit_log_path: /var/log/kube-apiserver-log.json\n"


def test_the_variables_of_kubespray() -> None:
    server = only(ApiServer, KUBESPRAY)
    assert (server.carrier, server.minor, server.files, server.complete) == ("kubespray", 33, Files.MOUNTS, True)
    assert texts(server) == [
        "--audit-log-path=/var/log/kube-apiserver-log.json",
        "--audit-log-maxage=30",
        "--audit-log-maxbackup=10",
        "--audit-log-maxsize=100",
        "--audit-policy-file=/etc/kubernetes/audit-policy/apiserver-audit-policy.yaml",
    ]
    assert told({"all.yml": KUBESPRAY}) == []
    assert [one[:2] for one in told({"all.yml": KUBESPRAY + "audit_log_maxage: 30d\n"})] == [
        ("invalid-flag-value", "4:1")
    ]
    assert [one[:2] for one in told({"all.yml": KUBESPRAY.replace("/var/log/kube-apiserver-log.json", "'-'")})] == [
        ("log-to-stdout", "3:1")
    ]
    off = "kubernetes_audit: false\naudit_log_maxage: 30\n"
    assert texts(only(ApiServer, off)) == []
    assert told({"all.yml": off}) == []


def test_rules_in_a_variable_of_kubespray() -> None:
    content = "audit_policy_custom_rules: |\n  - level: None\n    verbs: [GET]\n  - level: metadata\n"
    (policy,) = subjects(content)
    assert isinstance(policy, PolicySubject)
    assert policy.shape == "snippet"
    assert ("invalid-level", "4:12", "Write `level: Metadata`") in told({"all.yml": content})


def test_arguments_of_k0s_as_they_are() -> None:
    content = (
        "apiVersion: k0s.k0sproject.io/v1beta1\nkind: ClusterConfig\nspec:\n  api:\n    extraArgs: {v: '2'}\n"
        "    rawArgs: [--audit-log-maxage=x]\n"
    )
    server = only(ApiServer, content)
    assert (server.carrier, server.runs, server.files) == ("k0s", Runs.PROCESS, Files.HOST)
    assert [one[:2] for one in told({"k0s.yaml": content})] == [("auditing-off", "5:5"), ("invalid-flag-value", "6:15")]
    assert [one[:2] for one in told({"k0s.yaml": content.partition("spec")[0]})] == [("auditing-off", "1:1")]


KUBEONE = "kind: KubeOneCluster\napiVersion: kubeone.k8c.io/v1beta2\n"


@pytest.mark.parametrize("value", ["null", "1", "[1, [a]]", "{a: {b: c}}", "x", "true"])
@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: k0s.k0sproject.io/v1beta1\nkind: ClusterConfig\nspec: {}\n",
        "apiVersion: k0s.k0sproject.io/v1beta1\nkind: ClusterConfig\nspec: {{api: {{extraArgs: {0}, rawArgs: {0}}}}}\n",
        "apiVersion: k0sctl.k0sproject.io/v1beta1\nspec: {{k0s: {0}}}\n",
        KUBEONE + "features: {}\nversions: {0}\n",
        KUBEONE + "features: {{staticAuditLog: {{enable: true, config: {0}}}}}\n",
        KUBEONE + "controlPlaneComponents: {{apiServer: {{flags: {0}}}}}\n",
        "kubernetes_audit: true\nkubernetes_audit_webhook: true\naudit_log_path: {0}\naudit_webhook_mode: {0}\n",
        "audit_policy_custom_rules: {0}\nkube_kubeadm_apiserver_extra_args: {0}\nkubernetes_audit: true\n",
    ],
)
def test_other_shapes_are_borne(text: str, value: str) -> None:
    told({"x.yaml": text.replace("{0}", value).replace("{{", "{").replace("}}", "}")})
