"""The rules about AuditSinks, and about policies and manifests that do not find each other."""

from __future__ import annotations

import pytest

from tests.checks.servers import LIMITS, LOG, POLICY, check, pod, shorts

SINK = "apiVersion: auditregistration.k8s.io/v1alpha1\nkind: AuditSink\nmetadata:\n  name: x\n"
METADATA = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n"
MANIFEST = pod(POLICY, LOG, *LIMITS)


@pytest.mark.parametrize(("minor", "severity"), [(18, "info"), (19, "error"), (None, "error")])
def test_audit_sinks_are_gone(minor: int | None, severity: str) -> None:
    assert shorts(SINK, minor=minor) == [f"audit-sink {severity} @ kind: AuditSink"]


@pytest.mark.parametrize(
    ("policies", "reported"),
    [
        (("audit-policy.yaml",), False),
        (("policy.yaml",), True),
        (("audit/policy.yaml",), True),
        (("audit-policy.yaml", "policy.yaml"), False),
        (("one.yaml", "two.yaml"), False),
        (("far/away/policy.yaml",), False),
    ],
)
def test_a_policy_under_another_name(policies: tuple[str, ...], reported: bool) -> None:  # noqa: FBT001
    found = check({"kube-apiserver.yaml": MANIFEST, **dict.fromkeys(policies, METADATA)})["kube-apiserver.yaml"]
    expected = [f"policy-not-found info @ - {POLICY}"] if reported else []
    assert [finding.short for finding in found if finding.rule == "policy-not-found"] == expected


@pytest.mark.parametrize(("minors", "severity"), [((18,), "info"), ((18, 29), "error"), ((29,), "error")])
def test_audit_sinks_are_judged_for_the_newest_server(minors: tuple[int, ...], severity: str) -> None:
    servers = {f"{minor}/kube-apiserver.yaml": pod(POLICY, LOG, *LIMITS, minor=minor) for minor in minors}
    (found,) = check({"sink.yaml": SINK, **servers})["sink.yaml"]
    assert found.short == f"audit-sink {severity} @ kind: AuditSink"


def not_found(files: dict[str, str]) -> list[tuple[str, str]]:
    found = check(files)["kube-apiserver.yaml"]
    return [(one.line, f"{one.message}. {one.help}") for one in found if one.rule == "policy-not-found"]


def test_one_of_several_files_of_the_name_is_not_to_be_renamed() -> None:
    others = {f"{cluster}/etc/kubernetes/audit-policy.yaml": METADATA for cluster in ("a", "b")}
    ((_, text),) = not_found({"kube-apiserver.yaml": MANIFEST, "audit-policy.yaml": METADATA, **others})
    assert 'more than one file of this run may be "/etc/kubernetes/audit-policy.yaml"' in text
    assert "Rename" not in text
    assert text.endswith("`auditlint check kube-apiserver.yaml audit-policy.yaml`")
    assert not_found({"kube-apiserver.yaml": MANIFEST, "audit-policy.yaml": METADATA}) == []


def test_a_host_path_of_another_name_is_told_there() -> None:
    mounts = "- {name: p, mountPath: /etc/kubernetes/audit-policy.yaml, readOnly: true}"
    volumes = "- {name: p, hostPath: {path: /etc/kubernetes/audit-policy-v2.yaml, type: File}}"
    manifest = pod(POLICY, "--audit-log-path=-", mounts=mounts, volumes=volumes)
    ((line, text),) = not_found({"kube-apiserver.yaml": manifest, "audit-policy.yaml": METADATA})
    assert line == volumes
    assert "audit-policy.yaml is audit-policy-v2.yaml on the host, and the run has audit-policy.yaml" in text
    assert "Write `path: /etc/kubernetes/audit-policy.yaml`" in text
    assert not_found({"kube-apiserver.yaml": manifest, "audit-policy-v2.yaml": METADATA}) == []


BROKEN = METADATA.replace("- level", "-level")


