"""How each carrier writes the same flags, with a policy and a log that the server can use: one function a carrier.

A form is given flags by their names (`audit-log-maxage`) and returns a file. Tests go over all of them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from auditlint.kubernetes.releases import NEWEST
from auditlint.kubernetes.releases import name as name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Flags = Mapping[str, str]

FOLDER = "/etc/kubernetes/audit"
POLICY = f"{FOLDER}/policy.yaml"
LOGS = "/var/log/kubernetes/audit"
LOG = f"{LOGS}/audit.log"
GOOD = {
    "audit-policy-file": POLICY,
    "audit-log-path": LOG,
    "audit-log-maxage": "30",
    "audit-log-maxbackup": "10",
    "audit-log-maxsize": "100",
}


class Form(NamedTuple):
    """One carrier, and the file that it is."""

    write: Callable[[Flags], str]
    path: str
    typed: bool = False
    """Its values have types: a text for a number is refused by the tool already."""
    policy: str = POLICY
    """Where a policy lies that the server sees."""
    names: Mapping[str, str] = {}
    """What it calls a flag, where that is not the flag's name."""
    before: str = ""
    """What stands before the flag's name."""
    has_defaults: bool = False
    """Its tool sets a policy, a log and limits where they are absent."""
    release: str = "1.34"
    """The release that its files are judged for."""
    item: str = "name: {}"
    """How a list item begins that sets a flag."""


def _keys(flags: Flags) -> str:
    return "".join(f'    {name}: "{value}"\n' for name, value in flags.items())


def _pairs(flags: Flags) -> str:
    return "".join(f'    - name: {name}\n      value: "{value}"\n' for name, value in flags.items())


def _volumes() -> str:
    mounts = ((FOLDER, "readOnly: true, pathType: Directory"), (LOGS, "pathType: DirectoryOrCreate"))
    return "".join(
        f"  - {{name: v{index}, hostPath: {path}, mountPath: {path}, {more}}}\n"
        for index, (path, more) in enumerate(mounts)
    )


def _section(flags: Flags, *, pairs: bool = False) -> str:
    written = _pairs(flags) if pairs else _keys(flags)
    return f"apiServer:\n  extraArgs:\n{written}  extraVolumes:\n{_volumes()}"


def _below(text: str, indent: int) -> str:
    return "".join(" " * indent + line + "\n" for line in text.splitlines())


def kubeadm(version: str) -> Callable[[Flags], str]:
    def write(flags: Flags) -> str:
        head = f"apiVersion: kubeadm.k8s.io/{version}\nkind: ClusterConfiguration\nkubernetesVersion: v1.34.1\n"
        return head + _section(flags, pairs=version == "v1beta4")

    return write


def config_map(flags: Flags) -> str:
    inner = kubeadm("v1beta4")(flags)
    return (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kubeadm-config, namespace: kube-system}\ndata:\n"
        f"  ClusterConfiguration: |\n{_below(inner, 4)}"
    )


def _object(kind: str, group: str, version: str, spec: str, flags: Flags) -> str:
    steps = [*spec.split("."), "clusterConfiguration"]
    lines = [f"{'  ' * depth}{step}:\n" for depth, step in enumerate(steps)]
    lines[0] += "  version: v1.34.1\n" if kind == "KubeadmControlPlane" else ""
    lines[-1] += "" if kind == "KubeadmControlPlane" else f"{'  ' * len(steps)}kubernetesVersion: v1.34.1\n"
    head = f"apiVersion: {group}.cluster.x-k8s.io/{version}\nkind: {kind}\nmetadata: {{name: north}}\n"
    return head + "".join(lines) + _below(_section(flags, pairs=version == "v1beta2"), 2 * len(steps))


def control_plane(version: str) -> Callable[[Flags], str]:
    return lambda flags: _object("KubeadmControlPlane", "controlplane", version, "spec.kubeadmConfigSpec", flags)


def control_plane_template(flags: Flags) -> str:
    return _object(
        "KubeadmControlPlaneTemplate", "controlplane", "v1beta1", "spec.template.spec.kubeadmConfigSpec", flags
    )


def kubeadm_config(flags: Flags) -> str:
    return _object("KubeadmConfig", "bootstrap", "v1beta2", "spec", flags)


KOPS_KEYS = {
    "audit-policy-file": "auditPolicyFile",
    "audit-log-path": "auditLogPath",
    "audit-log-maxage": "auditLogMaxAge",
    "audit-log-maxbackup": "auditLogMaxBackups",
    "audit-log-maxsize": "auditLogMaxSize",
    "audit-log-format": "auditLogFormat",
    "audit-log-maxagee": "auditLogMaxAgee",
}


