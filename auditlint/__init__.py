"""auditlint: a linter for Kubernetes audit policies and kube-apiserver manifests."""

__version__ = "0.1.0"
