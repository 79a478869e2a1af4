"""Whatever `kubernetes/` calls wrong, some rule tells: every member of its enums has a text that shows it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from auditlint import kubernetes
from auditlint.carriers import recognise
from auditlint.checks.server.told import RULE_OF
from auditlint.kubernetes import feature_gates, flags
from auditlint.kubernetes.container import FaultKind
from auditlint.kubernetes.decode import ProblemKind
from auditlint.kubernetes.parsed_flags import FlagProblem
from auditlint.kubernetes.reach import FateKind
from auditlint.kubernetes.releases import NEWEST
from auditlint.rule import REGISTRY
from auditlint.subjects.model import ApiServer, PolicySubject
from tests.carriers.recognition import only
from tests.checks import servers
from tests.checks.policies import CLEAN, CLOSING, HEAD, findings, rules

SOUND = rules(CLOSING)
PROBLEMS = {
    ProblemKind.WRONG_TYPE: (rules("- {level: Metadata, verbs: get}\n"), "wrong-type"),
    ProblemKind.UNKNOWN_FIELD: (rules("- {level: Metadata, color: red}\n"), "unknown-field"),
    ProblemKind.UNSUPPORTED_FIELD: (rules("- {level: Metadata, omitManagedFields: true}\n"), "unsupported-field"),
    ProblemKind.DUPLICATE_KEY: (rules("- level: Metadata\n  level: None\n"), "duplicate-key"),
    ProblemKind.INVALID_LEVEL: (rules("- level: metadata\n"), "invalid-level"),
    ProblemKind.INVALID_STAGE: (rules("- {level: Metadata, omitStages: [Ready]}\n"), "invalid-stage"),
    ProblemKind.INVALID_GROUP: (rules("- {level: Metadata, resources: [{group: apps/v1}]}\n"), "invalid-group"),
    ProblemKind.INVALID_URL: (rules("- {level: Metadata, nonResourceURLs: [healthz]}\n"), "invalid-url"),
    ProblemKind.MIXED_RULE: (rules("- {level: Metadata, nonResourceURLs: [/a], namespaces: [b]}\n"), "mixed-rule"),
    ProblemKind.NAMES_WITHOUT_RESOURCES: (
        rules('- {level: Metadata, resources: [{group: "", resourceNames: [a]}]}\n'),
        "names-without-resources",
    ),
    ProblemKind.EMPTY_POLICY: (f"{HEAD}rules: []\n", "empty-policy"),
    ProblemKind.WRONG_API_VERSION: (SOUND.replace("/v1", "/v2"), "wrong-api-version"),
    ProblemKind.WRONG_KIND: (SOUND.replace("kind: Policy", "kind: Polic"), "wrong-kind"),
    ProblemKind.MISPLACED_METADATA: (f"{SOUND}metadata: {{labels: {{a: b}}}}\n", "misplaced-metadata"),
    ProblemKind.UNRENDERED: (rules("- level: '{{ .level }}'\n"), "unrendered-template"),
}
GATES = feature_gates.gates(NEWEST)
LOCKED = next(name for name, gate in GATES.items() if gate.locked and gate.default)
LACKING = next(name for name, gate in GATES.items() if any(not GATES[need].default for need in gate.needs))
FLAGS = {
    FlagProblem.UNKNOWN_FLAG: ("--audit-policy=/x", "unknown-flag"),
    FlagProblem.INVALID_VALUE: ("--audit-log-maxage=x", "invalid-flag-value"),
    FlagProblem.MISSING_VALUE: ("--audit-log-maxage", "missing-flag-value"),
    FlagProblem.MERGED_ARGUMENTS: ("--audit-log-maxage 30", "merged-arguments"),
    FlagProblem.STRAY_ARGUMENT: ("stray", "stray-argument"),
    FlagProblem.UNKNOWN_GATE: ("--feature-gates=Nonsense=true", "unknown-feature-gate"),
    FlagProblem.LOCKED_GATE: (f"--feature-gates={LOCKED}=false", "unknown-feature-gate"),
    FlagProblem.FOREIGN_GATE: ("--feature-gates=wardle:BanFlunder=true", "unknown-feature-gate"),
    FlagProblem.MIXED_GATES: ("--feature-gates=AllAlpha=false,kube:AllBeta=false", "invalid-flag-value"),
    FlagProblem.LACKING_GATE: (f"--feature-gates={LACKING}=true", "invalid-flag-value"),
    FlagProblem.AUDIT_GATE: ("--feature-gates=AdvancedAuditing=true", "removed-feature-gate"),
    FlagProblem.EXITS: ("--help", "invalid-flag-value"),
}
FOLDER = "/etc/kubernetes/audit"
FILE = f"{FOLDER}/policy.yaml"
READS = f"--audit-policy-file={FILE}"
WRITES = "--audit-log-path=/var/log/kubernetes/audit/audit.log"
MOUNT = "- {name: a, mountPath: %s, readOnly: true}\n"
VOLUME = "- {name: a, hostPath: {path: %s, type: %s}}\n"
LOG_MOUNT = "- {name: a, mountPath: /var/log/kubernetes/audit}\n"
FAULTS = {
    FaultKind.INVALID: ((), "", VOLUME % ("a/..", "Directory"), "invalid-mount"),
    FaultKind.UNKNOWN_HOST_PATH_TYPE: ((), "", VOLUME % ("/a", "folder"), "wrong-host-path-type"),
    FaultKind.NO_VOLUME: ((), MOUNT % FOLDER, "", "mount-without-volume"),
    FaultKind.UNMOUNTED_VOLUME: ((), "", VOLUME % ("/a", "Directory"), "mount-without-volume"),
    FaultKind.SAME_MOUNT_PATH: ((), MOUNT % "/a" * 2, VOLUME % ("/a", "Directory"), "overlapping-mounts"),
    FaultKind.RESPELLED_MOUNT_PATH: (
        (),
        MOUNT % "/a" + MOUNT % "/a/",
        VOLUME % ("/a", "Directory"),
        "overlapping-mounts",
    ),
    FaultKind.API_OBJECT: ((), MOUNT % FOLDER, "- {name: a, configMap: {name: b}}\n", "unsupported-volume"),
    FaultKind.PATH: (("--audit-policy-file=policy.yaml",), "", "", "invalid-path"),
    FaultKind.SWALLOWED_ARGUMENT: (("--audit-policy-file", "--v=2"), "", "", "missing-flag-value"),
    FaultKind.MERGED_ARGUMENT: (("--audit-policy-file=/a --v=2",), "", "", "merged-arguments"),
    FaultKind.QUOTED_PATH: (("'--audit-policy-file=\"/a\"'",), "", "", "stray-argument"),
    FaultKind.NOT_MOUNTED: ((READS,), "", "", "policy-not-mounted"),
    FaultKind.HOST_PATH_TYPE: ((READS,), MOUNT % FOLDER, VOLUME % ("/a", "File"), "wrong-host-path-type"),
    FaultKind.SUB_PATH_OF_FILE: (
        (READS,),
        f"- {{name: a, mountPath: {FILE}, subPath: b}}\n",
        VOLUME % ("/a", "File"),
        "sub-path-of-file",
    ),
    FaultKind.AMONG_MANIFESTS: (
        (READS,),
        MOUNT % FOLDER,
        VOLUME % ("/etc/kubernetes/manifests", "Directory"),
        "policy-in-manifest-folder",
    ),
    FaultKind.WRITABLE_POLICY: (
        (READS,),
        f"- {{name: a, mountPath: {FOLDER}}}\n",
        VOLUME % ("/a", "Directory"),
        "writable-policy-mount",
    ),
    FaultKind.LOG_IS_FOLDER: (("--audit-log-path=/var/log/",), "", "", "log-path-is-folder"),
    FaultKind.LOG_NOT_MOUNTED: ((READS, WRITES), "", "", "log-not-mounted"),
    FaultKind.LOG_MOUNTED_AS_FILE: (
        (READS, "--audit-log-path=/a"),
        "- {name: a, mountPath: /a}\n",
        VOLUME % ("/a", "File"),
        "log-mounted-as-file",
    ),
    FaultKind.LOG_READ_ONLY: (
        (READS, WRITES),
        MOUNT % "/var/log/kubernetes/audit",
        VOLUME % ("/a", "Directory"),
        "log-mount-read-only",
    ),
    FaultKind.LOG_ON_EMPTY_DIR: ((READS, WRITES), LOG_MOUNT, "- {name: a, emptyDir: {}}\n", "log-on-empty-dir"),
    FaultKind.LOG_EXPOSED: ((READS, WRITES), LOG_MOUNT, VOLUME % ("/tmp", "Directory"), "exposed-log-folder"),
}
"""Flags, mounts and volumes of a static Pod."""
TOLD_OF_ANOTHER_FILE = {FaultKind.WEBHOOK_CONFIG}
"""The kubeconfig of the webhook is told of where it stands."""
FATES = {
    FateKind.UNREACHABLE: (rules(CLEAN + CLOSING + "- {level: Request, verbs: [get]}\n"), "unreachable-rule"),
    FateKind.NEVER: (
        rules("- {level: Request, namespaces: [a], resources: [{group: x.io, resources: [status]}]}\n" + CLOSING),
        "never-matching-rule",
    ),
}
SILENT = {FateKind.REACHED, FateKind.UNKNOWN}
"""A rule that is reached is in order, and of one that was too hard to judge a notice tells."""


def test_no_rule_is_named_in_kubernetes() -> None:
    folder = Path(kubernetes.__file__).parent
    trees = (ast.parse(path.read_text()) for path in folder.rglob("*.py"))
    words = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert not words & set(REGISTRY)


def test_nothing_is_left_out() -> None:
    assert set(PROBLEMS) == set(ProblemKind)
    assert set(FLAGS) == set(FlagProblem)
    assert set(FAULTS) | TOLD_OF_ANOTHER_FILE == set(FaultKind) == set(RULE_OF)
    assert set(FATES) | SILENT == set(FateKind)


def read(text: str, minor: int) -> PolicySubject:
    found = recognise.recognise("audit-policy.yaml", text.encode(), as_kind=None, named=True, minor=minor)
    (policy,) = found.subjects
    assert isinstance(policy, PolicySubject)
    return policy


@pytest.mark.parametrize(("kind", "text", "rule"), [(kind, *shown) for kind, shown in PROBLEMS.items()])
def test_problems_of_policies(kind: ProblemKind, text: str, rule: str) -> None:
    minor = 22 if kind is ProblemKind.UNSUPPORTED_FIELD else NEWEST
    assert kind in {problem.kind for problem in read(text, minor).loaded.problems}
    assert rule in {finding.rule for finding in findings(text, minor=minor)}


@pytest.mark.parametrize(("kind", "argument", "rule"), [(kind, *shown) for kind, shown in FLAGS.items()])
def test_problems_of_flags(kind: FlagProblem, argument: str, rule: str) -> None:
    assert [error.kind for error in flags.parse([argument]).errors] == [kind]
    assert rule in {finding.rule for finding in servers.findings(servers.pod(argument, minor=NEWEST))}


@pytest.mark.parametrize(
    ("kind", "flags", "mounts", "volumes", "rule"), [(kind, *shown) for kind, shown in FAULTS.items()]
)
def test_faults(kind: FaultKind, flags: tuple[str, ...], mounts: str, volumes: str, rule: str) -> None:
    manifest = servers.pod(*flags, mounts=mounts, volumes=volumes)
    assert kind in {fault.kind for fault in only(ApiServer, manifest).faults}
    assert RULE_OF[kind] == rule
    assert rule in {finding.rule for finding in servers.findings(manifest)}


def test_a_fault_of_the_webhooks_file() -> None:
    config = "apiVersion: v1\nkind: Config\ncurrent-context: a\n"
    manifest = servers.pod(READS, "--audit-webhook-config-file=/etc/kubernetes/hook.yaml")
    found = servers.check({"kube-apiserver.yaml": manifest, "hook.yaml": config})["hook.yaml"]
    assert RULE_OF[FaultKind.WEBHOOK_CONFIG] in {finding.rule for finding in found}


@pytest.mark.parametrize(("kind", "text", "rule"), [(kind, *shown) for kind, shown in FATES.items()])
def test_fates(kind: FateKind, text: str, rule: str) -> None:
    analysis = read(text, NEWEST).analysis
    assert analysis is not None
    assert kind in {fate.kind for fate in analysis.reach.fates}
    assert rule in {finding.rule for finding in findings(text)}
