"""Files as repositories have them: Markdown and scripts, one in 20 with an audit policy, and YAML of every kind."""

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


def unrelated(number: int) -> tuple[str, str]:
    """Return the name and the text of one of the YAML files of a repository, none of which is about auditing.

    Of 20 files 8 are manifests, 4 templates of Helm, 3 definitions of resources (up to 120 KB, with the words apiserver
    and audit in their descriptions), 3 values and workflows, and 2 lock files (up to 60 KB).
    """
    kind = number % 20
    if kind < 8:  # noqa: PLR2004
        return f"manifest-{number:04}.yaml", "---\n".join(map(manifest, range(number, number + 1 + number % 4)))
    if kind < 12:  # noqa: PLR2004
        return f"templates/web-{number:04}.yaml", _TEMPLATE * (1 + number % 3)
    if kind < 15:  # noqa: PLR2004
        return f"crd-{number:04}.yaml", _definition(number, fields=20 + 37 * number % 400)
    if kind < 18:  # noqa: PLR2004
        return f"values-{number:04}.yaml", _VALUES.format(number=number) * (1 + number % 5)
    return f"lock-{number:04}.yaml", "packages:\n" + "".join(map(_locked, range(20 + 41 * number % 400)))


def manifest(number: int) -> str:
    """Return a manifest that has nothing to do with auditing."""
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web-{number}\n  namespace: team-{number % 9}\n"
        f"spec:\n  replicas: {number % 5}\n  selector:\n    matchLabels: {{app: web-{number}}}\n  template:\n"
        f"    metadata:\n      labels: {{app: web-{number}}}\n    spec:\n      containers:\n        - name: web\n"
        f"          image: registry.example.com/web:{number}\n          ports: [{{containerPort: 8080}}]\n"
    )


_TEMPLATE = """\
{{- if .Values.web.enabled }}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "web.fullname" . }}
  labels: {{- include "web.labels" . | nindent 4 }}
spec:
  type: {{ .Values.service.type }}
  ports:
    - port: {{ .Values.service.port }}
{{- end }}
---
"""
_VALUES = """\
web-{number}:
  enabled: true
  image: {{repository: registry.example.com/web, tag: "1.{number}"}}
  resources:
    limits: {{cpu: 500m, memory: 256Mi}}
"""
_FIELD = """\
                field{number}:
                  description: |-
                    What the kube-apiserver is asked for field {number}; changes of it are in the audit log.
                    More on this is in the documentation of the resource.
                  type: string
                  maxLength: 253
"""


def _definition(number: int, fields: int) -> str:
    head = (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
        f"metadata:\n  name: widgets{number}.example.com\nspec:\n  group: example.com\n  names:\n"
        f"    kind: Widget{number}\n    plural: widgets{number}\n  scope: Namespaced\n  versions:\n    - name: v1\n"
        "      served: true\n      storage: true\n      schema:\n        openAPIV3Schema:\n          type: object\n"
        "          properties:\n            spec:\n              type: object\n              properties:\n"
    )
    return head + "".join(_FIELD.format(number=one) for one in range(fields))


def _locked(number: int) -> str:
    return (
        f"  /package-{number}@{number % 7}.{number % 5}.0:\n"
        f"    resolution: {{integrity: sha512-{number:064x}}}\n    dev: true\n    engines: {{node: '>=18'}}\n"
    )