def kops(flags: Flags) -> str:
    lines = "".join(f"    {KOPS_KEYS[name]}: {_typed(value)}\n" for name, value in flags.items())
    head = "apiVersion: kops.k8s.io/v1alpha2\nkind: Cluster\nmetadata: {name: example.com}\nspec:\n"
    return f"{head}  kubernetesVersion: 1.34.1\n  kubeAPIServer:\n    anonymousAuth: false\n{lines}"


def _typed(value: str) -> str:
    return value if value.isdecimal() else json.dumps(value)


def _items(flags: Flags, indent: int) -> str:
    return "".join(f"{' ' * indent}- {name}={value}\n" for name, value in flags.items())


def server_config(flags: Flags) -> str:
    return f"write-kubeconfig-mode: '0600'\nkube-apiserver-arg:\n{_items(flags, 0)}"


def machine_global_config(flags: Flags) -> str:
    return (
        "apiVersion: provisioning.cattle.io/v1\nkind: Cluster\nspec:\n  kubernetesVersion: v1.34.1+rke2r1\n"
        f"  rkeConfig:\n    machineGlobalConfig:\n      cni: canal\n      kube-apiserver-arg:\n{_items(flags, 6)}"
    )


def install_line(flags: Flags) -> str:
    options = " ".join(f"--kube-apiserver-arg={name}={value}" for name, value in flags.items())
    return f'curl -sfL https://get.k3s.io | INSTALL_K3S_VERSION=v1.34.1+k3s1 INSTALL_K3S_EXEC="{options}" sh -\n'


def unit_of_k3s(flags: Flags) -> str:
    options = " \\\n".join(f"  '--kube-apiserver-arg={name}={value}'" for name, value in flags.items())
    return f"[Service]\nExecStart=/usr/local/bin/k3s server \\\n{options}\n"


def unit(flags: Flags) -> str:
    options = " \\\n".join(f"  --{name}={value}" for name, value in flags.items())
    return f"[Service]\nExecStart=/usr/local/bin/kube-apiserver \\\n{options}\nRestart=always\n"


def arguments(flags: Flags) -> str:
    return "".join(f"--{name}={value}\n" for name, value in flags.items())


def rke(flags: Flags) -> str:
    binds = "".join(f"    - {folder}:{folder}\n" for folder in (LOGS, "/tmp"))
    args = "".join(f'      {name}: "{value}"\n' for name, value in flags.items())
    head = (
        "nodes: []\nkubernetes_version: v1.34.1-rancher1-1\nservices:\n  kube-api:\n    audit_log: {enabled: false}\n"
    )
    return f"{head}    extra_args:\n{args}    extra_binds:\n{binds}"


def talos(flags: Flags) -> str:
    volumes = "".join(
        f"    - {{hostPath: {path}, mountPath: {path}, readonly: {only}}}\n"
        for path, only in ((FOLDER, "true"), (LOGS, "false"))
    )
    head = "machine: {type: controlplane}\ncluster:\n  apiServer:\n    image: registry.k8s.io/kube-apiserver:v1.34.1\n"
    args = "".join(f'      {name}: "{value}"\n' for name, value in flags.items())
    return f"{head}    extraArgs:\n{args}    extraVolumes:\n{volumes}"


def k0sctl(flags: Flags) -> str:
    head = "apiVersion: k0sctl.k0sproject.io/v1beta1\nkind: Cluster\nspec:\n  k0s:\n    version: v1.34.1+k0s.0\n"
    args = "".join(f'            {name}: "{value}"\n' for name, value in flags.items())
    return f"{head}    config:\n      spec:\n        api:\n          extraArgs:\n{args}"


KUBEONE_KEYS = {
    "audit-policy-file": "policyFilePath",
    "audit-log-path": "logPath",
    "audit-log-maxage": "logMaxAge",
    "audit-log-maxbackup": "logMaxBackup",
    "audit-log-maxsize": "logMaxSize",
    "audit-log-maxagee": "logMaxAgee",
}


def kubeone(flags: Flags) -> str:
    head = "apiVersion: kubeone.k8c.io/v1beta2\nkind: KubeOneCluster\nversions: {kubernetes: 1.34.1}\nfeatures:\n"
    args = "".join(f"      {KUBEONE_KEYS[name]}: {_typed(value)}\n" for name, value in flags.items())
    return f"{head}  staticAuditLog:\n    enable: true\n    config:\n{args}"


