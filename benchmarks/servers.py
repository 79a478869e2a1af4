"""Static Pods of kube-apiserver to measure on, with much that is wrong."""

from __future__ import annotations

_HEAD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: kube-apiserver\n  namespace: kube-system\nspec:\n  containers:\n"


def unknown_flags(count: int) -> str:
    """Return a manifest with one server and so many flags that no server has."""
    flags = "".join(f"        - --audit-log-maxsizes{number}=1\n" for number in range(count))
    return f"{_HEAD}    - name: kube-apiserver\n      command:\n        - kube-apiserver\n{flags}"


def containers(count: int) -> str:
    """Return a manifest with so many servers, each with a volume and a mount of its own."""
    servers = "".join(
        f"    - name: kube-apiserver-{number}\n      command:\n        - kube-apiserver\n"
        f"        - --audit-policy-file=/etc/kubernetes/{number}/policy.yaml\n      volumeMounts:\n"
        f"        - {{name: audit-{number}, mountPath: /etc/kubernetes/{number}, readOnly: true}}\n"
        for number in range(count)
    )
    volumes = "".join(
        f"    - {{name: audit-{number}, hostPath: {{path: /etc/kubernetes/{number}}}}}\n" for number in range(count)
    )
    return f"{_HEAD}{servers}  volumes:\n{volumes}"
