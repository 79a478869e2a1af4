"""What carriers declare for the first look at a file, so that none is loaded for it; made by `tools/dev pages`.

A carrier that is not listed yet is loaded and asked.
"""
# ruff: noqa: E501, Q000, RUF100

from __future__ import annotations

# fmt: off
DECLARED: dict[str, tuple[tuple[bytes, ...], tuple[str, ...], bool]] = {
    'applied': ((), ('.yaml', '.yml', '.json', '.sh', '.bash', '.md', '.markdown'), False),
    'arguments': ((b'audit-',), ('.yaml', '.yml', '.json'), False),
    'cluster_api': ((b'cluster.x-k8s.io/',), ('.yaml', '.yml', '.json'), False),
    'config_map': ((b'audit', b'apiserver', b'YXVkaX', b'F1ZGl0', b'hdWRpd'), ('.yaml', '.yml', '.json'), False),
    'flags': ((b'--audit', b'audit-', b'audit_'), ('.yaml', '.yml', '.json'), False),
    'gardener': ((b'gardener.cloud/', b'auditConfig'), ('.yaml', '.yml', '.json'), False),
    'here_document': ((), ('.sh', '.bash'), False),
    'json_patch': ((b'audit',), ('.yaml', '.yml', '.json'), False),
    'k0s': ((b'k0sproject.io/',), ('.yaml', '.yml', '.json'), False),
    'k3d': ((b'k3d.io/',), ('.yaml', '.yml', '.json'), False),
    'k3s': ((b'kube-apiserver-arg', b'audit-'), ('.yaml', '.yml', '.json', '.sh', '.bash', '.md', '.markdown', '.service', '.conf', '.env'), False),
    'kind': ((b'kind.x-k8s.io/', b'kind.sigs.k8s.io/'), ('.yaml', '.yml', '.json'), False),
    'kops': ((b'kubeAPIServer', b'kops.k8s.io/', b'kops/v1'), ('.yaml', '.yml', '.json'), False),
    'kubeadm': ((b'ClusterConfiguration', b'MasterConfiguration'), ('.yaml', '.yml', '.json'), False),
    'kubeone': ((b'KubeOneCluster',), ('.yaml', '.yml', '.json'), False),
    'kubespray': ((b'kubernetes_audit', b'audit_policy_custom_rules'), ('.yaml', '.yml', '.json'), False),
    'managed': ((b'eksctl.io/', b'eks.aws', b'eks.services', b'AWSManaged', b'EKSConfig', b'EKSCluster', b'container.cnrm', b'container.gcp', b'GCPManaged', b'containerservice', b'AzureManaged'), ('.yaml', '.yml', '.json'), False),
    'markdown': ((), ('.md', '.markdown'), False),
    'minikube': ((b'apiserver.audit', b'apiserver.Audit', b'ExtraOptions'), ('.yaml', '.yml', '.json', '.sh', '.bash', '.md', '.markdown', '.service', '.conf', '.env'), False),
    'node_files': ((b'YXVkaX', b'F1ZGl0', b'hdWRpd', b'H4sI', b'%1F%8B', b'%1f%8b'), ('.yaml', '.yml', '.json', '.bu', '.fcc', '.ign'), False),
    'objects': ((), ('.yaml', '.yml', '.json'), False),
    'openshift': ((b'config.openshift.io/', b'hypershift.openshift.io/', b'auditLog', b'customRules'), ('.yaml', '.yml', '.json'), False),
    'pod': ((b'apiserver', b'audit'), ('.yaml', '.yml', '.json'), False),
    'policy': ((b'audit',), ('.yaml', '.yml', '.json'), True),
    'prose': ((b'audit.k8s.io',), ('.md', '.markdown', '.sh', '.bash'), False),
    'rancher2': ((b'kube_api',), ('.tf', '.tofu'), False),
    'rke': ((b'kube-api',), ('.yaml', '.yml', '.json'), False),
    'rke2': ((b'kube-apiserver-arg', b'audit-', b'profile: cis', b"profile: 'cis", b'profile: "cis', b'"profile": "cis', b'"profile":"cis'), ('.yaml', '.yml', '.json'), False),
    'sink': ((b'AuditSink',), ('.yaml', '.yml', '.json'), False),
    'snap': ((b'--audit-', b'--authorization-mode', b'--service-cluster-ip-range'), ('.yaml', '.yml', '.json', 'kube-apiserver'), False),
    'strings': ((), ('.yaml', '.yml', '.json'), False),
    'systemd': ((b'kube-apiserver', b'--audit-'), ('.yaml', '.yml', '.json', '.service', '.service.j2', '.service.tpl', '.conf', '.env', 'apiserver'), False),
    'talos': ((b'apiServer', b'KubeAuditPolicyConfig', b'KubeAPIServerConfig'), ('.yaml', '.yml', '.json'), False),
    'terraform': ((), ('.tf', '.tofu', '.tfvars', '.hcl'), False),
    'webhook': ((b'current-context', b'clusters:', b'"clusters"'), ('.yaml', '.yml', '.json'), False),
}
"""The words, the endings of names, and whether there is a second look, for each module."""
