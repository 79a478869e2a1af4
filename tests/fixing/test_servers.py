"""What `--fix` makes of kube-apiservers: in each carrier's spelling, all other bytes stay."""

from __future__ import annotations

import pytest

from tests.fixing.mending import mended, told

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: kube-apiserver}
spec:
  hostNetwork: true
  containers:
  - name: kube-apiserver
    image: registry.k8s.io/kube-apiserver:v1.34.1
    command:
    - kube-apiserver
    - --audit-policy-file=/etc/audit/policy.yaml   # the policy
    - --audit-log-path=/var/log/audit/audit.log
    - --audit-log-maxage=30
    - --audit-log-maxbackup=10
    - "--audit-log-maxsize=100"
    volumeMounts:
    - {name: a, mountPath: /etc/audit, readOnly: true}
    - {name: b, mountPath: /var/log/audit}
  volumes:
  - {name: a, hostPath: {path: /etc/audit, type: Directory}}
  - {name: b, hostPath: {path: /var/log/audit, type: DirectoryOrCreate}}
"""
MAXAGE, POLICY = "    - --audit-log-maxage=30\n", "    - --audit-policy-file=/etc/audit/policy.yaml   # the policy\n"
SCRIPT = """\
    command:
    - /bin/sh
    - -c
    - |
      exec kube-apiserver \\
        --audit-policy-file=/etc/audit/policy.yaml \\
        --audit-log-path=/var/log/audit/audit.log \\
        --v=2 2>&1
"""

SAFE = [
    ("unknown-flag", MAXAGE.replace("maxage", "max-age"), MAXAGE),
    ("unknown-flag", '    - "--audit-log-maxagee=30"\n', '    - "--audit-log-maxage=30"\n'),
    ("audit-flag-as-mapping", "    - --audit-log-maxage: 30 # days\n", "    - --audit-log-maxage=30 # days\n"),
    ("stray-argument", "    - —audit-log-maxage=30\n", MAXAGE),
    ("stray-argument", '    - --audit-log-maxage="30"\n', MAXAGE),
    (
        "merged-arguments",
        "    # both\n    - --audit-log-maxage=30 --v=2\n",
        "    - --audit-log-maxage=30\n    # both\n    - --v=2\n",
    ),
]


@pytest.mark.parametrize(("rule", "before", "after"), SAFE)
def test_a_flag_of_a_pod_is_written_as_it_is_meant(rule: str, before: str, after: str) -> None:
    assert rule in told(POD.replace(MAXAGE, before), "pod.yaml")
    assert mended(POD.replace(MAXAGE, before), select=(rule,), name="pod.yaml") == POD.replace(MAXAGE, after)


def changed(old: str, new: str, text: str = POD) -> str:
    assert text.count(old) == 1
    return text.replace(old, new)


def test_rotation_flags_are_added_behind_the_others() -> None:
    bare = changed(MAXAGE, "", changed("    - --audit-log-maxbackup=10\n", ""))
    last = '    - "--audit-log-maxsize=100"\n'
    added = "    - --audit-log-maxage=30\n    - --audit-log-maxbackup=10\n"
    assert mended(bare, name="pod.yaml", select=("no-rotation-limits",)) == changed(last, last + added, bare)


def test_rotation_flags_are_words_of_a_script() -> None:
    flags = POD[POD.index("    command:") : POD.index("    volumeMounts:")]
    script = changed(flags, SCRIPT)
    added = "".join(f" \\\n        --audit-log-{flag}" for flag in ("maxage=30", "maxbackup=10", "maxsize=100"))
    assert mended(script, name="pod.yaml", select=("no-rotation-limits",)) == changed("=2 2>", f"=2{added} 2>", script)


def test_a_missing_mount_comes_with_its_volume() -> None:
    bare = changed("    - {name: a, mountPath: /etc/audit, readOnly: true}\n", "")
    bare = changed("  - {name: a, hostPath: {path: /etc/audit, type: Directory}}\n", "", bare)
    mount = "{name: audit-policy, mountPath: /etc/audit/policy.yaml, readOnly: true}"
    volume = "{name: audit-policy, hostPath: {path: /etc/audit/policy.yaml, type: File}}"
    after = changed("/var/log/audit}\n", f"/var/log/audit}}\n    - {mount}\n", bare)
    assert mended(bare, name="pod.yaml", select=("policy-not-mounted",)) == f"{after}  - {volume}\n"


def test_a_log_is_mounted_to_be_written() -> None:
    read_only = changed("mountPath: /var/log/audit}", "mountPath: /var/log/audit, readOnly: true}")
    assert mended(read_only, name="pod.yaml", select=("log-mount-read-only",)) == POD


def test_a_sub_path_of_a_file_is_deleted() -> None:
    text = changed(
        "mountPath: /etc/audit, readOnly", "mountPath: /etc/audit/policy.yaml, subPath: policy.yaml, readOnly"
    )
    text = changed("path: /etc/audit, type: Directory", "path: /etc/audit/policy.yaml, type: File", text)
    after = changed(" subPath: policy.yaml,", "", text)
    assert mended(text, name="pod.yaml", select=("sub-path-of-file",)) == after


KUBEADM = """\
apiVersion: kubeadm.k8s.io/v1beta3
kind: ClusterConfiguration
kubernetesVersion: v1.30.1
apiServer:
  extraArgs:
    audit-log-path: "-"
    audit-log-max-backup: "10" # files
