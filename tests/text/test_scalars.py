"""Scalars, keys and merges as the server types them; every value here was asked of sigs.k8s.io/yaml."""

from __future__ import annotations

import pytest

from auditlint.text.plain import plain
from auditlint.text.yaml_reader import read_yaml

VALUES: dict[str, object] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"), False),
    **{
        word: word
        for word in ("yEs", "oN", "tRUE", "nULL", "Y es", "=", "<<", "_1", "0o8", "0b", "0x", "1e400", ".5e400")
    },
    **dict.fromkeys(("~", "null", "Null", "NULL", "", "!!null ''"), None),
    "12": 12,
    "012": 10,
    "0o17": 15,
    "08": 8,
    "0x1F": 31,
    "0b101": 5,
    "-0b11": -3,
    "0b-11": -3,
    "+7": 7,
    "1_000": 1000,
    "-_1": -1,
    "0_x1f": 31,
    "1.0": 1,
    "1e3": 1000,
    "1.": 1,
    ".5": 0.5,
    ".5_0": 0.5,
    "+.5": 0.5,
    "1_0.5": 10.5,
    "-0": 0,
    "9223372036854775807": 2**63 - 1,
    "9223372036854775808": 2.0**63,
    "18446744073709551616": 2.0**64,
    "0x1p4": "0x1p4",
    "1:30": "1:30",
    "2001-01-01": "2001-01-01",
    "2001-01-01T10:00:00Z": "2001-01-01T10:00:00Z",
    "'12'": "12",
    '"yes"': "yes",
    "!!str 12": "12",
    "! 12": "12",
    "!x 12": "12",
    "!!int '12'": 12,
    "!!float 1": 1,
    "!!bool 'on'": True,
    "!!timestamp 2001-1-1": "2001-1-1",
    "!!binary aGVsbG8=": "hello",
    "!!binary /w==": "\ufffd",
    "!!seq [a]": ["a"],
    "!!str [1]": [1],
    "'it''s'": "it's",
    '"\\x41\\u00e9\\U0001F600\\n\\e\\_"': "Aé😀\n\x1b\xa0",
    '"a\\\n  b"': "ab",
    "a\n  b\n\n  c": "a b\nc",
    "|\n  x\n  y\n": "x\ny\n",
    "|-\n  x\n": "x",
    "|+\n  x\n\n": "x\n\n",
    ">\n  x\n  y\n\n  z\n": "x y\nz\n",
    "|2\n    x\n": "  x\n",
}

KEYS = {
    "1": "1",
    "012": "10",
    "yes": "true",
    "Off": "false",
    "1.5": "1.5",
    "1e3": "1000",
    "1e6": "1e+06",
    "1.0": "1",
    ".0001": "0.0001",
    ".00001": "1e-05",
    "123456789.0": "1.2345679e+08",
    "-.5": "-0.5",
    ".inf": ".inf",
    "-.inf": "-.inf",
    ".nan": ".nan",
    "1e39": ".inf",
    "2001-01-01": "2001-01-01",
    "!!binary aGk=": "hi",
    "'<<'": "<<",
    "!!str <<": "<<",
    '"\\u00e9"': "é",
}

REFUSED = {
    "a: !!int x": "yaml: cannot decode !!str `x` as a !!int",
    "a: !!bool 1": "yaml: cannot decode !!int `1` as a !!bool",
    "a: !!int ''": "yaml: cannot decode !!null `` as a !!int",
    "a: !!float 18446744073709551615": "yaml: cannot decode !!int `18446744073709551615` as a !!float",
    "a: !!timestamp 2001-02-30": "yaml: cannot decode !!str `2001-02-30` as a !!timestamp",
    "a: !!binary '='": "yaml: !!binary value contains invalid base64 data",
    "a: .nan": "json: unsupported value: NaN",
    "a: [-.inf]": "json: unsupported value: -Inf",
    "{{ .Values.x }}: a": 'yaml: invalid map key: map[interface {}]interface {}{".Values.x":interface {}(nil)}',
    "? [a, 1]\n: b": 'yaml: invalid map key: []interface {}{"a", 1}',
    "<<: a": "yaml: map merge requires map or sequence of maps as the value",
    "<<: [{a: b}, c]": "yaml: map merge requires map or sequence of maps as the value",
    "a: &a [{b: c}]\n<<: *a": "yaml: map merge requires map or sequence of maps as the value",
    "{{a: !!int x}: b}": "yaml: cannot decode !!str `x` as a !!int",
    "{[a]: !!int x}": 'yaml: invalid map key: []interface {}{"a"}',
    "<<: !!int ''": "yaml: map merge requires map or sequence of maps as the value",
    "a: {<<: [b]}\nc: !!int x": "yaml: map merge requires map or sequence of maps as the value",
    "a: *b": "yaml: unknown anchor 'b' referenced",
    "a: &a {b: *a}": "yaml: anchor 'a' value contains itself",
}

