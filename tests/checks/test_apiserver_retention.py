"""The rules about how long the log is kept, by release."""

from __future__ import annotations

import pytest

from auditlint.kubernetes.releases import NEWEST
from tests.checks.servers import LOG, POLICY, Found, check, findings, pod, shorts

AGE, FILES, SIZE = "--audit-log-maxage=", "--audit-log-maxbackup=", "--audit-log-maxsize="


def of(*arguments: str, minor: int = 34) -> list[str]:
    return shorts(pod(POLICY, *arguments, minor=minor))


def messages(*arguments: str, minor: int) -> list[str]:
    return [f"{found.message}. {found.help}" for found in findings(pod(POLICY, *arguments, minor=minor), minor=minor)]


@pytest.mark.parametrize(("minor", "severity"), [(18, "warning"), (35, "warning"), (36, "info"), (NEWEST, "info")])
def test_a_log_without_limits(minor: int, severity: str) -> None:
    assert of(LOG, minor=minor) == [f"no-rotation-limits {severity} @ - {LOG}"]


def test_the_message_names_the_flags_that_are_absent() -> None:
    (found,) = findings(pod(POLICY, LOG, SIZE + "200"))
    assert found.message.startswith("--audit-log-maxage and --audit-log-maxbackup are not set: every file of 200 MB")


@pytest.mark.parametrize(
    ("arguments", "minor", "expected"),
    [
        ((FILES + "10",), 34, []),
        ((AGE + "30",), 34, [f"unlimited-retention info @ - {AGE}30"]),
        ((AGE + "30",), 36, []),
        ((AGE + "30", FILES + "0"), 36, [f"unlimited-retention info @ - {FILES}0"]),
        ((AGE + "0", FILES + "0"), 34, [f"unlimited-retention warning @ - {FILES}0"]),
        ((AGE + "0", FILES + "0"), NEWEST, [f"unlimited-retention warning @ - {FILES}0"]),
        ((AGE + "0",), 34, [f"unlimited-retention warning @ - {AGE}0"]),
        ((AGE + "0",), 36, []),
        ((FILES + "0",), 34, [f"unlimited-retention warning @ - {FILES}0"]),
        ((FILES + "0x0",), 34, [f"unlimited-retention warning @ - {FILES}0x0"]),
    ],
)
def test_limits_that_are_none(arguments: tuple[str, ...], minor: int, expected: list[str]) -> None:
    assert of(LOG, *arguments, minor=minor) == expected


@pytest.mark.parametrize(("minor", "severity"), [(35, "info"), (36, "warning")])
def test_a_size_of_nothing(minor: int, severity: str) -> None:
    assert of(LOG, FILES + "10", SIZE + "0", minor=minor) == [f"rotation-off {severity} @ - {SIZE}0"]


@pytest.mark.parametrize(
    ("age", "files", "size", "reported"),
    [(30, 10, 100, False), (366, 100, 100, False), (30, 2, 100, True), (7, 1, 100, False), (8, 3, 9, True)],
)
def test_an_age_that_the_files_cannot_hold(age: int, files: int, size: int, reported: bool) -> None:  # noqa: FBT001
    found = of(LOG, f"{AGE}{age}", f"{FILES}{files}", f"{SIZE}{size}")
    assert found == ([f"age-never-reached info @ - {AGE}{age}"] if reported else [])


def test_the_number_of_files_that_is_advised_is_enough() -> None:
    (found,) = findings(pod(POLICY, LOG, AGE + "30", FILES + "2"))
    advised = found.help.partition("Write ")[2].partition(",")[0]
    assert of(LOG, AGE + "30", advised) == []


@pytest.mark.parametrize("more", [(), (AGE + "0",)])
def test_standard_output_is_not_rotated(more: tuple[str, ...]) -> None:
    assert of("--audit-log-path=-", *more) == ["log-to-stdout warning @ - --audit-log-path=-"]


@pytest.mark.parametrize("path", ["/dev/stdout", "/dev/stderr", "/dev/null", "/proc/1/fd/1"])
def test_devices_as_the_log(path: str) -> None:
    assert of(f"--audit-log-path={path}") == [f"log-to-device warning @ - --audit-log-path={path}"]