"""


def test_a_key_of_kubeadm_is_renamed_alone() -> None:
    assert mended(KUBEADM, name="k.yaml", select=("unknown-flag",)) == changed("max-backup", "maxbackup", KUBEADM)


def test_dashes_before_a_name_of_kubeadm_are_deleted() -> None:
    dashed = changed("audit-log-max-backup", "--audit-log-maxbackup", KUBEADM)
    after = changed("max-backup", "maxbackup", KUBEADM)
    assert mended(dashed, name="k.yaml", select=("leading-dashes",)) == after


def test_an_item_of_k3s_keeps_its_quotes() -> None:
    text = 'kube-apiserver-arg:\n- "audit-log-max-age=30"\n- audit-log-path=/var/log/k3s/audit.log\n'
    assert mended(text, name="config.yaml", select=("unknown-flag",)) == changed("max-age", "maxage", text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "u.service",
            "[Service]\nExecStart=/usr/bin/kube-apiserver \\\n  --audit-log-path=/a.log \\\n  --audit-log-max-age=30\n",
        ),
        ("s.sh", "minikube start --extra-config=apiserver.audit-log-max-age=30 \\\n  --cpus=2\n"),
        ("u.service", '[Service]\nExecStart=/usr/bin/kube-apiserver "--audit-log-max-age=30" --v=2\n'),
        ("args/kube-apiserver", "--audit-log-path=/a.log\n# days\n--audit-log-max-age=30\n"),
        ("flags.txt", "kube-apiserver --audit-log-path=/a.log \\\r\n  --audit-log-max-age=30\r\n"),
        ("R.md", "1. Set\n\n   ```\n   kube-apiserver --audit-log-path=/a \\\n     --audit-log-max-age=30\n   ```\n"),
        ("R.md", "- `--audit-log-path=/a.log`\n- `--audit-log-max-age=30`\n"),
    ],
)
def test_a_flag_of_a_command_line_is_renamed_alone(name: str, text: str) -> None:
    assert mended(text, name=name, select=("unknown-flag",)) == changed("max-age", "maxage", text)


ADDED = ("audit-log-maxage=30", "audit-log-maxbackup=10", "audit-log-maxsize=100")


@pytest.mark.parametrize(
    ("name", "text", "gap", "dashes"),
    [
        (
            "u.service",
            "[Service]\nExecStart=/usr/bin/kube-apiserver --audit-policy-file=/p.yaml \\\n    --audit-log-path=/a.log",
            " \\\n    ",
            "--",
        ),
        ("args/kube-apiserver", "--audit-policy-file=/p.yaml\n--audit-log-path=/a.log", "\n", "--"),
        ("flags.txt", "kube-apiserver --audit-policy-file=/p.yaml  --audit-log-path=/a.log", "  ", "--"),
        (
            "a.sh",
            (
                "cat > k.service <<EOF\nExecStart=/kube-apiserver \\\\\n  --audit-policy-file=/p.yaml \\\\\n"
                "  --audit-log-path=/a.log\nEOF"
            ),
            " \\\\\n  ",
            "--",
        ),
        (
            "i.sh",
            'K3S_ARGS="--kube-apiserver-arg=audit-policy-file=/p --kube-apiserver-arg=audit-log-path=/a.log"',
            " ",
            "--kube-apiserver-arg=",
        ),
        (
            "R.md",
            (
                "> ```sh\n> minikube start \\\n>   --extra-config=apiserver.audit-policy-file=/etc/p.yaml \\\n"
                ">   --extra-config=apiserver.audit-log-path=/a.log\n> ```"
            ),
            " \\\n>   ",
            "--extra-config=apiserver.",
        ),
    ],
)
def test_words_are_added_behind_the_others(name: str, text: str, gap: str, dashes: str) -> None:
    after = text.replace("/a.log", "/a.log" + "".join(gap + dashes + flag for flag in ADDED))
    assert mended(f"{text}\n", name=name, select=("no-rotation-limits",), minor=34) == f"{after}\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("one.sh", 'INSTALL_K3S_EXEC="--kube-apiserver-arg=audit-log-path=/a.log" sh -\n'),
        ("each.sh", "k3s server '--kube-apiserver-arg=audit-log-path=/a.log' '--kube-apiserver-arg=v=2'\n"),
        ("R.md", "- `--audit-policy-file=/p.yaml`\n- `--audit-log-path=/a.log`\n"),
        ("ps.txt", "root 1 0 kube-apiserver --audit-log-path=/a.log --audit-log-max-age=30\n"),
    ],
)
def test_words_that_are_left_alone(name: str, text: str) -> None:
    assert mended(text, name=name, unsafe=True, minor=34) == text