MERGES: dict[str, list[tuple[str, object]]] = {
    "a: &a {x: 1, z: 2}\nb: {<<: *a, x: 3}": [("x", 1), ("z", 2), ("x", 3)],
    "a: &a {x: 1, z: 2}\nb: {x: 3, <<: *a}": [("x", 3), ("x", 1), ("z", 2)],
    "a: &a {x: 1}\nc: &c {x: 2}\nb: {<<: [*a, *c]}": [("x", 2), ("x", 1)],
    "a: &a {x: 1}\nc: &c {<<: *a, z: 2}\nb: {<<: *c}": [("x", 1), ("z", 2)],
    "b: {<<: {x: 1}, <<: {z: 2}}": [("x", 1), ("z", 2)],
    'b: {! "<<": {x: 1}}': [("x", 1)],
    'b: {"<<": {x: 1}}': [("<<", (("x", 1),))],
    "b: {x: 1, x: 2, 'x': 3}": [("x", 1), ("x", 2), ("x", 3)],
}


def read(text: str, *, pure: bool) -> object:
    stream = read_yaml(text.encode(), pure=pure)
    assert stream.error is None, stream.error
    return plain(stream.documents[0].root)


def pairs(value: object) -> list[tuple[str, object]]:
    assert isinstance(value, tuple)
    return list(value)


@pytest.fixture(params=[False, True], ids=["libyaml", "pure"])
def pure(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.mark.parametrize("text", VALUES)
def test_values(text: str, *, pure: bool) -> None:
    ((_, value),) = pairs(read(f"a: {text}", pure=pure))
    assert (type(value), value) == (type(VALUES[text]), VALUES[text])


@pytest.mark.parametrize("text", KEYS)
def test_keys(text: str, *, pure: bool) -> None:
    assert read(f"{text}: x", pure=pure) == ((KEYS[text], "x"),)


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text: str, *, pure: bool) -> None:
    error = read_yaml(text.encode(), pure=pure).error
    assert error is not None
    assert error.message == REFUSED[text]


@pytest.mark.parametrize("text", ["~: a", "null: a", "? \n: a", "18446744073709551615: a", "b: {<<: {~: x}}"])
def test_keys_that_json_cannot_have(text: str, *, pure: bool) -> None:
    error = read_yaml(text.encode(), pure=pure).error
    assert error is not None
    assert error.message.startswith("unsupported map key of type: ")


@pytest.mark.parametrize("hidden", [".nan", "{~: x}", "[.inf]"])
def test_what_a_later_duplicate_hides_is_no_error(hidden: str, *, pure: bool) -> None:
    assert pairs(read(f"a: {hidden}\na: 1", pure=pure))[-1] == ("a", 1)


@pytest.mark.parametrize("text", MERGES)
def test_merges_in_the_order_of_the_server(text: str, *, pure: bool) -> None:
    assert dict(pairs(read(text, pure=pure)))["b"] == tuple(MERGES[text])


def test_aliases_share_one_value(*, pure: bool) -> None:
    value = dict(pairs(read("a: &a [x]\nb: *a\n", pure=pure)))
    assert value["a"] is value["b"]


def test_an_alias_can_be_a_key(*, pure: bool) -> None:
    assert read("- &a 012\n- {*a : x}\n", pure=pure) == [10, (("10", "x"),)]
