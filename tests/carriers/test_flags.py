"""Arguments of kube-apiserver without a Pod around them."""

from __future__ import annotations

import pytest

from auditlint.subjects.model import ApiServer, NotText
from tests.carriers.recognition import only, subjects, texts


@pytest.mark.parametrize(
    "text",
    [
        "- --audit-log-path=/a\n- --v=2",
        "- kube-apiserver\n- --audit-log-path=/a\n- --v=2",
        "    - --audit-log-path=/a # x\n    - --v=2",
        "[--audit-log-path=/a, --v=2]",
        "--audit-log-path=/a\n--v=2\n",
        "# x\nkube-apiserver \\\n  --audit-log-path='/a' \\\n  --v=2 # y\n",
        "/usr/bin/kube-apiserver --audit-log-path=/a --v=2",
        "* `--audit-log-path=/a`: x\n* `--v=2`\n",
    ],
)
def test_lists_and_command_lines(text: str) -> None:
    server = only(ApiServer, text)
    assert texts(server) == ["--audit-log-path=/a", "--v=2"]
    assert (server.carrier, server.complete, server.base) == ("flags", "kube-apiserver" in text, ())


@pytest.mark.parametrize(
    "text",
    [
        "- --log-level=audit",
        "- audit-log-path=/a",
        "--log=audit\n--v=2",
        "--audit-log-path: x",
        "- {--audit-log-path: x}",
    ],
)
def test_other_lists(text: str) -> None:
    assert subjects(text) == ()


def test_mistakes_do_not_hide_a_list() -> None:
    server = only(ApiServer, "- –audit-log-path=/a\n- --audit-log-maxage: 30\n- '--audit-log-path={{ .x }}'")
    assert texts(server) == ["–audit-log-path=/a"]
    assert server.not_text == (NotText((1,), "audit-log-maxage", "30"),)
    assert server.opaque


def test_a_json_patch() -> None:
    patch = """
- {op: add, path: /spec/containers/0/command/-, value: --audit-log-path=/a}
- {op: test, path: /x}
- {op: replace, path: /spec/containers/0/command, value: [kube-apiserver, --v=2]}
"""
    server = only(ApiServer, patch)
    assert [(argument.text, argument.path) for argument in server.arguments] == [
        ("--audit-log-path=/a", (0, "value")),
        ("--v=2", (2, "value", 1)),
    ]
    assert server.carrier == "fragment"


@pytest.mark.parametrize(
    ("content", "arguments"),
    [
        (b"--a=b\n--c d\n\n'--e'", ["--a=b", "--c d", "", "'--e'"]),
        (b"--a=b\r\n--c", ["--a=b", "--c"]),
        (b"--a=b\0--c\n\0\0", ["--a=b", "--c\n", ""]),
        (b"/usr/bin/kube-apiserver\0--a\0", ["--a"]),
        (b"--x\n/bin/kube-apiserver\n--y", ["--x", "/bin/kube-apiserver", "--y"]),
        (b"- --a\n{{ b }}\n${C}\n# d", ["- --a", "{{ b }}", "${C}", "# d"]),
        (b"\n", [""]),
        (b"", []),
    ],
)
def test_as_flags_every_line_is_an_argument(content: bytes, arguments: list[str]) -> None:
    server = only(ApiServer, content, as_kind="flags")
    assert texts(server) == arguments
    assert not server.opaque


def test_places_in_plain_text() -> None:
    server = only(ApiServer, "# é\r\nkube-apiserver \\\r\n  --audit-log-path=/a --v=2\r\n", "x.txt")
    assert [tuple(server.places.value(argument.path)) for argument in server.arguments] == [
        (3, 3, 3, 22),
        (3, 23, 3, 28),
    ]
    assert server.places.pointer(server.arguments[1].path) == "/2"


def test_places_of_lines() -> None:
    server = only(ApiServer, "--é\n--audit-log-path=/a\n", as_kind="flags")
    assert tuple(server.places.value(server.arguments[1].path)) == (2, 1, 2, 20)
    assert tuple(server.places.key(())) == (1, 1, 1, 4)


PS = "root  1423  9.1  4.0 1183000 331000 ?  Ssl  08:02  1:12 /usr/local/bin/kube-apiserver --v=2 --audit-log-path=/a\n"


@pytest.mark.parametrize(
    "content",
    [
        PS,
        "  PID TTY      STAT   TIME COMMAND\n 1423 ?        Ssl    1:12 kube-apiserver --v=2 --audit-log-path=/a\n",
        "USER PID CMD\nroot 7 grep --color=auto kube-apiserver\n" + PS,
    ],
)
@pytest.mark.parametrize("asked", [True, False])
def test_a_line_that_ps_printed_is_a_whole_command_line(content: str, asked: bool) -> None:  # noqa: FBT001
    server = only(ApiServer, content, as_kind="flags" if asked else None)
    assert texts(server) == ["--v=2", "--audit-log-path=/a"]
    assert server.complete
    assert server.places.value(server.arguments[0].path).column == content.splitlines()[-1].index("--v") + 1


@pytest.mark.parametrize(
    ("content", "complete"),
    [
        ("/usr/bin/kube-apiserver\0--v=2\0--audit-log-path=/a\0", True),
        ("kube-apiserver\n--v=2\n--audit-log-path=/a\n", True),
        ("kube-apiserver --v=2 --audit-log-path=/a\n", True),
        ("/usr/local/bin/kube-apiserver \\\n  --v=2 \\\n  --audit-log-path=/a\n", True),
        ("--v=2\n--audit-log-path=/a\n", False),
    ],
)
def test_a_list_that_begins_with_the_program_is_all_of_it(content: str, complete: bool) -> None:  # noqa: FBT001
    server = only(ApiServer, content, as_kind="flags")
    assert texts(server) == ["--v=2", "--audit-log-path=/a"]
    assert server.complete is complete


def test_a_list_in_yaml_that_begins_with_the_program_is_all_of_it() -> None:
    assert only(ApiServer, "[kube-apiserver, --audit-log-path=/a]").complete
    assert not only(ApiServer, "[--audit-log-path=/a]").complete


def test_a_snap_fills_in_its_variables() -> None:
    content = "--audit-policy-file=${SNAP_DATA}/args/p.yaml\n--audit-log-path=$SNAP_COMMON/var/log/audit.log\n"
    server = only(ApiServer, content, as_kind="flags")
    assert server.flags.text("audit-policy-file") == "/var/snap/microk8s/current/args/p.yaml"
    assert server.flags.text("audit-log-path") == "/var/snap/microk8s/common/var/log/audit.log"


@pytest.mark.parametrize("codec", ["utf-16", "utf-8-sig"])
def test_arguments_of_a_text_in_utf_16_are_its_lines(codec: str) -> None:
    server = only(ApiServer, "--audit-log-path=/a\n--v=2\n".encode(codec), as_kind="flags")
    assert [argument.text for argument in server.arguments] == ["--audit-log-path=/a", "--v=2"]
    assert server.places.value(server.arguments[1].path)[:2] == (2, 1)
