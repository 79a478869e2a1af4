"""The kubeconfig of the audit webhook, with the manifest that names it."""

from __future__ import annotations

import pytest

from tests.checks.servers import LIMITS, LOG, POLICY, WEBHOOK, check, pod

CONFIG = """\
apiVersion: v1
kind: Config
clusters:
- name: c
  cluster:
    server: https://audit.example.com/k8s
users:
- name: u
  user: {}
contexts:
- name: x
  context:
    cluster: c
    user: u
current-context: x
"""
MANIFEST = pod(POLICY, LOG, *LIMITS, WEBHOOK)


def of(config: str, manifest: str = MANIFEST) -> list[str]:
    found = check({"kube-apiserver.yaml": manifest, "audit-webhook.yaml": config})["audit-webhook.yaml"]
    return [finding.short for finding in found]


def test_a_good_webhook_is_silent() -> None:
    assert of(CONFIG) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("current-context: x", "", "error refused @ apiVersion: v1"),
        ("current-context: x", "current-context: y", "error refused @ current-context: y"),
        ("    cluster: c", "    cluster: d", "error refused @ cluster: d"),
        ("    user: u", "    user: v", "error @ user: v"),
        ("    server: https://audit.example.com/k8s", "    proxy-url: http://p", "error refused @ cluster:"),
        (
            "  user: {}",
            "  user: {client-certificate: /nowhere/a, client-key: /etc/kubernetes/audit-policy.yaml}",
            "error refused @ user",
        ),
        ("/k8s", "/k8s\n    certificate-authority: ca.crt", "error refused @ certificate-authority: ca.crt"),
    ],
)
def test_what_keeps_the_server_from_using_it(old: str, new: str, expected: str) -> None:
    (found,) = of(CONFIG.replace(old, new, 1))
    assert found.startswith(f"invalid-webhook-config {expected}")


def test_without_a_policy_it_is_never_read() -> None:
    assert of(CONFIG.replace("current-context: x", ""), pod(LOG, *LIMITS, WEBHOOK)) == []


def test_a_kubeconfig_that_no_flag_names_is_not_judged() -> None:
    assert of(CONFIG.replace("https:", "http:"), pod(POLICY, LOG, *LIMITS)) == []


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("https://audit", "http://audit", "server: http://audit.example.com/k8s"),
        ("https://audit.example.com/k8s", "audit.example.com:8443", "server: audit.example.com:8443"),
        ("/k8s", "/k8s\n    insecure-skip-tls-verify: true", "insecure-skip-tls-verify: true"),
        ("user: {}", "user: {token: abc}", "user: {token: abc}"),
    ],
)
def test_what_others_can_read(old: str, new: str, line: str) -> None:
    assert of(CONFIG.replace(old, new, 1)) == [f"insecure-webhook warning @ {line}"]


@pytest.mark.parametrize("host", ["127.0.0.1:8888", "localhost", "[::1]:9443", "127.0.1.1"])
@pytest.mark.parametrize("way", ["http://{}/k8s", "https://{}/k8s\n    insecure-skip-tls-verify: true"])
def test_nobody_reads_what_stays_on_the_machine(host: str, way: str) -> None:
    assert of(CONFIG.replace("https://audit.example.com/k8s", way.format(host))) == []


@pytest.mark.parametrize(
    ("host", "spec", "reported"),
    [
        ("collector.audit.svc", "hostNetwork: true", True),
        ("collector.audit.svc.cluster.local:8443", "hostNetwork: true", True),
        ("collector.audit.svc", "dnsPolicy: ClusterFirst", False),
        ("collector.audit.svc", "{hostNetwork: true, dnsPolicy: ClusterFirstWithHostNet}", False),
        ("svc.example.com", "hostNetwork: true", False),
    ],
)
def test_names_of_the_clusters_dns(host: str, spec: str, reported: bool) -> None:  # noqa: FBT001
    lines = spec.strip("{}").replace(", ", "\n")
    found = of(CONFIG.replace("audit.example.com", host), pod(POLICY, LOG, *LIMITS, WEBHOOK, spec=lines))
    assert found == ([f"cluster-dns-webhook warning @ server: https://{host}/k8s"] if reported else [])
