"""Rules are found where the pipeline looks for them."""

from __future__ import annotations

import subprocess
import sys

from auditlint import registry
from auditlint.rule import REGISTRY


def test_rules_are_in_a_module_that_is_loaded_for_their_subjects() -> None:
    registry.load()
    misplaced = [
        (rule.name, subject.__name__)
        for rule in REGISTRY.values()
        for subject in (rule.subject if isinstance(rule.subject, tuple) else (rule.subject,))
        if rule.check.__module__.removeprefix("auditlint.checks.") not in registry.MODULES[subject.__name__]
    ]
    assert misplaced == []


def test_a_policy_loads_no_rules_about_servers() -> None:
    program = "import sys; from auditlint import registry; registry.load('ClusterPolicy'); print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "auditlint.checks.policy.matching" in run.stdout.split()
    assert "auditlint.checks.server.mounts" not in run.stdout.split()
