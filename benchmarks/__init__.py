"""Measures the speed that auditlint promises."""