def test_nothing_is_kept_too_long_where_nothing_is_logged() -> None:
    assert [found.rule for found in findings(pod(LOG))] == ["backend-without-policy"]


@pytest.mark.parametrize("typo", ["--audit-log-max-age=30", "--audit-log-maxage 30", "--audit-log-maxage=30d"])
def test_a_limit_that_was_meant_is_not_called_absent(typo: str) -> None:
    assert [short.split()[1:3] for short in of(LOG, f"'{typo}'")] == [["error", "refused"]]


def test_bare_flags_may_have_their_limits_elsewhere() -> None:
    assert shorts(f"{POLICY}\n{LOG}\n", as_kind="flags") == []
    zero = f"{LOG}\n{AGE}0\n{FILES}0\n"
    assert shorts(zero, as_kind="flags", minor=30) == [f"unlimited-retention warning @ {FILES}0"]


@pytest.mark.parametrize(
    ("arguments", "start", "end"),
    [
        ((AGE + "30", FILES + "0"), '0 means "any number", and the age is the only limit', f"Write {FILES}10"),
        ((AGE + "30",), "the age is the only limit", f"Add {FILES}10"),
        ((AGE + "0",), "0 means no limit, not none kept: every file of 100 MB stays", f"Add {FILES}10"),
        ((AGE + "0", FILES + "0"), "0 means no limit, not none kept: every file of 100 MB stays", f"Write {FILES}10"),
    ],
)
def test_unlimited_retention_says_what_to_do_with_the_flags_as_they_are(
    arguments: tuple[str, ...], start: str, end: str
) -> None:
    (found,) = messages(LOG, *arguments, minor=34)
    assert found.startswith(start)
    assert found.endswith(end)


def test_files_that_are_not_rotated_are_not_said_to_be_of_a_size() -> None:
    found = messages(LOG, AGE + "0", FILES + "0", "--audit-log-maxsize=0", minor=NEWEST)
    assert [one.partition(" until ")[0] for one in found] == [
        "0 means no limit, not none kept: once files are rotated, every one stays",
        "0 turns rotation off: one file grows",
    ]


EVERYTHING = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n"
FEW = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n  verbs: [create]\n- level: None\n"


def with_policy(policy: str, *arguments: str) -> list[Found]:
    files = {"kube-apiserver.yaml": pod(POLICY, LOG, *arguments), "audit-policy.yaml": policy}
    return [one for one in check(files)["kube-apiserver.yaml"] if one.rule in {"short-history", "age-never-reached"}]


@pytest.mark.parametrize(
    ("policy", "files", "size", "reported"),
    [(EVERYTHING, 1, 10, True), (EVERYTHING, 10, 100, False), (EVERYTHING, 1, 200, False), (FEW, 1, 10, False)],
)
def test_a_history_of_less_than_a_day(policy: str, files: int, size: int, reported: bool) -> None:  # noqa: FBT001
    found = [one.short for one in with_policy(policy, f"{FILES}{files}", f"{SIZE}{size}")]
    assert found == ([f"short-history warning @ - {FILES}{files}"] if reported else [])


def test_the_history_that_is_advised_is_long_enough() -> None:
    (found,) = with_policy(EVERYTHING, FILES + "1", SIZE + "5")
    assert found.message == "the log holds 10 MB, which an idle cluster fills in 41 minutes under this policy"
    advised = found.help.removeprefix("Write ").split(" and ")
    assert with_policy(EVERYTHING, *advised) == []


def test_without_the_policy_nothing_is_said_of_the_history() -> None:
    assert of(LOG, FILES + "1", SIZE + "5") == []


def test_the_age_is_held_to_the_policy_of_the_run() -> None:
    (found,) = with_policy(EVERYTHING, AGE + "30", FILES + "10", SIZE + "100")
    assert found.message == "1,100 MB are full after 3 days on an idle cluster, long before maxage=30 days"
    assert with_policy(FEW, AGE + "30", FILES + "10", SIZE + "100") == []
