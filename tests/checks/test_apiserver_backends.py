"""The rules about policy, log and webhook taken together."""

from __future__ import annotations

import pytest

from tests.checks.servers import LIMITS, LOG, POLICY, WEBHOOK, check, findings, pod, shorts

GOOD = (POLICY, LOG, *LIMITS)
METADATA = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n"
OMITTING = METADATA.replace("rules:", "omitStages: [RequestReceived]\nrules:")
BODIES = METADATA.replace("Metadata", "RequestResponse")


def of(*arguments: str, minor: int = 34) -> list[str]:
    return [short for short in shorts(pod(*arguments, minor=minor)) if "mount" not in short.partition(" ")[0]]


def with_policy(policy: str, *arguments: str) -> list[str]:
    found = check({"kube-apiserver.yaml": pod(*arguments), "audit-policy.yaml": policy})
    return [finding.short for finding in found["kube-apiserver.yaml"]]


def test_the_default_of_kubeadm_gets_one_warning() -> None:
    plain = pod("--authorization-mode=Node,RBAC", "--secure-port=6443", mounts="", volumes="")
    assert shorts(plain) == ["auditing-off warning @ command:"]


@pytest.mark.parametrize(
    "argument",
    [
        "--audit-log-path",
        "--audit-log-pth=/x",
        "—audit-log-path=/x",
        "audit-log-path=/x",
        "--audit-dynamic-configuration",
    ],
)
def test_auditing_that_was_meant_is_not_called_off(argument: str) -> None:
    assert not any(short.startswith("auditing-off") for short in of(argument))


def test_a_part_of_a_pod_may_have_the_rest_elsewhere() -> None:
    part = "spec:\n  containers:\n  - command:\n    - kube-apiserver\n    - {}\n"
    assert shorts(part.format("--v=2")) == []
    assert shorts(part.format(POLICY)) == []
    assert shorts(part.format(LOG)) == []


@pytest.mark.parametrize("more", [(), ("--audit-log-path=",), LIMITS])
def test_a_policy_needs_a_backend(more: tuple[str, ...]) -> None:
    assert of(POLICY, *more) == [f"policy-without-backend error @ - {POLICY}"]


def test_audit_sinks_were_a_backend() -> None:
    sinks = ("--audit-dynamic-configuration", "--feature-gates=DynamicAuditing=true")
    assert of(POLICY, *sinks, minor=18) == []


@pytest.mark.parametrize("more", [(), ("--audit-policy-file=",)])
def test_a_backend_needs_a_policy(more: tuple[str, ...]) -> None:
    assert of(LOG, *more) == [f"backend-without-policy error @ - {LOG}"]
    assert of(WEBHOOK, *more) == [f"backend-without-policy error @ - {WEBHOOK}"]


@pytest.mark.parametrize(
    ("argument", "severity"),
    [
        ("--audit-webhook-mode=blocking", "warning"),
        ("--audit-webhook-mode=blocking-strict", "warning"),
        ("--audit-webhook-mode=batch", ""),
        ("--audit-log-mode=blocking-strict", "info"),
        ("--audit-log-mode=blocking", ""),
        ("--audit-log-mode=batch", ""),
    ],
)
def test_modes_that_hold_requests_up(argument: str, severity: str) -> None:
    expected = [f"blocking-backend {severity} @ - {argument}"] if severity else []
    assert of(*GOOD, WEBHOOK, argument) == expected


def test_a_strict_mode_acts_at_request_received() -> None:
    strict = "--audit-log-mode=blocking-strict"
    assert f"toothless-strict error @ - {strict}" in with_policy(OMITTING, *GOOD, strict)
    assert f"toothless-strict error @ - {strict}" not in with_policy(METADATA, *GOOD, strict)
    assert f"toothless-strict error @ - {strict}" not in with_policy(OMITTING, *GOOD)


def test_a_stage_may_be_omitted_by_all_rules_or_by_some() -> None:
    strict = "--audit-log-mode=blocking-strict"
    silent = "- level: None\n  users: [x]\n"
    every = METADATA.replace("Metadata", "Metadata\n  omitStages: [RequestReceived]").replace(
        "rules:\n", f"rules:\n{silent}"
    )
    some = every + "- level: Request\n"
    assert any("toothless-strict" in short for short in with_policy(every, *GOOD, strict))
    assert not any("toothless-strict" in short for short in with_policy(some, *GOOD, strict))


@pytest.mark.parametrize(
    ("arguments", "at"),
    [
        ((WEBHOOK, "--audit-webhook-batch-buffer-size=5"), 1),
        ((WEBHOOK, "--audit-webhook-batch-max-size=20000"), 1),
        (("--audit-log-mode=batch", "--audit-log-batch-buffer-size=4", "--audit-log-batch-max-size=5"), 1),
        ((WEBHOOK, "--audit-webhook-batch-buffer-size=400"), None),
        ((WEBHOOK, "--audit-webhook-batch-max-size=10"), None),
    ],
)
def test_buffers_below_one_batch(arguments: tuple[str, ...], at: int | None) -> None:
    assert of(*GOOD, *arguments) == ([] if at is None else [f"small-buffer warning @ - {arguments[at]}"])


def test_bodies_for_a_webhook() -> None:
    expected = f"untruncated-webhook info @ - {WEBHOOK}"
    assert expected in with_policy(BODIES, *GOOD, WEBHOOK)
    assert expected not in with_policy(METADATA, *GOOD, WEBHOOK)
    assert expected not in with_policy(BODIES, *GOOD, WEBHOOK, "--audit-webhook-truncate-enabled")
    assert expected not in with_policy(BODIES, *GOOD)


@pytest.mark.parametrize(
    ("policy", "size", "reported"),
    [(METADATA, 300, True), (METADATA, 10000, False), (METADATA.replace("Metadata", "None"), 300, False)],
)
def test_a_buffer_that_fills_while_the_webhook_is_down_for_a_minute(policy: str, size: int, reported: bool) -> None:  # noqa: FBT001
    flags = (f"--audit-webhook-batch-buffer-size={size}", "--audit-webhook-batch-max-size=100")
    found = [one for one in with_policy(policy, *GOOD, WEBHOOK, *flags) if one.startswith("small-buffer")]
    assert found == ([f"small-buffer warning @ - {flags[0]}"] if reported else [])


def test_the_message_of_a_small_buffer_has_its_numbers() -> None:
    (found,) = findings(pod(*GOOD, WEBHOOK, "--audit-webhook-batch-buffer-size=5"))
    assert "the buffer holds 5 events and a batch 400" in found.message
