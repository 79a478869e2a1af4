"""What is refused as text, and what scalars are, held to the real loader of kube-apiserver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditlint.kubernetes.decode import load
from auditlint.text.plain import plain
from auditlint.text.reader import looks_like_json, read
from tests.referee_client import Referee, available
from tests.text.texts import SEEDS, TOKENS, yaml_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n"
OF_READING = (
    "failed decoding: yaml: ",
    "failed decoding: unsupported map key",
    "failed decoding: json: unsupported value",
)
OF_JSON = "failed decoding: couldn't get version/kind; json parse error: "


@pytest.fixture(scope="module")
def referee() -> Iterator[Referee]:
    if not available():
        pytest.skip("no Go, and no referee was built: tests/referee/build")
    with Referee() as running:
        yield running


def complaint(error: str) -> str:
    """Return what the server says of the text itself, without values that it quotes; empty if it read it."""
    if error.startswith(OF_READING):
        return error.removeprefix("failed decoding: ").split(", key:")[0].split("interface {}")[0]
    if error.startswith(OF_JSON) and not error.startswith(OF_JSON + "json: "):
        return error.removeprefix("failed decoding: ")
    return ""


def check(referee: Referee, data: bytes) -> dict[str, Any]:
    answer = referee.load(data)
    stream = read(data)
    ours = f"failed decoding: {stream.error.message}" if stream.error and not stream.error_document else ""
    assert complaint(ours) == complaint(answer["error"]), data
    return answer


@settings(max_examples=400, deadline=None)
@given(yaml_texts())
def test_yaml(referee: Referee, text: str) -> None:
    data = text.encode()
    if not looks_like_json(data):
        check(referee, data)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from((*'{}[],:"\\ut1.e-+ \n\x00', "null", "true", '"a"', '{"b":', "\\u12", "//")), max_size=12)
)
def test_json(referee: Referee, tokens: list[str]) -> None:
    check(referee, ("{" + "".join(tokens)).encode())


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(SEEDS), st.integers(0, 700), st.sampled_from([b"\x00", b"\xff", b"\xe9", b"\xed\xa0\x80", b"\x7f"])
)
def test_bad_bytes(referee: Referee, text: str, filler: int, bad: bytes) -> None:
    check(referee, text.encode() + b"# " + b"x" * filler + b"\n" + bad + b"\n")


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(
        st.lists(st.sampled_from(TOKENS), max_size=3).map("".join), st.text("0123456789_+-.eExob:T~yn", max_size=8)
    )
)
def test_scalars(referee: Referee, scalar: str) -> None:
    """As a user: a string is one, null is the empty string, and anything else is refused."""
    data = f"{HEAD}  users:\n  - {scalar}\n".encode()
    answer = check(referee, data)
    stream = read(data)
    if stream.error is None and answer["ok"] and len(stream.documents) == 1:
        users = users_of(plain(stream.documents[0].root))
        assert users is None or users == answer["policy"]["rules"][0].get("users")


def users_of(policy: Any) -> list[str] | None:
    """Return the users of the only rule as the server keeps them; None where there are other things than strings."""
    rules = dict(policy)["rules"]
    users = dict(rules[0]).get("users") if len(rules) == 1 else None
    if not isinstance(users, list) or not all(user is None or isinstance(user, str) for user in users):
        return None
    return [user or "" for user in users]


ODD_NUMBERS = (
    "-9223372036854775808",
    "-9223372036854775809",
    "-9_223_372_036_854_775_809",
    "-9223372036854775808.0",
    "-0x8000000000000001",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    *(sign + "9" * 4_400 for sign in ("", "-")),
    "0x" + "9" * 4_400,
    "0" * 4_400 + "1",
    "1e" + "9" * 4_400,
    "1:2:3",
)


@pytest.mark.parametrize("number", ODD_NUMBERS, ids=lambda number: number[:24])
def test_numbers_of_64_bits(referee: Referee, number: str) -> None:
    """`generation` is an int64, which nothing beyond the range of one is."""
    for text in (f"{HEAD}metadata: {{generation: {number}}}\n", f"{HEAD}metadata: {{name: a, x: [{number}]}}\n"):
        answer = check(referee, text.encode())
        value = plain(read(text.encode()).documents[0].root)
        assert load(value, referee.minor).refused is not answer["ok"]
