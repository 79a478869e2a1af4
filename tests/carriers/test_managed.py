"""Gardener, OpenShift and clouds, which run kube-apiserver themselves; policies that are sent to the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from auditlint import lint, registry
from auditlint.lint import Source
from auditlint.settings import Settings
from auditlint.subjects.model import ApiServer, PolicySubject
from tests.carriers.recognition import POLICY, only, subjects, texts

if TYPE_CHECKING:
    from pathlib import Path

registry.load()

QUIET = POLICY.replace("rules:", "omitStages: [RequestReceived]\nrules:")
HYGIENE = {"leases-logged"}
"""What is said of any short policy."""


def told(files: dict[str, str]) -> list[tuple[str, str]]:
    """Return the rule and the place of each finding."""
    sources = [Source(path, named=True, data=content.encode()) for path, content in files.items()]
    report = lint.check(sources, Settings())
    assert not report.crashed
    return [
        (one.rule, f"{one.path}:{one.span.line}:{one.span.column}")
        for one in report.findings
        if one.rule not in HYGIENE
    ]


SHOOT = """\
apiVersion: core.gardener.cloud/v1beta1
kind: Shoot
metadata: {name: dev}
spec:
  kubernetes:
    version: 1.31.2
    kubeAPIServer:
      enableAnonymousAuthentication: false
