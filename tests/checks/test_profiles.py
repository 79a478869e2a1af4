"""What the profiles ask: the data, and for each control something that does not meet it and something that does."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditlint import lint, profiles, registry
from auditlint.kubernetes.cluster import Cluster
from auditlint.kubernetes.examples import proper
from auditlint.kubernetes.match import Request, evaluate
from auditlint.kubernetes.releases import KNOWN, NEWEST
from auditlint.kubernetes.requests import can_happen
from auditlint.kubernetes.served import groups_of
from auditlint.lint import Source
from auditlint.rule import REGISTRY, Context
from auditlint.settings import Settings, with_profiles
from tests.checks.policies import CLEAN, CLOSING, HEAD, request_of, rules
from tests.checks.servers import LIMITS, LOG, MOUNTS, POLICY, VOLUMES, WEBHOOK, pod
from tests.checks.test_policy_matching import POLICIES, USERS, subject_of

if TYPE_CHECKING:
    from auditlint.kubernetes.policy import Policy
    from auditlint.report.model import Report

registry.load()

KUBE_BENCH = {
    "1.5": ("1.2.22", "1.2.23", "1.2.24", "1.2.25"),
    "1.6": ("1.2.22", "1.2.23", "1.2.24", "1.2.25"),
    "1.20": ("1.2.21", "1.2.22", "1.2.23", "1.2.24"),
    "1.23": ("1.2.19", "1.2.20", "1.2.21", "1.2.22"),
    "1.24": ("1.2.18", "1.2.19", "1.2.20", "1.2.21"),
    "1.7": ("1.2.18", "1.2.19", "1.2.20", "1.2.21"),
    "1.8": ("1.2.17", "1.2.18", "1.2.19", "1.2.20"),
    "1.9": ("1.2.16", "1.2.17", "1.2.18", "1.2.19"),
    "1.10": ("1.2.16", "1.2.17", "1.2.18", "1.2.19"),
    "1.11": ("1.2.16", "1.2.17", "1.2.18", "1.2.19"),
    "1.12": ("1.2.16", "1.2.17", "1.2.18", "1.2.19"),
}
"""Path, maxage, maxbackup and maxsize per benchmark, as cfg/cis-*/master.yaml of kube-bench has them."""
_BENCHMARKS = ["1.6", *["1.20"] * 3, *["1.23"] * 2, "1.24", "1.7", "1.8", "1.9", "1.10", *["1.11"] * 3, *["1.12"] * 3]
BENCHMARK_OF = dict(enumerate(_BENCHMARKS, 18))
"""The benchmark for each minor release, as version_mapping in cfg/config.yaml of kube-bench has it."""
AGE, FILES, SIZE = LIMITS
STIG_POLICY = rules("- level: RequestResponse\n")
VERBS = ("get", "list", "create", "delete")
AREAS = (("", "secrets"), ("", "configmaps"))
CIS_POLICY = rules(
    '- {level: Metadata, resources: [{group: "", resources: [secrets, configmaps, serviceaccounts/token]}, '
    "{group: authentication.k8s.io, resources: [tokenreviews]}]}\n"
    "- level: Request\n"
)
NSA_POLICY = rules(CLEAN + "- level: RequestResponse\n")


def of(level: str, resource: str, group: str = "", more: str = "") -> str:
    """Return a rule for one resource."""
    return f"- {{level: {level}, {more}resources: [{{group: '{group}', resources: [{resource}]}}]}}\n"


def run(text: str, *chosen: str, minor: int | None = None, path: str = "file.yaml") -> Report:
    """Return the report on one file with profiles."""
    settings = with_profiles(Settings(minor=minor), chosen, "here")
    report = lint.check([Source(path, named=True, data=text.encode())], settings)
    assert not report.crashed
    return report


def controls(text: str, *chosen: str, minor: int | None = None) -> dict[str, set[str]]:
    """Return the controls that are not met, each with the rules that say so."""
    found: dict[str, set[str]] = {}
    for finding in run(text, *chosen, minor=minor).findings:
        for control in finding.controls:
            found.setdefault(control, set()).add(finding.rule)
    return found


def named(text: str, *chosen: str, minor: int | None = None) -> set[tuple[str, str, str]]:
    """Return rule, severity and the controls of the findings that name some."""
    findings = run(text, *chosen, minor=minor).findings
    return {(one.rule, one.severity.word, ", ".join(one.controls)) for one in findings if one.controls}


@pytest.mark.parametrize("version", KUBE_BENCH)
def test_numbers_of_the_benchmark(version: str) -> None:
    profile = profiles.of(f"cis-{version}")
    numbers = {control.key: control.id for control in profile.controls}
    flags = ("audit-log-path", "audit-log-maxage", "audit-log-maxbackup", "audit-log-maxsize")
    assert tuple(numbers[flag] for flag in flags) == KUBE_BENCH[version]
    assert (numbers["policy-set"], numbers["coverage"]) == ("3.2.1", "3.2.2")
    assert profile.version == version


@pytest.mark.parametrize("minor", KNOWN)
def test_the_benchmark_for_a_release(minor: int) -> None:
    assert profiles.of("cis", minor).version == BENCHMARK_OF.get(minor, "1.12")


def test_all_names_choose_a_profile() -> None:
    versions = [f"cis-{version}" for version in KUBE_BENCH]
    assert profiles.names() == ("cis", *versions, "stig", "nsa")
    for name in profiles.names():
        assert profiles.of(name).controls


def test_numbers_of_the_stig() -> None:
    ids = {control.id: control.also for control in profiles.of("stig").controls}
    assert ids == {
        "V-242398": "CNTR-K8-000450",
        "V-242402": "CNTR-K8-000610",
        "V-242403": "CNTR-K8-000700",
        "V-242461": "CNTR-K8-003280",
        "V-242462": "CNTR-K8-003290",
        "V-242463": "CNTR-K8-003300",
        "V-242464": "CNTR-K8-003310",
        "V-242465": "CNTR-K8-003320",
    }


@pytest.mark.parametrize("name", profiles.names())
def test_each_control_names_rules_that_exist_and_says_what_it_asks(name: str) -> None:
    for control in profiles.of(name).controls:
        assert control.rules
        assert {*control.rules, *control.if_refused} <= set(REGISTRY)
        assert control.asks


def test_controls_that_contradict_each_other_are_there() -> None:
    keys = {control.key for name in ("cis", "stig", "nsa") for control in profiles.of(name).controls}
    for control in profiles.of("stig").controls:
        assert set(control.against) <= keys


_GOOD = pod(POLICY, LOG, *LIMITS)
_NOWHERE = {
    "CIS 1.12 1.2.16": {"auditing-off"},
    "CIS 1.12 1.2.17": {"retention-below-profile"},
    "CIS 1.12 1.2.18": {"retention-below-profile"},
    "CIS 1.12 1.2.19": {"retention-below-profile"},
    "CIS 1.12 3.2.1": {"auditing-off"},
}


@pytest.mark.parametrize("chosen", ["cis", "stig", "nsa"])
def test_a_server_that_meets_all(chosen: str) -> None:
    assert controls(_GOOD, chosen) == {}


def test_a_server_without_auditing() -> None:
    assert controls(pod(), "cis") == _NOWHERE
    assert set(controls(pod(), "stig")) == {
        f"STIG V-{number}" for number in (242402, 242461, 242462, 242463, 242464, 242465)
    }
    assert controls(pod(), "nsa") == {"NSA 1.2 audit-logging": {"auditing-off"}}


@pytest.mark.parametrize(
    ("arguments", "minor", "expected"),
    [
        ((POLICY, *LIMITS), 34, {"CIS 1.12 1.2.16": {"policy-without-backend"}}),
        ((LOG, *LIMITS), 34, {"CIS 1.12 3.2.1": {"backend-without-policy"}}),
        ((POLICY, WEBHOOK, *LIMITS), 34, {"CIS 1.12 1.2.16": {"server-below-profile"}}),
        ((POLICY, LOG, WEBHOOK, *LIMITS), 34, {}),
        ((POLICY, LOG, FILES, SIZE), 34, {"CIS 1.12 1.2.17": {"retention-below-profile"}}),
        ((POLICY, LOG, "--audit-log-maxage=29", FILES, SIZE), 34, {"CIS 1.12 1.2.17": {"retention-below-profile"}}),
        ((POLICY, LOG, "--audit-log-maxage=0", FILES, SIZE), 34, {"CIS 1.12 1.2.17": {"retention-below-profile"}}),
        ((POLICY, LOG, "--audit-log-maxage=365", FILES, SIZE), 34, {}),
        ((POLICY, LOG, AGE, SIZE), 34, {"CIS 1.12 1.2.18": {"retention-below-profile"}}),
        ((POLICY, LOG, AGE, SIZE), NEWEST, {"CIS 1.12 1.2.18": {"retention-below-profile"}}),
        ((POLICY, LOG, AGE, "--audit-log-maxbackup=9", SIZE), 34, {"CIS 1.12 1.2.18": {"retention-below-profile"}}),
        ((POLICY, LOG, AGE, FILES), 34, {"CIS 1.12 1.2.19": {"retention-below-profile"}}),
        ((POLICY, LOG, AGE, FILES, "--audit-log-maxsize=0"), NEWEST, {"CIS 1.12 1.2.19": {"retention-below-profile"}}),
        ((POLICY, LOG, AGE, FILES, "--audit-log-maxsize=0"), 27, {"CIS 1.9 1.2.19": {"retention-below-profile"}}),
        (
            (POLICY, LOG, SIZE, "--audit-log-maxage=0", "--audit-log-maxbackup=0"),
            20,
            {"CIS 1.20 1.2.22": {"retention-below-profile"}, "CIS 1.20 1.2.23": {"retention-below-profile"}},
        ),
        (
            (POLICY, LOG),
            NEWEST,
            {f"CIS 1.12 1.2.{number}": {"retention-below-profile"} for number in (17, 18, 19)},
        ),
        (
            (POLICY, LOG, "--audit-log-maxage=7"),
            26,
            {
                "CIS 1.8 1.2.18": {"retention-below-profile"},
                "CIS 1.8 1.2.19": {"retention-below-profile"},
                "CIS 1.8 1.2.20": {"retention-below-profile"},
            },
        ),
    ],
)
def test_flags_and_cis(arguments: tuple[str, ...], minor: int, expected: dict[str, set[str]]) -> None:
    assert controls(pod(*arguments, minor=minor), "cis") == expected


_ZERO_AGE, _ZERO_FILES, _ZERO_SIZE = (f"--audit-log-max{name}=0" for name in ("age", "backup", "size"))


@pytest.mark.parametrize(
    ("arguments", "minor", "advice"),
    [
        ((), 31, ["Add --audit-log-maxage=30, --audit-log-maxbackup=10 and --audit-log-maxsize=100"]),
        ((), NEWEST, ["Add --audit-log-maxage=30, --audit-log-maxbackup=10 and --audit-log-maxsize=100"]),
        ((SIZE,), 31, ["Add --audit-log-maxage=30 and --audit-log-maxbackup=10"]),
        ((_ZERO_AGE, _ZERO_FILES, SIZE), 31, ["Write --audit-log-maxage=30", "Write --audit-log-maxbackup=10"]),
        ((AGE, _ZERO_FILES, SIZE), 31, ["Write --audit-log-maxbackup=10"]),
        ((AGE, SIZE), 31, ["Add --audit-log-maxbackup=10"]),
        ((_ZERO_AGE, SIZE), 31, ["Add --audit-log-maxbackup=10", "Write --audit-log-maxage=30"]),
        (
            (_ZERO_AGE, _ZERO_FILES, _ZERO_SIZE),
            NEWEST,
            ["Write --audit-log-maxage=30", "Write --audit-log-maxbackup=10", "Write --audit-log-maxsize=100"],
        ),
    ],
)
def test_each_limit_is_told_once_with_what_meets_the_control(
    arguments: tuple[str, ...], minor: int, advice: list[str]
) -> None:
    found = run(pod(POLICY, LOG, *arguments, minor=minor), "cis").findings
    assert {one.rule for one in found} == {"retention-below-profile"}
    assert [one.help for one in found] == advice


def test_without_the_profiles_own_rule_the_others_name_its_controls() -> None:
    settings = with_profiles(Settings(minor=31, ignore=("retention-below-profile",)), ["cis"], "here")
    report = lint.check([Source("f.yaml", named=True, data=pod(POLICY, LOG, minor=31).encode())], settings)
    assert [(one.rule, len(one.controls)) for one in report.findings] == [("no-rotation-limits", 3)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (pod(POLICY, WEBHOOK, *LIMITS), {"STIG V-242402", "STIG V-242465"}),
        (pod(POLICY, "--audit-log-path=-", *LIMITS), {"STIG V-242465"}),
        (pod(POLICY, "--audit-log-path=/dev/stdout", *LIMITS), {"STIG V-242465"}),
        (pod(POLICY, "--audit-log-path=audit.log", *LIMITS), {"STIG V-242465"}),
        (pod(POLICY, "--audit-log-path=/srv/audit.log", *LIMITS), {"STIG V-242465"}),
        (pod("--audit-policy-file=/srv/policy.yaml", LOG, *LIMITS), {"STIG V-242461"}),
        (pod(LOG, *LIMITS), {"STIG V-242461"}),
        (pod(POLICY, LOG, AGE, FILES, "--audit-log-maxsize=99"), {"STIG V-242462"}),
        (pod(POLICY, LOG, AGE, SIZE, "--audit-log-maxbackup=1"), {"STIG V-242463"}),
        (pod(POLICY, LOG, FILES, SIZE, "--audit-log-maxage=1"), {"STIG V-242464"}),
        (pod(POLICY, LOG, *LIMITS, "--feature-gates=DynamicAuditing=true", minor=18), {"STIG V-242398"}),
        (pod(POLICY, LOG, *LIMITS, "--feature-gates=DynamicAuditing=true", minor=34), {"STIG V-242398"}),
        (pod(POLICY, LOG, *LIMITS, "--feature-gates=DynamicAuditing=false", minor=18), set()),
        (pod(POLICY, LOG, *LIMITS, "--feature-gates=DynamicAuditing=false", minor=34), set()),
        (pod(POLICY, LOG, *LIMITS, "--feature-gates=DynamicAuditing=true,DynamicAuditing=false", minor=18), set()),
        (pod(POLICY, LOG, *LIMITS, "--feature-gates=AllAlpha=true", minor=34), set()),
    ],
)
def test_flags_and_the_stig(text: str, expected: set[str]) -> None:
    assert set(controls(text, "stig")) == expected


def test_dynamic_auditing_without_a_policy() -> None:
    arguments = (
        "--audit-dynamic-configuration",
        "--feature-gates=DynamicAuditing=true",
        "--runtime-config=auditregistration.k8s.io/v1alpha1=true",
    )
    found = controls(pod(POLICY, *arguments, *LIMITS, minor=18), "stig")
    assert found == {
        "STIG V-242398": {"server-below-profile"},
        "STIG V-242402": {"server-below-profile"},
        "STIG V-242465": {"server-below-profile"},
    }


def test_only_the_policy_that_is_not_mounted_counts_not_the_webhook() -> None:
    mounts = "\n".join(line for line in MOUNTS.splitlines() if "webhook" not in line)
    volumes = "\n".join(line for line in VOLUMES.splitlines() if "webhook" not in line)
    text = pod(POLICY, LOG, WEBHOOK, *LIMITS, mounts=mounts, volumes=volumes)
    report = run(text, "cis")
    assert [(one.rule, one.controls) for one in report.findings] == [("policy-not-mounted", ())]


def test_what_is_not_shown_is_not_said_to_be_absent() -> None:
    assert controls("--audit-log-path=/var/log/audit.log\n--audit-policy-file=/etc/p.yaml\n", "cis", "stig") == {}


def test_a_limit_that_an_argument_was_to_set_is_not_said_to_be_absent() -> None:
    found = controls(pod(POLICY, LOG, FILES, SIZE, "--audit-log-max-age=30"), "cis")
    assert found == {}


@pytest.mark.parametrize(
    ("chosen", "policy"), [("cis", CIS_POLICY), ("stig", STIG_POLICY), ("nsa", NSA_POLICY), ("nsa", STIG_POLICY)]
)
def test_policies_that_meet_a_profile(chosen: str, policy: str) -> None:
    expected = {"NSA 1.2 secrets-at-metadata": {"secret-bodies-logged"}} if policy != NSA_POLICY else {}
    assert controls(policy, chosen) == (expected if chosen == "nsa" else {})


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (of("RequestResponse", "secrets") + CLOSING, "secret-bodies-logged"),
        (of("Request", "tokenreviews", "authentication.k8s.io") + CLOSING, "secret-bodies-logged"),
        (of("Request", "configmaps") + CLOSING, "configmap-bodies-logged"),
        (of("None", "secrets") + CLOSING, "secrets-not-audited"),
        (of("None", "pods/exec") + CLOSING, "exec-not-audited"),
        (of("None", "deployments", "apps", "verbs: [patch], ") + CLOSING, "workload-changes-not-audited"),
        (of("Metadata", "secrets") + "- level: None\n", "drops-the-rest"),
        ("- level: None\n", "logs-nothing"),
        (of("None", "configmaps") + CLOSING, "policy-below-profile"),
        (of("None", "tokenreviews", "authentication.k8s.io") + CLOSING, "policy-below-profile"),
        ("- {level: Metadata, verbs: [create, update, patch, delete]}\n", "policy-below-profile"),
        ("- {level: Metadata, userGroups: [developers]}\n", "policy-below-profile"),
    ],
)
def test_policies_below_cis(body: str, rule: str) -> None:
    assert controls(rules(body), "cis") == {"CIS 1.12 3.2.2": {rule}}


@pytest.mark.parametrize(
    "body",
    [
        of("None", "configmaps", "", "users: ['system:kube-proxy'], "),
        of("None", "configmaps", "", "userGroups: ['system:nodes'], "),
        "- {level: None, nonResourceURLs: ['/healthz*']}\n",
        "- {level: None, resources: [{group: '', resources: [configmaps], resourceNames: [controller-leader]}]}\n",
        of("None", "events"),
        of("RequestResponse", "serviceaccounts/token"),
    ],
)
def test_what_cis_does_not_ask(body: str) -> None:
    assert controls(rules(body + CLOSING), "cis") == {}


_BINDINGS = "{group: rbac.authorization.k8s.io, resources: [rolebindings]}"
_OTHERS = "{group: '', resources: [%s]}, {group: batch}, {group: apps, resources: [statefulsets, daemonsets]}"


@pytest.mark.parametrize(
    ("body", "rule", "named"),
    [
        (of("None", "cronjobs", "batch"), "workload-changes-not-audited", False),
        (of("None", "replicationcontrollers"), "workload-changes-not-audited", False),
        (of("None", "'cronjobs', 'pods'"), "workload-changes-not-audited", True),
        (of("None", "'*'", "apps"), "workload-changes-not-audited", True),
        (of("None", "nodes/proxy"), "exec-not-audited", False),
        (of("None", "pods/attach, pods/ephemeralcontainers"), "exec-not-audited", False),
        (of("None", "pods/attach, pods/portforward"), "exec-not-audited", True),
        (of("None", "nodes/proxy, services/proxy"), "exec-not-audited", True),
        (of("None", "'*/proxy'"), "exec-not-audited", True),
        (of("Metadata", "pods/proxy, services/proxy") + of("None", "'*/proxy'"), "exec-not-audited", False),
        (f"- {{level: None, resources: [{_OTHERS % 'nodes/proxy'}]}}\n", "exec-not-audited", False),
        (f"- {{level: None, resources: [{_OTHERS % 'nodes/proxy, pods'}]}}\n", "exec-not-audited", True),
        (f"- {{level: None, resources: [{_OTHERS % 'pods/attach'}, {_BINDINGS}]}}\n", "exec-not-audited", False),
    ],
)
def test_cis_is_named_only_for_requests_that_it_names(body: str, rule: str, *, named: bool) -> None:
    found = [one for one in run(rules(body + CLOSING), "cis").findings if one.rule == rule]
    assert [one.controls for one in found] == [("CIS 1.12 3.2.2",) if named else ()]


def test_what_the_configuration_calls_sensitive_is_no_matter_of_the_guides() -> None:
    settings = with_profiles(Settings(cluster=Cluster(sensitive=(("x.io", "vaults", ""),))), ["cis", "nsa"], "here")
    text = rules(of("None", "vaults", "x.io") + CLEAN + "- level: RequestResponse\n")
    report = lint.check([Source("f.yaml", named=True, data=text.encode())], settings)
    assert {one.rule: one.controls for one in report.findings}["secrets-not-audited"] == ()


def test_one_finding_lists_what_is_missing_each_with_a_request() -> None:
    text = rules("- {level: Metadata, resources: [{group: '', resources: [secrets, configmaps]}]}\n")
    (found,) = [one for one in run(text, "cis").findings if one.rule == "policy-below-profile"]
    start = "changes of pods, changes of deployments, use of exec, port-forward and proxies and 2 more things are"
    assert found.message.startswith(start)
    assert [related.message.partition(":")[0] for related in found.related] == [
        "changes of deployments",
        "use of exec, port-forward and proxies",
        "token reviews",
        "what no rule names",
    ]
    assert found.witness == {
        "user": "alice",
        "groups": ["system:authenticated"],
        "verb": "delete",
        "apiGroup": "",
        "resource": "pods",
        "subresource": "",
        "namespace": "prod",
        "name": "web",
    }


@pytest.mark.parametrize(
    ("text", "request_shown"),
    [
        (rules(CLOSING), "is logged at Metadata by line 4"),
        (rules("- {level: RequestResponse, users: [alice]}\n"), "matches no rule"),
        (rules("- level: RequestResponse\n- level: RequestResponse\n"), "only the policy is written otherwise"),
        (rules("- {level: RequestResponse, omitStages: [RequestReceived]}\n"), "only the policy is written otherwise"),
        (rules("- {level: RequestResponse, omitManagedFields: true}\n"), "only the policy is written otherwise"),
        (
            f"{HEAD}omitStages: [RequestReceived]\nrules:\n- level: RequestResponse\n",
            "only the policy is written otherwise",
        ),
    ],
)
def test_policies_below_the_stig(text: str, request_shown: str) -> None:
    (found,) = [one for one in run(text, "stig").findings if one.rule == "policy-below-profile"]
    assert found.controls == ("STIG V-242403",)
    assert request_shown in str(found.example)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (CLEAN + CLOSING, {"NSA 1.2 changes-with-bodies": {"policy-below-profile"}}),
        (
            CLEAN + "- {level: None, resources: [{group: rbac.authorization.k8s.io}]}\n- level: RequestResponse\n",
            {"NSA 1.2 changes-with-bodies": {"rbac-not-audited"}},
        ),
        (
            "- {level: None, resources: [{group: '', resources: [secrets]}]}\n" + CLEAN + "- level: RequestResponse\n",
            {"NSA 1.2 secrets-at-metadata": {"secrets-not-audited"}},
        ),
        (
            CLEAN + "- {level: RequestResponse, verbs: [create, update, patch, delete, deletecollection]}\n" + CLOSING,
            {},
        ),
        ("- level: None\n", {"NSA 1.2 audit-logging": {"logs-nothing"}}),
    ],
)
def test_policies_and_nsa(body: str, expected: dict[str, set[str]]) -> None:
    assert controls(rules(body), "nsa") == expected


@pytest.mark.parametrize("chosen", ["cis", "stig", "nsa"])
@pytest.mark.parametrize("text", ["rules: []\n", rules("- level: metadata\n"), f"{HEAD}rules: [{{level: None]\n"])
def test_a_policy_that_does_not_load_is_not_set(chosen: str, text: str) -> None:
    control = {"cis": "CIS 1.12 3.2.1", "stig": "STIG V-242461", "nsa": "NSA 1.2 audit-logging"}[chosen]
    settings = with_profiles(Settings(minor=NEWEST), [chosen], "here")
    report = lint.check([Source("audit-policy.yaml", named=True, data=text.encode())], settings, as_kind="policy")
    assert {control for one in report.findings if one.refused for control in one.controls} == {control}


def test_a_rule_that_stands_for_another_names_its_control() -> None:
    both = "resources: [{group: rbac.authorization.k8s.io}, {group: apps, resources: [deployments, daemonsets]}]"
    text = rules(f"- {{level: None, verbs: [create], {both}}}\n{CLOSING}")
    assert controls(text, "cis") == {"CIS 1.12 3.2.2": {"rbac-not-audited"}}


def test_contradicting_profiles_are_said_to_be_once() -> None:
    found = named(CIS_POLICY, "cis", "stig")
    assert found == {("profile-conflict", "warning", "CIS 1.12 3.2.2, STIG V-242403")}
    found = named(NSA_POLICY, "stig", "nsa")
    assert found == {("profile-conflict", "warning", "STIG V-242403, NSA 1.2 secrets-at-metadata")}


def test_the_conflict_names_all_who_contradict() -> None:
    (found,) = [one for one in run(CIS_POLICY, "cis", "stig", "nsa").findings if one.rule == "profile-conflict"]
    assert found.message.partition(" (CIS 1.12: 3.2.2")[0] == (
        "the STIG asks for one rule, `level: RequestResponse`, for every request, with every secret in the log: no "
        "policy meets that and CIS 1.12 (no more than Metadata for secrets, configmaps and token reviews) or NSA 1.2 "
        "(no more than Metadata for secrets)"
    )
    assert found.help == "Choose which of them this policy is to meet"


def test_a_policy_that_does_not_load_is_asked_to_choose_nothing() -> None:
    found = run(CIS_POLICY.replace("level: Request\n", "level: request\n"), "cis", "stig").findings
    assert {one.rule for one in found if one.controls} == {"invalid-level"}


@pytest.mark.parametrize("chosen", [("cis", "nsa"), ("stig",), ("cis", "cis-1.8")])
def test_no_conflict(chosen: tuple[str, ...]) -> None:
    assert "profile-conflict" not in {one.rule for one in run(CIS_POLICY, *chosen).findings}


def test_two_versions_of_a_benchmark_are_both_named() -> None:
    found = controls(pod(POLICY, WEBHOOK, *LIMITS), "cis-1.8", "cis")
    assert set(found) == {"CIS 1.8 1.2.17", "CIS 1.12 1.2.16"}


def test_a_profile_hides_nothing_and_changes_no_other_finding() -> None:
    text = rules("- {level: RequestResponse, verbs: [GET]}\n- {level: None, users: [alice]}\n- level: Request\n")
    plain = lint.check([Source("file.yaml", named=True, data=text.encode())], Settings())
    with_profile = {(one.rule, one.span, one.message.partition(" (CIS")[0]) for one in run(text, "cis").findings}
    assert {(one.rule, one.span, one.message) for one in plain.findings} <= with_profile


def test_rules_without_a_policy_around_them_are_not_judged_for_what_is_absent() -> None:
    assert controls("- {level: Metadata, users: [alice]}\n", "cis", "nsa") == {}


def test_the_policy_of_an_aggregated_server_is_not_judged() -> None:
    settings = with_profiles(Settings(cluster=Cluster(aggregated=True)), ["cis", "stig", "nsa"], "here")
    text = rules("- {level: Metadata, users: [alice]}\n")
    report = lint.check([Source("file.yaml", named=True, data=text.encode())], settings)
    assert "policy-below-profile" not in {one.rule for one in report.findings}


@settings(max_examples=60, deadline=None)
@given(POLICIES, st.sampled_from(["cis", "stig", "nsa"]))
def test_witnesses_are_true(policy: Policy, chosen: str) -> None:
    subject = subject_of(policy)
    rule = REGISTRY["policy-below-profile"]
    for finding in rule.check(subject, Context(rule, subject, profiles=(chosen,))):
        if finding.witness is None:
            assert chosen == "stig"
            continue
        request = request_of(finding)
        outcome = evaluate(policy, request)
        assert can_happen(request)
        assert (outcome.rule is None) == ("matches no rule" in str(finding.example))
        assert outcome.level in ({"None"} if chosen == "cis" else {"None", "Metadata", "Request"})


@settings(max_examples=60, deadline=None)
@given(POLICIES)
def test_everything_that_falls_off_is_found(policy: Policy) -> None:
    """No other policy is silent: each request that CIS names, by somebody logged in, then reaches a rule."""
    subject = subject_of(policy)
    rule = REGISTRY["policy-below-profile"]
    if not list(rule.check(subject, Context(rule, subject, profiles=("cis",)))):
        for user, verb, (group, resource) in product((USERS[0], *USERS[1:3]), VERBS, AREAS):
            one = proper(Request(verb, user, groups_of(user), None, group, resource, "", "prod", ""))
            assert evaluate(policy, one).rule is not None
