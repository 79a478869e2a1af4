"""The rules about arguments: which item, how bad, whether the server is refused, and what to write instead."""

from __future__ import annotations

import pytest

from auditlint.kubernetes.releases import NEWEST
from tests.checks.servers import LIMITS, LOG, POLICY, WEBHOOK, findings, pod, refused_by, shorts

GOOD = (POLICY, LOG, *LIMITS)


def of(*arguments: str, minor: int = 34) -> list[str]:
    return shorts(pod(*arguments, minor=minor))


def message(*arguments: str, rule: str, minor: int = 34) -> str:
    (found,) = [found for found in findings(pod(*arguments, minor=minor)) if found.rule == rule]
    return f"{found.message}. {found.help}"


@pytest.mark.parametrize("minor", [18, 22, 29, 35, 36, NEWEST])
def test_a_good_manifest_is_silent(minor: int) -> None:
    assert of(*GOOD, minor=minor) == []


@pytest.mark.parametrize(
    ("argument", "minor", "expected"),
    [
        ("--audit-log-max-age=30", 34, "unknown-flag error refused @ - --audit-log-max-age=30"),
        ("--audit-log-compress", 19, "unknown-flag error refused @ - --audit-log-compress"),
        ("-audit-log-compress", 34, "unknown-flag error refused @ - -audit-log-compress"),
        ("---audit-log-compress", 34, "unknown-flag error refused @ - ---audit-log-compress"),
        ("--audit-log-mode=async", 34, "invalid-flag-value error refused @ - --audit-log-mode=async"),
        ("--audit-log-format=text", 34, "invalid-flag-value error refused @ - --audit-log-format=text"),
        ("--audit-log-version=audit.k8s.io/v1beta1", 24, "invalid-flag-value error refused @"),
        ("--audit-log-version=audit.k8s.io/v1beta1", 23, "deprecated-flag warning @"),
        ("--audit-log-compress=yes", 34, "invalid-flag-value error refused @ - --audit-log-compress=yes"),
        ('--audit-log-compress="true"', 34, 'stray-argument error refused @ - --audit-log-compress="true"'),
        ("'# --audit-log-compress'", 34, "stray-argument error refused @ - '# --audit-log-compress'"),
        ("–audit-log-compress", 34, "stray-argument error refused @ - –audit-log-compress"),
        ("audit-log-compress", 34, "stray-argument error refused @ - audit-log-compress"),
        ("--audit-log-compress true", 34, "merged-arguments error refused @ - --audit-log-compress true"),
        ("--audit-log-format=legacy", 34, "legacy-log-format warning @ - --audit-log-format=legacy"),
        ("--feature-gates=AdvancedAuditing=true", 28, "removed-feature-gate error refused @"),
        ("--feature-gates=AdvancedAuditing=false", 27, "removed-feature-gate error refused @"),
        ("--feature-gates=DynamicAuditing=true", 19, "removed-feature-gate error refused @"),
    ],
)
def test_one_argument_has_one_finding(argument: str, minor: int, expected: str) -> None:
    (found,) = of(*GOOD, argument, minor=minor)
    assert found.startswith(expected)


@pytest.mark.parametrize(
    ("argument", "minor"),
    [
        ("--audit-log-compress", 20),
        ("--audit_log_compress", 34),
        ("--audit-log-compress=T", 34),
        ("--feature-gates=AdvancedAuditing=true", 27),
        ("--feature-gates=DynamicAuditing=true", 18),
        ("--audit-log-version=audit.k8s.io/v1", 34),
        ('""', 34),
    ],
)
def test_what_the_server_takes_is_silent(argument: str, minor: int) -> None:
    assert of(*GOOD, argument, minor=minor) == []


@pytest.mark.parametrize(
    ("arguments", "rule", "words"),
    [
        (
            ("--audit-log-maxage=30d",),
            "invalid-flag-value",
            'needs a whole number of days, not "30d", so kube-apiserver does not start',
        ),
        (("--audit-log-maxage=30d",), "invalid-flag-value", "Write --audit-log-maxage=30"),
        ((f"--audit-log-maxage={'9' * 4400}",), "invalid-flag-value", "Write --audit-log-maxage=30"),
        (("--audit-log-mode=Batch",), "invalid-flag-value", "Write --audit-log-mode=batch"),
        (("--audit-log-compress=on",), "invalid-flag-value", "Write --audit-log-compress=true"),
        ((WEBHOOK, "--audit-webhook-initial-backoff=5"), "invalid-flag-value", "=5s"),
        (("--audit-log-maxage", "--audit-log-maxbackup=1"), "missing-flag-value", "Write --audit-log-maxage=30"),
        (("--audit-log-max-backup=3",), "unknown-flag", "Write --audit-log-maxbackup=3"),
        (("--audit-log-maxage 30",), "merged-arguments", "Write --audit-log-maxage=30"),
        (("—audit-log-maxage=30",), "stray-argument", "Write --audit-log-maxage=30"),
        (("--audit-log-compress", "'true'"), "stray-argument", "--audit-log-compress=true"),
    ],
)
def test_the_message_says_what_to_write(arguments: tuple[str, ...], rule: str, words: str) -> None:
    assert words in message(POLICY, LOG, *arguments, rule=rule)