_OPTION = "--kube-apiserver-arg="
_NEWEST = name_of(NEWEST)


_KIND = (
    "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes:\n- role: control-plane\n"
    "  image: kindest/node:v1.{minor}.1\n  extraMounts:\n"
    f"  - {{{{hostPath: ./audit, containerPath: {FOLDER}}}}}\n  - {{{{hostPath: ./logs, containerPath: {LOGS}}}}}\n"
)


def kind(flags: Flags) -> str:
    patch = _below(f"kind: ClusterConfiguration\n{_section(flags)}", 2)
    return f"{_KIND.format(minor=34)}kubeadmConfigPatches:\n- |\n{patch}"


def kind_node(flags: Flags) -> str:
    patch = f"apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n{_section(flags, pairs=True)}"
    return f"{_KIND.format(minor=36)}  kubeadmConfigPatches:\n  - {json.dumps(patch)}\n"


def kind_converted(flags: Flags) -> str:
    return kind(flags).replace("v1.34.1", "v1.36.1")


def kind_json(flags: Flags) -> str:
    lines = "".join(
        f'    - op: add\n      path: /apiServer/extraArgs/{name}\n      value: "{value}"\n'
        for name, value in flags.items()
    )
    volumes = f"    - op: add\n      path: /apiServer/extraVolumes\n      value:\n{_below(_volumes(), 4)}"
    head = "kubeadmConfigPatchesJSON6902:\n- group: kubeadm.k8s.io\n  version: v1beta3\n  kind: ClusterConfiguration\n"
    return f"{_KIND.format(minor=34)}{head}  patch: |\n{lines}{volumes}"


def k3d(flags: Flags) -> str:
    arguments = "".join(f"    - arg: --kube-apiserver-arg={name}={value}\n" for name, value in flags.items())
    return (
        "apiVersion: k3d.io/v1alpha5\nkind: Simple\nmetadata: {name: a}\nimage: rancher/k3s:v1.34.1-k3s1\n"
        f"volumes:\n- volume: ./audit:{FOLDER}\n  nodeFilters: ['server:*']\n"
        f"options:\n  k3s:\n    extraArgs:\n{arguments}"
    )


FORMS = {
    "kubeadm-v1beta2": Form(kubeadm("v1beta2"), "kubeadm.yaml"),
    "kubeadm-v1beta3": Form(kubeadm("v1beta3"), "kubeadm.yaml"),
    "kubeadm-v1beta4": Form(kubeadm("v1beta4"), "kubeadm.yaml"),
    "kubeadm-config": Form(config_map, "kubeadm-config.yaml"),
    "control-plane-v1beta1": Form(control_plane("v1beta1"), "north.yaml"),
    "control-plane-v1beta2": Form(control_plane("v1beta2"), "north.yaml"),
    "control-plane-template": Form(control_plane_template, "template.yaml"),
    "kubeadm-config-object": Form(kubeadm_config, "config.yaml"),
    "k3s": Form(server_config, "etc/rancher/k3s/config.yaml", release=_NEWEST),
    "rke2": Form(server_config, "etc/rancher/rke2/config.yaml", release=_NEWEST),
    "rancher": Form(machine_global_config, "cluster.yaml"),
    "k3s-install-line": Form(install_line, "install.sh", before=_OPTION),
    "k3s-unit": Form(unit_of_k3s, "k3s.service", before=_OPTION, release=_NEWEST),
    "rke": Form(rke, "cluster.yml"),
    "talos": Form(talos, "controlplane.yaml", has_defaults=True),
    "k0s": Form(k0sctl, "k0sctl.yaml"),
    "systemd": Form(unit, "kube-apiserver.service", before="--", release=_NEWEST),
    "snap": Form(arguments, "var/snap/microk8s/current/args/kube-apiserver", before="--", release=_NEWEST),
    "kops": Form(kops, "cluster.yaml", typed=True, names=KOPS_KEYS),
    "kind": Form(kind, "kind.yaml"),
    "kind-node": Form(kind_node, "kind.yaml", release="1.36"),
    "kind-converted": Form(kind_converted, "kind.yaml", release="1.36"),
    "kind-json": Form(kind_json, "kind.yaml", item="op: add"),
    "k3d": Form(k3d, "k3d.yaml", before=_OPTION),
}
"""All of them. A carrier more is a function more, and a line here."""