"""
REFERENCE = "      auditConfig: {auditPolicy: {configMapRef: {name: auditpolicy}}}\n"


def test_a_shoot_logs_nothing_by_itself() -> None:
    server = only(ApiServer, SHOOT)
    assert (server.carrier, server.minor, texts(server)) == ("gardener", 31, [])
    assert told({"shoot.yaml": SHOOT}) == [("default-policy-logs-nothing", "shoot.yaml:8:7")]
    assert told({"shoot.yaml": SHOOT + REFERENCE}) == []
    assert told({"part.yaml": f"spec:\n  kubernetes:\n    kubeAPIServer:\n{REFERENCE}"}) == []
    garden = "apiVersion: operator.gardener.cloud/v1alpha1\nkind: Garden\nspec: {virtualCluster: {}}\n"
    assert told({"garden.yaml": garden}) == [("default-policy-logs-nothing", "garden.yaml:3:24")]


def openshift(audit: str, kind: str = "APIServer") -> str:
    return f"apiVersion: config.openshift.io/v1\nkind: {kind}\nspec:\n  audit: {audit}\n"


def test_profiles_of_openshift() -> None:
    assert told({"a.yaml": openshift("{profile: Default}")}) == []
    assert told({"a.yaml": openshift("{profile: None}")}) == [("profile-logs-nothing", "a.yaml:4:20")]
    rules = "{customRules: [{group: 'system:authenticated', profile: None}, {group: x, profile: None}]}"
    assert told({"a.yaml": openshift(rules)}) == [("profile-logs-nothing", "a.yaml:4:66")]
    hosted = (
        "apiVersion: hypershift.openshift.io/v1beta1\nkind: HostedCluster\n"
        "spec: {configuration: {apiServer: {audit: {profile: None}}}}\n"
    )
    assert told({"a.yaml": hosted}) == [("profile-logs-nothing", "a.yaml:3:53")]
    assert only(ApiServer, hosted).carrier == "openshift"


def test_flags_and_policy_of_a_kube_apiserver_config() -> None:
    content = (
        "apiVersion: kubecontrolplane.config.openshift.io/v1\nkind: KubeAPIServerConfig\napiServerArguments:\n"
        "  audit-log-maxage: ['x']\n  audit-log-path: [/var/log/kube-apiserver/audit.log]\n"
        "auditConfig: {policyConfiguration: {apiVersion: audit.k8s.io/v1, kind: Policy, rules: [{level: metadata}]}}\n"
    )
    server, policy = subjects(content)
    assert isinstance(server, ApiServer)
    assert isinstance(policy, PolicySubject)
    assert told({"a.yaml": content}) == [("invalid-flag-value", "a.yaml:4:22"), ("invalid-level", "a.yaml:6:96")]


def test_the_log_of_microshift() -> None:
    content = "apiServer:\n  auditLog:\n    maxFileAge: x\n    profile: None\n"
    assert "--audit-log-maxsize=200" in texts(only(ApiServer, content))
    found = told({"config.yaml": content})
    assert ("invalid-flag-value", "config.yaml:3:5") in found
    assert ("profile-logs-nothing", "config.yaml:4:14") in found


@pytest.mark.parametrize(
    ("version", "kind"),
    [
        ("eksctl.io/v1alpha5", "ClusterConfig"),
        ("controlplane.cluster.x-k8s.io/v1beta2", "AWSManagedControlPlane"),
        ("container.cnrm.cloud.google.com/v1beta1", "ContainerCluster"),
        ("infrastructure.cluster.x-k8s.io/v1beta1", "AzureManagedControlPlane"),
        ("containerservice.azure.com/v1api20240901", "ManagedCluster"),
    ],
)
def test_clouds_take_no_policy(version: str, kind: str) -> None:
    head = f"apiVersion: {version}\nkind: {kind}\n"
    flags = f"{head}spec:\n  apiServer:\n    extraArgs:\n      audit-log-path: /var/log/a.log\n"
    assert ("managed-service", "a.yaml:6:7") in told({"a.yaml": flags})
    listed = f"{head}spec:\n  args: [--v=2, --audit-policy-file=/etc/a.yaml]\n"
    assert ("managed-service", "a.yaml:4:17") in told({"a.yaml": listed})
    aliased = f"{head}other: &a {{x: y}}\nspec:\n  auditPolicy: *a\n"
    assert ("managed-service", "a.yaml:5:3") in told({"a.yaml": aliased})
    assert told({"a.yaml": f"{head}cloudWatch: {{clusterLogging: {{enableTypes: [audit]}}}}\n"}) == []


KUSTOMIZATION = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml, audit.yaml]\n"


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("k/kustomization.yaml", KUSTOMIZATION),
        ("k/kustomization.yaml", "resources: [audit.yaml]\n"),
        ("k/apply.sh", "set -e\nkubectl -n x apply --server-side -f audit.yaml\n"),
        ("k/README.md", "Then\n\n```sh\nkubectl create -f ./audit.yaml\n```\n"),
    ],
)
def test_a_policy_is_no_object(path: str, content: str) -> None:
    assert told({path: content, "k/audit.yaml": QUIET}) == [("policy-applied-as-object", "k/audit.yaml:1:1")]
    assert told({path: content.replace("audit.yaml", "other-audit.yaml"), "k/audit.yaml": QUIET}) == []


def test_a_template_of_a_chart_is_an_object(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    template = str(tmp_path / "templates" / "audit.yaml")
    assert told({template: QUIET}) == []
    (tmp_path / "Chart.yaml").write_text("name: x\n")
    assert told({template: QUIET}) == [("policy-applied-as-object", f"{template}:1:1")]


CONFIG = "apiVersion: kubecontrolplane.config.openshift.io/v1\nkind: KubeAPIServerConfig\n"


@pytest.mark.parametrize("value", ["null", "1", "[1, [a]]", "{a: {b: c}}", "x", "true"])
def test_other_shapes_are_borne(value: str) -> None:
    for text in (
        f"{SHOOT.partition('spec')[0]}spec: {{kubernetes: {value}}}\n",
        openshift(value),
        openshift(f"{{profile: {value}, customRules: {value}}}"),
        f"{CONFIG}apiServerArguments: {value}\nauditConfig: {value}\n",
        f"apiServer: {{auditLog: {{profile: {value}, maxFiles: {value}}}}}\n",
        f"apiVersion: eksctl.io/v1\nkind: {value}\naudit-log-path: {value}\n",
        f"kind: Kustomization\napiVersion: kustomize.config.k8s.io/v1\nresources: {value}\n",
    ):
        told({"x.yaml": text, "kustomization.yaml": text})