def test_each_flag_that_eats_the_next_one_is_reported_at_its_item() -> None:
    eaten = of("--audit-log-maxage", "--audit-log-maxbackup", "--audit-log-maxsize", "--audit-log-path")
    assert eaten == [
        f"missing-flag-value error refused @ - --audit-log-{name}"
        for name in ("maxage", "maxbackup", "maxsize", "path")
    ]


def test_a_text_flag_that_eats_the_next_one_starts() -> None:
    text = pod(POLICY, "--audit-log-path", "--audit-log-maxage=30")
    assert shorts(text) == ["missing-flag-value error @ - --audit-log-path"]
    assert refused_by(text) == []


def test_a_policy_flag_that_eats_the_next_one_finds_no_file() -> None:
    text = pod("--audit-policy-file", LOG)
    assert "missing-flag-value error refused @ - --audit-policy-file" in shorts(text)
    assert refused_by(text) == ["files"]


def test_two_flags_behind_one_equals_sign_are_one_value() -> None:
    text = pod(POLICY, f"{LOG} --audit-log-maxage=30")
    assert shorts(text) == [f"merged-arguments error @ - {LOG} --audit-log-maxage=30"]


def test_a_number_with_another_flag_behind_it_is_merged() -> None:
    (found,) = of(POLICY, LOG, "--audit-log-maxage=30 --audit-log-maxbackup=10")
    assert found.startswith("merged-arguments error refused")


def test_quotes_within_a_text_are_kept() -> None:
    assert of(POLICY, '--audit-log-path="/var/log/kubernetes/audit/audit.log"', *LIMITS) == [
        'stray-argument error @ - --audit-log-path="/var/log/kubernetes/audit/audit.log"'
    ]
    assert of('--audit-policy-file="/etc/kubernetes/audit-policy.yaml"', LOG, *LIMITS) == [
        'stray-argument error refused @ - --audit-policy-file="/etc/kubernetes/audit-policy.yaml"'
    ]


def test_a_complaint_about_a_default_stands_at_the_flag_that_makes_it_count() -> None:
    (found,) = findings(pod(*GOOD, "--audit-log-mode=batch", "--audit-log-batch-throttle-enable"))
    assert (found.rule, found.line) == ("invalid-flag-value", "- --audit-log-batch-throttle-enable")
    assert "audit-log-batch-throttle-qps" in found.message


def test_an_item_that_is_no_string_makes_the_pod_invalid() -> None:
    text = pod(POLICY, LOG, *LIMITS, "30")
    assert "invalid-flag-value error refused @ - 30" in shorts(text)
    assert refused_by(text) == ["pod"]


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("--audit-policy-file=https://example.com/policy.yaml", "invalid-path error refused"),
        ("--audit-policy-file=/etc/kubernetes/", "invalid-path error refused"),
        ("--audit-policy-file=~/policy.yaml", "invalid-path warning"),
        ("--audit-policy-file=$HOME/policy.yaml", "invalid-path warning"),
        ("--audit-policy-file=policy.yaml", "invalid-path warning"),
    ],
)
def test_paths_are_taken_literally(argument: str, expected: str) -> None:
    assert of(argument, LOG, *LIMITS) == [f"{expected} @ - {argument}"]


def test_a_flag_given_twice_is_one_finding_at_the_last() -> None:
    assert of(POLICY, "--audit-log-path=/tmp/audit.log", *LIMITS, LOG) == [f"repeated-flag warning @ - {LOG}"]
    text = message(POLICY, "--audit-log-path=/tmp/audit.log", *LIMITS, LOG, rule="repeated-flag")
    assert '"/tmp/audit.log" is ignored' in text


@pytest.mark.parametrize(
    "arguments",
    [
        ("--audit-log-batch-max-size=10",),
        ("--audit-log-truncate-max-event-size=5000",),
        ("--audit-log-mode=batch", "--audit-log-batch-throttle-qps=5"),
        ("--audit-webhook-mode=blocking",),
    ],
)
def test_flags_that_count_for_nothing(arguments: tuple[str, ...]) -> None:
    assert of(*GOOD, *arguments) == [f"flag-without-effect info @ - {arguments[-1]}"]


