"""What an upgrade changes for kube-apiservers: flags, gates, files, and the policy that their manifest names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from auditlint.errors import QuestionError
from auditlint.kubernetes.feature_gates import Gate
from auditlint.kubernetes.flags import parse
from auditlint.kubernetes.known_flags import Flag
from auditlint.kubernetes.releases import CONFIG, NEWEST, NEWEST_KNOWN
from auditlint.kubernetes.upgrade.servers import OtherDefault, other_defaults, other_gates
from auditlint.kubernetes.upgrade.steps import crosses, since
from auditlint.settings import Settings
from auditlint.upgrading import upgrade_paths

if TYPE_CHECKING:
    from auditlint.report.upgraded import Upgraded

POLICY = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n"
OLD_POLICY = POLICY.replace("k8s.io/v1", "k8s.io/v1beta1")
LOG = "--audit-log-path=/var/log/kubernetes/audit/audit.log"
LIMITS = ("--audit-log-maxage=30", "--audit-log-maxbackup=10", "--audit-log-maxsize=100")


def pod(*flags: str, tag: str = ":v1.30.1", read_only: bool = False) -> bytes:
    arguments = "".join(f"    - {flag}\n" for flag in flags)
    return f"""\
apiVersion: v1
kind: Pod
metadata: {{name: kube-apiserver, namespace: kube-system}}
spec:
  containers:
  - name: kube-apiserver
    image: registry.k8s.io/kube-apiserver{tag}
    command:
    - kube-apiserver
{arguments}    volumeMounts:
    - {{name: audit, mountPath: /etc/kubernetes/audit, readOnly: true}}
    - {{name: audit-log, mountPath: /var/log/kubernetes/audit, readOnly: {str(read_only).lower()}}}
  volumes:
  - {{name: audit, hostPath: {{path: /etc/kubernetes/audit, type: Directory}}}}
  - {{name: audit-log, hostPath: {{path: /var/log/kubernetes/audit, type: DirectoryOrCreate}}}}
