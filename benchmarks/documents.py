"""Markdown files and scripts as repositories have them: most speak of Kubernetes, one in 20 has an audit policy."""

from __future__ import annotations

_SECTION = """\
## Step {number}

Run this on the first node, then look at what `kubectl get pods` says.

```yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-{number}
spec:
  replicas: {number}
```

"""
_SCRIPT = """\
#!/bin/sh
set -eu
for node in $(kubectl get nodes -o name); do
  cat <<EOF | kubectl apply -f -
apiVersion: v1
kind: ConfigMap
metadata:
  name: step-{number}
data:
  node: "$node"
EOF
done
"""
_POLICY = """\
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- level: Metadata
"""


def document(number: int) -> tuple[str, str]:
    """Return the name and the text of one file; every second is a script, every 20th holds a policy."""
    has_policy = number % 20 == 0
    if number % 2:
        return f"step-{number:04}.sh", "".join(_SCRIPT.format(number=number + part) for part in range(12))
    text = f"# Guide {number}\n\n" + "".join(_SECTION.format(number=number + part) for part in range(20))
    return f"guide-{number:04}.md", f"{text}```yaml\n{_POLICY}```\n" if has_policy else text