def test_flags_without_effect_for_one_cause_are_one_finding() -> None:
    arguments = ("--audit-log-batch-max-size=10", "--audit-log-batch-buffer-size=20", "--audit-log-batch-max-wait=1s")
    (found,) = findings(pod(*GOOD, *arguments))
    assert found.line == f"- {arguments[0]}"
    assert "--audit-log-batch-max-size, --audit-log-batch-buffer-size and --audit-log-batch-max-wait" in found.message


def test_rotation_of_standard_output_has_no_effect() -> None:
    found = of(POLICY, "--audit-log-path=-", "--audit-log-maxage=30")
    assert "flag-without-effect info @ - --audit-log-maxage=30" in found


@pytest.mark.parametrize("argument", ["--audit-log-maxage=30d", "--audit-log-path --x", "audit-policy-file=/x"])
def test_nothing_is_called_absent_that_was_meant_to_be_there(argument: str) -> None:
    (found,) = of(POLICY, LOG, "--audit-log-maxbackup=3", argument)
    assert " refused " in found


def test_a_bare_list_of_flags_is_judged_for_what_it_says() -> None:
    text = "--audit-log-path=/var/log/audit.log\n--audit-log-maxage=30d\n"
    assert shorts(text, as_kind="flags") == ["invalid-flag-value error refused @ --audit-log-maxage=30d"]
    assert refused_by(text, as_kind="flags") == ["flags"]


@pytest.mark.parametrize("value", ["$(MAXAGE)", "${MAXAGE}", "{{ .Values.maxage }}"])
def test_values_of_run_time_are_not_judged(value: str) -> None:
    container = "env: [{name: MAXAGE, valueFrom: {configMapKeyRef: {name: audit, key: maxage}}}]"
    text = pod(POLICY, LOG, f'"--audit-log-maxage={value}"', container=container)
    assert refused_by(text) == []
    assert all(one.startswith("unrendered-template info") for one in shorts(text))


@pytest.mark.parametrize("minor", [20, 31, NEWEST])
def test_a_flag_without_effect_is_listed_with_the_others_even_if_it_asks_for_the_default(minor: int) -> None:
    arguments = ("--audit-log-path=-", "--audit-log-maxage=30", "--audit-log-maxbackup=10", "--audit-log-maxsize=100")
    (found,) = [one for one in findings(pod(POLICY, *arguments, minor=minor)) if "no effect" in one.message]
    assert found.message.startswith("--audit-log-maxage, --audit-log-maxbackup and --audit-log-maxsize have no effect")


UNFILLED = {
    "--secure-port=API_SECURE_PORT": GOOD,
    "--audit-log-maxage=<days>": (POLICY, LOG),
    "--audit-log-path=LOG_DIR/audit.log": (POLICY, *LIMITS),
    "EXTRA_FLAGS": GOOD,
}


@pytest.mark.parametrize(("argument", "others"), UNFILLED.items(), ids=UNFILLED.keys())
def test_a_placeholder_is_the_only_finding_about_its_argument(argument: str, others: tuple[str, ...]) -> None:
    text = pod(*others, argument)
    assert shorts(text) == [f"unrendered-template info @ - {argument}"]
    assert refused_by(text) == []


def test_a_placeholder_is_named_as_the_file_has_it() -> None:
    kubeadm = "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\napiServer:\n  extraArgs:\n"
    for text, name in (
        (pod(*GOOD, "--secure-port={{ port | int }}"), '"--secure-port={{ port | int }}"'),
        ("{% if x %}\n" + pod(*GOOD, "--secure-port={{ port | int }}") + "{% endif %}\n", '"--secure-port=<port_int>"'),
        (f'{kubeadm}    secure-port: "{{{{ port }}}}"\n', "the value of secure-port"),
    ):
        (found,) = [found for found in findings(text) if found.rule == "unrendered-template"]
        assert found.message == f"{name} looks like a placeholder, so nothing is said about this argument"


def test_names_in_capitals_that_are_values() -> None:
    assert of(*GOOD, "--tls-cipher-suites=TLS_AES_128_GCM_SHA256") == []


def test_sinks_without_their_gate_are_not_told_to_be_written_as_they_are() -> None:
    text = message("--audit-dynamic-configuration", rule="invalid-flag-value", minor=18)
    assert text.startswith("--audit-dynamic-configuration needs the feature gate DynamicAuditing, which is off, so")
    assert text.endswith("Delete it, --audit-webhook-config-file sends events to a webhook")