""".encode()


def upgraded(texts: dict[str, bytes], after: int, before: int | None = None, **options: Any) -> Upgraded:
    from_version = None if before is None else f"1.{before}"
    return upgrade_paths((), f"1.{after}", from_version=from_version, texts=texts, debug=True, **options)


def told(texts: dict[str, bytes], after: int, before: int | None = None) -> list[tuple[str, str, int, str]]:
    found = upgraded(texts, after, before)
    return [(change.kind, change.word, change.span.line, change.since) for change in found.changes]


def of_flags(*flags: str, before: int, after: int, **options: Any) -> list[tuple[str, str, int, str]]:
    return told({"kube-apiserver.yaml": pod(*flags, **options)}, after, before)


@pytest.mark.parametrize("left_out", range(3))
@pytest.mark.parametrize(("before", "after"), [(35, 36), (20, NEWEST), (36, 35), (NEWEST_KNOWN, 18)])
def test_each_limit_that_is_not_given(left_out: int, before: int, after: int) -> None:
    given = [flag for number, flag in enumerate(LIMITS) if number != left_out]
    found = upgraded({"kube-apiserver.yaml": pod(LOG, *given)}, after, before)
    (change,) = found.changes
    assert (change.kind, change.topic, change.since, change.span.line) == ("differs", "rotation-default", "1.36", 10)
    name, _, value = LIMITS[left_out].partition("=")
    assert f"{name} " in change.message
    assert f"{name}={value}" in change.help


@pytest.mark.parametrize(
    "flags",
    [
        (LOG, *LIMITS),
        ("--audit-log-path=-",),
        ("--audit-log-path=/dev/stdout",),
        ("--audit-policy-file=/etc/kubernetes/audit/policy.yaml",),
    ],
)
def test_no_limit_has_another_default(flags: tuple[str, ...]) -> None:
    assert of_flags(*flags, before=30, after=NEWEST) == []


@pytest.mark.parametrize(("before", "after"), [(18, 35), (36, NEWEST), (30, 30)])
def test_no_step_to_1_36(before: int, after: int) -> None:
    assert of_flags(LOG, "--audit-log-maxsize=0", before=before, after=after) == []


@pytest.mark.parametrize(("before", "after", "word"), [(35, 36, "turns rotation off"), (NEWEST, 30, "means 100 MB")])
def test_rotation_that_ends_and_begins(before: int, after: int, word: str) -> None:
    texts = {"kube-apiserver.yaml": pod(LOG, *LIMITS[:2], "--audit-log-maxsize=0")}
    (change,) = upgraded(texts, after, before).changes
    assert (change.topic, change.since, change.span.line) == ("rotation-off", "1.36", 13)
    assert word in change.message


def test_the_last_of_two_values_counts() -> None:
    twice = ("--audit-log-maxsize=0", "--audit-log-maxsize=50")
    assert of_flags(LOG, *LIMITS[:2], *twice, before=35, after=36) == []
    assert [one[:3] for one in of_flags(LOG, *LIMITS[:2], *twice[::-1], before=35, after=36)] == [
        ("differs", "rotation-off", 14)
    ]


@pytest.mark.parametrize(
    ("name", "more"), [("kube-apiserver0+strategic.yaml", ()), ("kube-apiserver.yaml", ("{{ more }}",))]
)
def test_flags_that_may_be_given_elsewhere(name: str, more: tuple[str, ...]) -> None:
    assert told({name: pod(LOG, *more)}, NEWEST, 30) == []
    given = told({name: pod(LOG, "--audit-log-maxsize=0", *more)}, NEWEST, 30)
    assert given == [("differs", "rotation-off", 11, "1.36")]


def test_flags_and_gates_that_go() -> None:
    gates = "--feature-gates=TTLAfterFinished=true,EphemeralContainers=true"
    assert of_flags(gates, before=24, after=NEWEST) == [
        ("breaks", "unknown-feature-gate", 10, "1.25"),
        ("breaks", "unknown-feature-gate", 10, "1.27"),
    ]
    assert of_flags("--audit-dynamic-configuration=false", before=18, after=19) == [
        ("breaks", "unknown-flag", 10, "1.19")
    ]
    assert of_flags("--audit-log-compress", before=20, after=19) == [("breaks", "unknown-flag", 10, "1.20")]
    assert of_flags("--audit-log-compress", before=19, after=24) == [("mends", "unknown-flag", 10, "1.20")]
    assert of_flags("--feature-gates=AdvancedAuditing=false", before=26, after=NEWEST) == [
        ("breaks", "removed-feature-gate", 10, "1.27")
    ]


def test_gates_that_go_together_are_told_one_by_one() -> None:
    names = ("CSIMigration", "CSIMigrationAWS", "CSIMigrationAzureDisk")
    gates = "--feature-gates=" + ",".join(f"{name}=true" for name in names)
    found = upgraded({"kube-apiserver.yaml": pod(gates)}, NEWEST, 26).changes
    assert [change.since for change in found] == ["1.27"] * len(names)
    assert all(any(f"the feature gate {name} was" in change.message for change in found) for name in names)


def test_flags_that_neither_release_knows_hide_others() -> None:
    flags = ("--audit-log-maxagee=1", "--audit-dynamic-configuration=false")
    assert of_flags(*flags, before=18, after=19) == []


@pytest.mark.parametrize(
    ("before", "after", "changes"), [(20, 22, True), (18, 30, True), (22, 30, False), (18, 21, False)]
)
def test_a_log_that_cannot_be_written(before: int, after: int, *, changes: bool) -> None:
    found = of_flags(LOG, *LIMITS, before=before, after=after, read_only=True)
    assert [(kind, since) for kind, _, _, since in found] == ([("breaks", "1.22")] if changes else [])


def test_flags_and_files_count_for_themselves() -> None:
    flags = (LOG, *LIMITS, "--audit-log-maxagee=1")
    found = of_flags(*flags, before=20, after=22, read_only=True)
    assert [(kind, since) for kind, _, _, since in found] == [("breaks", "1.22")]


POLICY_FLAG = "--audit-policy-file=/etc/kubernetes/audit/policy.yaml"


def test_the_manifest_says_what_its_policy_runs_on() -> None:
    texts = {"m/kube-apiserver.yaml": pod(POLICY_FLAG, tag=":v1.22.1"), "m/policy.yaml": OLD_POLICY.encode()}
    found = upgraded(texts, 24)
    assert (found.before, [one.before_source for one in found.subjects]) == ("1.22", ["file", "server"])
    server, policy = found.subjects
    assert (server.refused_before, server.refused_after) == ((), ("policy",))
    assert (policy.refused_before, policy.refused_after) == ((), ("policy",))
    assert [(change.path, change.kind) for change in found.changes] == [("m/policy.yaml", "breaks")]


def test_a_policy_of_two_servers_is_judged_as_both_have_it() -> None:
    texts = {
        "a/kube-apiserver.yaml": pod(POLICY_FLAG, tag=":v1.25.0"),
        "b/kube-apiserver.yaml": pod(POLICY_FLAG, tag=":v1.22.0"),
        "policy.yaml": OLD_POLICY.encode(),
    }
    found = upgraded(texts, 30)
    assert found.before is None
    assert [(change.path, change.since) for change in found.changes] == [("policy.yaml", "1.24")]


def test_from_wins_over_what_files_say() -> None:
    found = upgraded({"kube-apiserver.yaml": pod(LOG, *LIMITS)}, 30, 20)
    assert [(one.before, one.before_source) for one in found.subjects] == [("1.20", "option")]


def test_the_configuration_stands_in_for_files_that_say_nothing() -> None:
    texts = {"kube-apiserver.yaml": pod(LOG, *LIMITS, tag=""), "other.yaml": pod(LOG, *LIMITS, tag=":v1.29.0")}
    found = upgraded(texts, 30, settings=Settings(minor=25, minor_from=CONFIG))
    assert [(one.before, one.before_source) for one in found.subjects] == [("1.25", "config"), ("1.29", "file")]


@pytest.mark.parametrize("texts", [{"p.yaml": POLICY.encode()}, {"kube-apiserver.yaml": pod(LOG, tag="")}])
def test_nothing_is_assumed(texts: dict[str, bytes]) -> None:
    with pytest.raises(QuestionError, match=r"^from: \S+:\d+: nothing says which release this is for now"):
        upgraded(texts, 30)


@pytest.mark.parametrize(("before", "after", "parameter"), [("1.20", "new", "to"), ("2.1", "1.30", "from")])
def test_what_is_no_release(before: str, after: str, parameter: str) -> None:
    with pytest.raises(QuestionError, match=f'^{parameter}: ".*" is not a Kubernetes version'):
        upgrade_paths((), after, from_version=before, texts={"p.yaml": POLICY.encode()})


def test_releases_that_nobody_knows_yet_are_the_newest() -> None:
    found = upgrade_paths((), "1.99", from_version="1.9", texts={"p.yaml": POLICY.encode()})
    assert (found.before, found.after) == ("1.18", f"1.{NEWEST_KNOWN}")
    assert [(notice.path, notice.message.partition(",")[0]) for notice in found.notices] == [
        ("", "Kubernetes 1.99 is newer than what auditlint knows"),
        ("", "Kubernetes 1.9 is older than what auditlint knows"),
    ]


def test_what_cannot_be_read_is_named() -> None:
    found = upgrade_paths(["missing.yaml"], "1.30", from_version="1.20")
    assert [(notice.path, notice.message) for notice in found.failed] == [("missing.yaml", "no such file or folder")]


def test_other_defaults_of_flags_and_gates() -> None:
    """No audit flag beside the limits, and no audit gate, has had another default yet."""
    old = {"a": Flag("a", "int", "", "1"), "b": Flag("b", "int", "", "1"), "gone": Flag("gone", "int", "", "1")}
    new = {"a": Flag("a", "int", "", "2"), "b": Flag("b", "int", "", "1"), "new": Flag("new", "int", "", "1")}
    assert list(other_defaults(parse([]), old, new)) == [OtherDefault("a", "1", "2")]
    given = parse(["--audit-log-maxage=1"])
    limit = {name: {"audit-log-maxage": Flag("audit-log-maxage", "int", "", name)} for name in ("0", "366")}
    assert list(other_defaults(given, limit["0"], limit["366"])) == []
    off, on = ({"AdvancedAuditing": Gate("beta", default, False, ())} for default in (False, True))  # noqa: FBT003
    assert list(other_gates(parse([]), off, on)) == [OtherDefault("AdvancedAuditing", "false", "true")]
    assert list(other_gates(parse(["--feature-gates=AdvancedAuditing=false"], 20), off, on)) == []


def test_where_something_changes_on_the_way() -> None:
    def new(minor: int) -> bool:
        return minor >= 24

    def old(minor: int) -> bool:
        return minor < 24

    assert [since(20, 30, new), since(23, 24, new), since(30, 20, old), since(24, 23, old)] == [24, 24, 24, 24]
    assert [crosses(23, 24, 24), crosses(24, 23, 24), crosses(24, 30, 24), crosses(20, 23, 24)] == [
        True,
        True,
        False,
        False,
    ]
