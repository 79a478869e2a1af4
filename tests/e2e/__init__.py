"""Compares auditlint with a real kube-apiserver; no part of the ordinary tests (see docs/e2e.md)."""
