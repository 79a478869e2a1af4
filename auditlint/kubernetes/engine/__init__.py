"""The parts of the exact engine behind auditlint.kubernetes.reach."""