def test_a_policy_that_does_not_parse_is_looked_for_too() -> None:
    assert not_found({"kube-apiserver.yaml": MANIFEST, "policy.yaml": BROKEN})
    assert not_found({"kube-apiserver.yaml": MANIFEST, "audit-policy.yaml": BROKEN, "policy.yaml": METADATA}) == []


@pytest.mark.parametrize(
    "content",
    [
        "",
        "# to be written\n",
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  audit-policy.yaml: |\n    " + METADATA.replace("\n", "\n    "),
        "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nspec: {}\n",
        "just words\n",
    ],
)
def test_a_file_that_a_flag_names_is_judged_as_a_policy(content: str) -> None:
    path = "node/etc/kubernetes/audit-policy.yaml"
    (found, *_) = check({"node/kube-apiserver.yaml": MANIFEST, path: content})[path]
    assert (found.severity, found.refused) == ("error", True)
    assert not any(
        one.refused for one in check({"kube-apiserver.yaml": MANIFEST, "psp/policy.yaml": content})["psp/policy.yaml"]
    )


OTHER = METADATA.replace("Metadata", "Request")


@pytest.mark.parametrize(
    ("one", "two", "second", "reported"),
    [
        ("cp-1", "cp-2", OTHER, True),
        ("cp-1", "cp-2", METADATA, False),
        ("master0", "master1", OTHER, True),
        ("dev", "prod", OTHER, False),
        ("cluster1", "cluster2", OTHER, False),
        ("dev/cp-1", "prod/cp-1", OTHER, False),
    ],
)
def test_control_planes_with_different_policies(one: str, two: str, second: str, reported: bool) -> None:  # noqa: FBT001
    files = {f"{folder}/kube-apiserver.yaml": MANIFEST for folder in (one, two)}
    found = check({**files, f"{one}/audit-policy.yaml": METADATA, f"{two}/audit-policy.yaml": second})
    told = [short.short for short in found[f"{two}/kube-apiserver.yaml"] if short.rule == "policy-mismatch"]
    assert told == ([f"policy-mismatch warning @ - {POLICY}"] if reported else [])


def test_recorded_events_are_told_about_replay() -> None:
    event = (
        '{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"1","stage":"RequestReceived"}\n'
    )
    (found,) = check({"audit.json": event * 2})["audit.json"]
    assert found.short.startswith("events-file info")
    assert found.help == "Write `auditlint replay POLICY audit.json`"


def test_a_comment_that_misses_says_where_the_finding_is() -> None:
    text = METADATA.replace("- level", "- level: None # auditlint: ignore[logs-nothing] x\n  users: [a]\n- level")
    (found,) = (one for one in check({"p.yaml": text})["p.yaml"] if one.rule == "unused-ignore")
    assert found.message == "this comment ignores nothing: there is no logs-nothing here"
    missed = text.replace("logs-nothing", "request-received-logged")
    (found,) = (one for one in check({"p.yaml": missed})["p.yaml"] if one.rule == "unused-ignore")
    assert "request-received-logged is found in line 1, which it does not cover" in found.message
    assert found.help == "Write it at the end of line 1, or alone on the line above"


def test_a_comment_that_ignores_something_is_not_said_to_ignore_nothing() -> None:
    names = "missing-catch-all, unreachable-rule, nosuch"
    text = METADATA.replace("rules:", f"rules: # auditlint: ignore[{names}] kept") + "  users: [alice]\n"
    found = [(one.rule, one.message, one.help) for one in check({"p.yaml": text})["p.yaml"]]
    assert [one for one in found if one[0].endswith("-ignore")] == [
        (
            "unknown-ignore",
            '"nosuch" is not a rule, so it ignores nothing',
            "Write the name of a rule, `auditlint rules` lists them",
        ),
        (
            "unused-ignore",
            "this comment names unreachable-rule for nothing: there is no unreachable-rule here",
            "Delete `unreachable-rule` from the comment",
        ),
    ]
