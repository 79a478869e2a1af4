"""Above the newest known release nothing is called refused for being unknown: it may be new."""

from __future__ import annotations

import pytest

from auditlint import lint
from auditlint.kubernetes import flags
from auditlint.kubernetes.releases import NEWEST_KNOWN, OPTION, name
from auditlint.lint import Source
from auditlint.settings import Settings, with_version
from tests.checks import servers
from tests.checks.servers import LIMITS, LOG, POLICY

NEWER = NEWEST_KNOWN + 7
KNOWN = f"no release up to {name(NEWEST_KNOWN)}, the newest known here, has "
MAY_BE_NEW = {
    "--brand-new=3": ("unknown-flag", 'a flag "--brand-new"', "Delete it"),
    "--audit-polcy-file=/x": ("unknown-flag", 'a flag "--audit-polcy-file"', "Write --audit-policy-file=/x"),
    "--feature-gates=BrandNew=true": (
        "unknown-feature-gate",
        'a feature gate "BrandNew"',
        "Delete --feature-gates=BrandNew=true",
    ),
    "--audit-log-version=audit.k8s.io/v2": (
        "invalid-flag-value",
        'the version "audit.k8s.io/v2" of audit events',
        "Write --audit-log-version=audit.k8s.io/v1",
    ),
}
CANNOT_BE_NEW = (
    *("--audit-dynamic-configuration=true", "-audit-log-path=/x", "---audit-log-path=/x", '"--audit-log-maxage: 3"'),
    *("--feature-gates=AdvancedAuditing=true", "--feature-gates=PodSecurity=true", "--audit-log-maxage=many"),
    *("--audit-log-version=audit.k8s.io/v1beta1", "--audit-log-version=v1", "--feature-gates=wardle:BrandNew=true"),
)


def started(argument: str, minor: int) -> tuple[list[servers.Found], bool]:
    """Return what is found in a manifest with one more argument, and whether the server starts."""
    text = servers.pod(POLICY, LOG, *LIMITS, argument, minor=minor)
    report = lint.check([Source("kube-apiserver.yaml", named=True, data=text.encode())], Settings())
    return servers.findings(text), not report.subjects[0].refused_by


@pytest.mark.parametrize("argument", MAY_BE_NEW)
def test_what_no_release_has_may_be_new(argument: str) -> None:
    rule, what, advice = MAY_BE_NEW[argument]
    (found,), starts = started(argument, NEWER)
    assert (found.rule, found.severity, found.refused, starts) == (rule, "warning", False, True)
    assert found.message == KNOWN + what
    assert found.help == f"{advice}, unless your release has it"
    known, starts_there = started(argument, NEWEST_KNOWN)
    assert [(one.rule, one.severity, one.refused) for one in known] == [(rule, "error", True)]
    assert not starts_there


def test_what_may_be_new_is_told_in_the_order_of_the_arguments() -> None:
    gates = [f"BrandNew{number}" for number in range(9)]
    argument = f"--feature-gates={','.join(f'{gate}=true' for gate in gates)}"
    assert [error.value for error in flags.parse([argument], NEWEST_KNOWN, newer=True).unsure] == gates


@pytest.mark.parametrize("argument", CANNOT_BE_NEW)
def test_what_is_gone_or_malformed_is_refused_there_too(argument: str) -> None:
    found, starts = started(argument, NEWER)
    assert any(one.refused for one in found)
    assert not starts


@pytest.mark.parametrize(
    ("version", "refused"),
    [
        ("audit.k8s.io/v2", False),
        ("audit.k8s.io/v2beta1", False),
        ("audit.k8s.io/v1beta1", True),
        ("audit.k8s.io/V1", True),
        ("audit/v2", True),
    ],
)
def test_a_version_of_policies_may_be_new(version: str, refused: bool) -> None:  # noqa: FBT001
    text = f"apiVersion: {version}\nkind: Policy\nrules:\n- level: Metadata\n"
    settings = with_version(Settings(), name(NEWER), "--kubernetes-version", OPTION)
    report = lint.check([Source("policy.yaml", named=True, data=text.encode())], settings)
    (found,) = (one for one in report.findings if one.rule == "wrong-api-version")
    assert (found.refused, found.severity.word) == (refused, "error" if refused else "warning")
    assert bool(report.subjects[0].refused_by) is refused


def test_a_policy_goes_by_the_manifest_that_names_it() -> None:
    pod = servers.pod(POLICY, LOG, *LIMITS, minor=NEWER)
    policy = "apiVersion: audit.k8s.io/v2\nkind: Policy\nrules:\n- level: Metadata\n"
    sources = [("kube-apiserver.yaml", pod), ("audit-policy.yaml", policy)]
    report = lint.check([Source(path, named=True, data=text.encode()) for path, text in sources], Settings())
    assert [subject.refused_by for subject in report.subjects] == [(), ()]
    assert not any(finding.refused for finding in report.findings)
