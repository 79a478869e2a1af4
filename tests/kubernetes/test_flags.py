"""What kube-apiserver does with its arguments, per release, held to recorded answers and to the real code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditlint.checks.suggestions import flag_names
from auditlint.kubernetes import go, known_flags
from auditlint.kubernetes.data import table
from auditlint.kubernetes.flags import parse
from auditlint.kubernetes.parsed_flags import FlagProblem, FlagUse, ParsedFlags
from auditlint.kubernetes.releases import KNOWN, NEWEST, NEWEST_KNOWN, OLDEST
from tests import flag_strategies
from tests.referee_client import COMPARED, Referee, available

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORDED = [json.loads(line) for line in (Path(__file__).parent / "flags_recorded.jsonl").read_text().splitlines()]


def server_words(parsed: ParsedFlags) -> dict[str, Any]:
    """Say of parsed flags what the referee says: it knows nothing of stray arguments, gates and exits.

    It reads `-v` as a plain number, so that its message names another function of Go's.
    """
    told = {
        FlagProblem.UNKNOWN_FLAG,
        FlagProblem.INVALID_VALUE,
        FlagProblem.MISSING_VALUE,
        FlagProblem.MERGED_ARGUMENTS,
    }
    errors = [error.message for error in parsed.errors if error.kind in told and error.name != "feature-gates"]
    if errors:
        words = errors[0].replace("ParseUint", "ParseInt") if '"-v, --v"' in errors[0] else errors[0]
        return {"parse": words, "validate": [], "positional": [], "values": {}}
    return {
        "parse": "",
        "validate": [invalid.message for invalid in parsed.validation],
        "positional": [text for _, text in parsed.positional],
        "values": parsed.values,
    }


@pytest.mark.parametrize("record", RECORDED, ids=lambda record: " ".join(record["args"]) or "none")
def test_recorded_answers(record: dict[str, Any]) -> None:
    for span, answer in record["by"].items():
        first, _, last = span.partition("-")
        for minor in range(int(first), int(last or first) + 1):
            assert server_words(parse(record["args"], minor)) == answer, minor


@pytest.fixture(scope="module", params=COMPARED, ids=lambda minor: f"1.{minor}")
def referee(request: pytest.FixtureRequest) -> Iterator[Referee]:
    if not available(request.param):
        pytest.skip("needs Go, to ask the real k8s.io/apiserver")
    with Referee(request.param) as running:
        yield running


def described(minor: int) -> list[dict[str, str]]:
    found = [known_flags.find(name, minor) for name in ("v", *flag_strategies.OTHER_NAMES)]
    return [{"name": flag.name, "type": flag.type, "bare": flag.bare} for flag in found if flag]


@settings(max_examples=400, deadline=None)
@given(arguments=flag_strategies.arguments)
def test_agrees_with_the_real_code(referee: Referee, arguments: list[str]) -> None:
    expected = referee.flags(arguments, described(referee.minor))
    assert server_words(parse(arguments, referee.minor)) == expected


@pytest.mark.parametrize(
    ("arguments", "minor", "kind", "position", "message"),
    [
        (["--audit-log-maxage=30d"], NEWEST, FlagProblem.INVALID_VALUE, 0, 'parsing "30d": invalid syntax'),
        (["--audit-log-maxage"], NEWEST, FlagProblem.MISSING_VALUE, 0, "flag needs an argument: --audit-log-maxage"),
        (["--audit-log-maxage", "--audit-log-path=/x"], NEWEST, FlagProblem.MISSING_VALUE, 0, "invalid argument"),
        (["--audit-log-compress=yes"], NEWEST, FlagProblem.INVALID_VALUE, 0, "strconv.ParseBool"),
        (["--audit-log-compress"], 19, FlagProblem.UNKNOWN_FLAG, 0, "unknown flag: --audit-log-compress"),
        (["--v=1", "--audit-dynamic-configuration"], 19, FlagProblem.UNKNOWN_FLAG, 1, "unknown flag"),
        (["--audit-log-maxage 30"], NEWEST, FlagProblem.MERGED_ARGUMENTS, 0, "unknown flag: --audit-log-maxage 30"),
        (
            ["--audit-log-compress", "true"],
            NEWEST,
            FlagProblem.STRAY_ARGUMENT,
            1,
            'does not take any arguments, got ["true"]',
        ),
        (["—audit-log-path=/x"], NEWEST, FlagProblem.STRAY_ARGUMENT, 0, "does not take any arguments"),
        (
            ["-audit-log-path=/x"],
            NEWEST,
            FlagProblem.UNKNOWN_FLAG,
            0,
            "unknown shorthand flag: 'a' in -audit-log-path=/x",
        ),
        (["---audit-log-path=/x"], NEWEST, FlagProblem.UNKNOWN_FLAG, 0, "bad flag syntax: ---audit-log-path=/x"),
        (["--", "--audit-log-path=/x"], NEWEST, FlagProblem.STRAY_ARGUMENT, 1, "does not take any arguments"),
        (["-v"], NEWEST, FlagProblem.MISSING_VALUE, 0, "flag needs an argument: 'v' in -v"),
        (["--help"], NEWEST, FlagProblem.EXITS, 0, "kube-apiserver prints its help and ends"),
        (["--event-ttl=5"], NEWEST, FlagProblem.INVALID_VALUE, 0, 'time: missing unit in duration "5"'),
        (
            ["--feature-gates=AllBeta=true,AdvancedAuditing=true"],
            28,
            FlagProblem.AUDIT_GATE,
            0,
            "unrecognized feature gate",
        ),
        (["--feature-gates=AdvancedAuditing=false"], 27, FlagProblem.AUDIT_GATE, 0, "feature is locked to true"),
        (["--feature-gates", "DynamicAuditing=true"], 19, FlagProblem.AUDIT_GATE, 0, "invalid argument"),
        (["--feature-gates=kube:AdvancedAuditing=1"], 31, FlagProblem.AUDIT_GATE, 0, "unrecognized feature gate"),
        (
            ["--feature-gates=AdvancedAuditing"],
            20,
            FlagProblem.INVALID_VALUE,
            0,
            "missing bool value for AdvancedAuditing",
        ),
    ],
)
def test_errors(arguments: list[str], minor: int, kind: FlagProblem, position: int, message: str) -> None:
    parsed = parse(arguments, minor)
    assert [(error.kind, error.position) for error in parsed.errors] == [(kind, position)]
    assert message in parsed.errors[0].message
    assert parsed.message == parsed.errors[0].message
    assert parsed.refused


@pytest.mark.parametrize(
    ("arguments", "minor"),
    [
        (["--audit-log-compress", ""], NEWEST),
        (["--audit_log_path=/x", "-v=4", "-v", "2", "-v2", "--v=1"], NEWEST),
        (["--audit-log-path", "--audit-log-maxage=30"], NEWEST),
        (["--audit-log-maxage=0x1e", "--"], NEWEST),
        (["--feature-gates=AdvancedAuditing=true"], 27),
        (["--feature-gates=AdvancedAuditing=false"], 26),
        (["--feature-gates=kube:AllAlpha=false, kube:AllBeta = false ,"], 31),
        (["--feature-gates=DynamicAuditing=true", "--audit-dynamic-configuration"], 18),
        (["--feature-gates=AllAlpha=true", "--audit-dynamic-configuration"], 18),
        (["--insecure-port=0"], NEWEST),
        (["--etcd-servers=https://a,https://b", "--help=false"], NEWEST),
        (["--audit-log-mode=nonsense", "--audit-webhook-mode=nonsense"], NEWEST),
    ],
)
def test_starts(arguments: list[str], minor: int) -> None:
    parsed = parse(arguments, minor)
    assert not parsed.refused
    assert parsed.message == ""


def test_goes_on_after_an_error() -> None:
    given_arguments = [
        "--audit-policy",
        "/p",
        "--audit-log-maxage",
        "--audit-log-path=/x",
        "--audit-log-maxsize=x",
        "y",
    ]
    parsed = parse(given_arguments)
    assert [(error.kind, error.position) for error in parsed.errors] == [
        (FlagProblem.UNKNOWN_FLAG, 0),
        (FlagProblem.MISSING_VALUE, 2),
        (FlagProblem.INVALID_VALUE, 4),
        (FlagProblem.STRAY_ARGUMENT, 5),
    ]
    assert parsed.values == {"audit-log-path": "/x"}


AFTER_AN_ERROR = {
    "a known flag and a flag in one item": (["--audit-log-maxage --x"], FlagProblem.MERGED_ARGUMENTS, []),
    "the same with underscores": (["--audit_log_maxage --x"], FlagProblem.MERGED_ARGUMENTS, []),
    "an unknown flag and a word in one item": (["--unheard-of x"], FlagProblem.UNKNOWN_FLAG, []),
    "an item with blanks around a known flag": (["-- audit-log-maxage"], FlagProblem.MERGED_ARGUMENTS, []),
    "a word behind merged arguments": (["--audit-log-maxage 30", "y"], FlagProblem.MERGED_ARGUMENTS, [(1, "y")]),
    "a word behind an unknown flag is its value": (["--unheard-of", "y", "z"], FlagProblem.UNKNOWN_FLAG, [(2, "z")]),
    "but not behind a value": (["--unheard-of=x", "y"], FlagProblem.UNKNOWN_FLAG, [(1, "y")]),
    "nor if another release has the flag, without a value": (
        ["--audit-dynamic-configuration", "y"],
        FlagProblem.UNKNOWN_FLAG,
        [(1, "y")],
    ),
    "a word behind the letters of a known flag": (["-anonymous-auth", "y"], FlagProblem.UNKNOWN_FLAG, [(1, "y")]),
    "a value behind the letters of a known flag": (["-secure-port", "y", "z"], FlagProblem.UNKNOWN_FLAG, [(2, "z")]),
    "the same behind one dash, with underscores": (["-secure_port", "y", "z"], FlagProblem.UNKNOWN_FLAG, [(2, "z")]),
    "a value in the letters of a known flag": (["-secure-port=1", "y"], FlagProblem.UNKNOWN_FLAG, [(1, "y")]),
    "a word behind letters of no flag": (["-unheard", "y"], FlagProblem.UNKNOWN_FLAG, [(1, "y")]),
}


@pytest.mark.parametrize(("arguments", "kind", "stray"), AFTER_AN_ERROR.values(), ids=AFTER_AN_ERROR.keys())
def test_where_the_next_argument_begins_after_an_error(
    arguments: list[str], kind: FlagProblem, stray: list[tuple[int, str]]
) -> None:
    parsed = parse(arguments)
    assert parsed.errors[0].kind is kind
    assert list(parsed.positional) == stray


def test_parsing_errors_come_before_stray_arguments() -> None:
    assert parse(["stray", "--audit-log-maxage=x"]).message.startswith("invalid argument")


def test_several_complaints_of_the_validation() -> None:
    arguments = ["--audit-log-path=/x", "--audit-log-maxage=-1", "--audit-log-format=", "--audit-log-mode=batch"]
    parsed = parse([*arguments, "--audit-log-batch-buffer-size=0", "--audit-log-batch-max-size=0"])
    assert [invalid.flags[0] for invalid in parsed.validation] == [
        "audit-log-batch-buffer-size",
        "audit-log-format",
        "audit-log-maxage",
    ]
    assert parsed.message == f"[{', '.join(invalid.message for invalid in parsed.validation)}]"


def test_uses() -> None:
    parsed = parse(["--audit_log_path", "/x", "--audit-log-compress", "--audit-log-maxage=5", "-v=3"])
    assert parsed.uses == (
        FlagUse("audit-log-path", "audit_log_path", "/x", 0, 1, bare=False),
        FlagUse("audit-log-compress", "audit-log-compress", "true", 2, 2, bare=True),
        FlagUse("audit-log-maxage", "audit-log-maxage", "5", 3, 3, bare=False),
        FlagUse("v", "v", "3", 4, 4, bare=False),
    )
    assert [use.separate for use in parsed.uses] == [True, False, False, False]


def test_uses_of_shorthands() -> None:
    assert parse(["-v4", "-v", "5", "-v=6", "-hv7"]).uses == (
        FlagUse("v", "v", "4", 0, 0, bare=False),
        FlagUse("v", "v", "5", 1, 2, bare=False),
        FlagUse("v", "v", "6", 3, 3, bare=False),
        FlagUse("help", "h", "true", 4, 4, bare=True),
        FlagUse("v", "v", "7", 4, 4, bare=False),
    )


def test_the_last_argument_is_the_value_of_a_shorthand() -> None:
    assert parse(["-v", "5"]).values == {"v": "5"}


@pytest.mark.parametrize("before", ["-h", "-v4", "--audit-log-compress", "--audit-log-maxage=x", "-v=x", "---x"])
def test_what_stands_behind_a_whole_argument_is_none_of_its(before: str) -> None:
    assert parse([before, "x", "y"]).positional == ((1, "x"), (2, "y"))


def test_repeated_and_last() -> None:
    parsed = parse(["--audit-log-maxage=1", "--audit-log-path=/x", "--audit_log_maxage=2"])
    assert [[use.value for use in group] for group in parsed.repeated()] == [["1", "2"]]
    last = parsed.last("audit-log-maxage")
    assert last is not None
    assert last.position == 2


@pytest.mark.parametrize(
    ("arguments", "swallowed"),
    [
        (["--audit-log-path", "--audit-log-maxage=30"], "audit-log-maxage"),
        (["--audit-log-path=/x --audit_log_maxage=30"], "audit-log-maxage"),
        (["--audit-log-path=/x -- y"], None),
        (["--audit-log-path=/x --unheard-of=1"], None),
        (["--audit-log-path=/x"], None),
    ],
)
def test_swallowed_flags(arguments: list[str], swallowed: str | None) -> None:
    parsed = parse(arguments)
    assert parsed.swallowed(parsed.uses[0]) == swallowed


@pytest.mark.parametrize(
    ("name", "minor", "value"),
    [
        ("audit-log-maxage", 35, "0"),
        ("audit-log-maxage", 36, "366"),
        ("audit-log-maxbackup", 36, "100"),
        ("audit-log-maxsize", NEWEST, "100"),
        ("audit-log-mode", 18, "blocking"),
        ("audit-webhook-mode", 18, "batch"),
        ("audit-log-compress", 19, None),
        ("audit-log-compress", 20, "false"),
    ],
)
def test_defaults(name: str, minor: int, value: str | None) -> None:
    assert parse([], minor).effective(name) == value


def test_values_in_force() -> None:
    parsed = parse(["--audit-log-maxage=0x10", "--audit-webhook-batch-initial-backoff=1m30s", "--audit-log-compress=T"])
    assert parsed.number("audit-log-maxage") == 16
    assert parsed.effective("audit-webhook-initial-backoff") == "1m30s"
    assert parsed.number("audit-webhook-initial-backoff") == 90
    assert parsed.number("audit-webhook-batch-throttle-qps") == 10
    assert parsed.enabled("audit-log-compress")
    assert not parsed.enabled("audit-log-truncate-enabled")


@pytest.mark.parametrize(
    ("written", "minor", "meant"),
    [
        ("audit-log-maxbackups", NEWEST, "audit-log-maxbackup"),
        ("audit-log-max-age", NEWEST, "audit-log-maxage"),
        ("audit-policy", NEWEST, "audit-policy-file"),
        ("audit-log-dir", NEWEST, "audit-log-path"),
        ("Audit-Log-Path", NEWEST, "audit-log-path"),
        ("audit-log-path:run/x", NEWEST, "audit-log-path"),
        ("audit-log-pat", NEWEST, "audit-log-path"),
        ("no-audit-log-compress", NEWEST, "audit-log-compress"),
        ("no-audit-log-compress", 19, None),
        ("audit-webhook-truncate-mode", NEWEST, None),
        ("etcd-server", NEWEST, "etcd-servers"),
        ("completely-made-up", NEWEST, None),
    ],
)
def test_suggestions(written: str, minor: int, meant: str | None) -> None:
    assert flag_names.suggest(written, minor) == meant


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("audit-dynamic-configuration", 13, 18),
        ("audit-log-compress", 20, NEWEST_KNOWN),
        ("audit-webhook-mode", 8, NEWEST_KNOWN),
    ],
)
def test_history(name: str, first: int, last: int) -> None:
    assert known_flags.history(name) == known_flags.Known(first, last)


def test_history_of_a_flag_that_never_was() -> None:
    assert known_flags.history("audit-log-maxbackups") is None


def test_the_tables_reach_the_newest_release() -> None:
    """A new release needs `python tools/generate_flags.py`, see there."""
    for name in ("audit-flags", "apiserver-flags"):
        assert table(name)["newest"] == f"1.{NEWEST_KNOWN}"
    assert table("audit-flags")["oldest"] == f"1.{OLDEST}"


def test_the_tables_agree_on_audit_flags() -> None:
    for minor in KNOWN:
        read = {
            entry["name"]: (release["type"], release["bare"])
            for entry in table("apiserver-flags")["flags"]
            for release in entry["releases"]
            if known_flags.is_audit(entry["name"]) and int(release["from"][2:]) <= minor <= int(release["to"][2:])
        }
        assert read == {name: (flag.type, flag.bare) for name, flag in known_flags.audit_flags(minor).items()}


@pytest.mark.parametrize(
    ("text", "value"),
    [("1h2m3.5s", "1h2m3.5s"), ("90s", "1m30s"), ("100ms", "100ms"), ("1500us", "1.5ms"), ("7ns", "7ns"), ("-0", "0s")],
)
def test_durations(text: str, value: str) -> None:
    assert go.format_duration(go.parse_duration(text)) == value


@given(st.integers(-(2**63), 2**63 - 1))
def test_durations_survive_printing(nanoseconds: int) -> None:
    assert go.parse_duration(go.format_duration(nanoseconds)) == nanoseconds


@given(st.floats(width=32))
def test_short_floats_survive_printing(number: float) -> None:
    assert repr(go.parse_float(go.format_float(number, 32), 32)) == repr(number)


@given(st.floats())
def test_floats_survive_printing(number: float) -> None:
    assert repr(go.parse_float(go.format_float(number))) == repr(number)


@given(st.lists(st.text(max_size=8), max_size=6), st.sampled_from(KNOWN))
def test_every_argument_is_accounted_for(arguments: list[str], minor: int) -> None:
    parsed = parse(arguments, minor)
    places = {use.position for use in parsed.uses} | {use.value_position for use in parsed.uses}
    places |= {error.position for error in parsed.errors} | {position for position, _ in parsed.positional}
    skipped = [i for i in range(len(arguments)) if i not in places and not arguments[i].startswith("-")]
    assert all(arguments[i - 1].startswith("-") for i in skipped)
