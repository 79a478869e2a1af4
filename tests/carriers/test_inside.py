"""The same policy in every text that can hold it: the findings are those of the plain file, at their place on disk."""

from __future__ import annotations

import base64
import gzip
import json
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

import pytest

from auditlint import lint
from auditlint.carriers.recognise import MAX_DEPTH, link
from auditlint.lint import Source
from auditlint.settings import Settings
from auditlint.subjects.model import ApiServer, PolicySubject, UnreadText
from tests.carriers.recognition import found, only, pod, subjects

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditlint.finding import Finding

POLICIES = {
    "level": """\
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- level: metadata # é😀
  verbs: ["get"]
- level: Metadata
  users: ["x😀", "dev-*"]
- level: Metadata
""",
    "field": """\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: ["RequestReceived"]
rules:
- level: Request
  verb: ["get"]
  resources:
  - group: ""
    resources: ["pods"]
- level: Metadata
""",
    "syntax": """\
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- level: Metadata
  verbs ["get"]
- level: Metadata
""",
    "ignored": """\
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- level: Metadata
  users: ["a"]
# auditlint: ignore[unreachable-rule] it comes back
- level: Request
  users: ["a"]
- level: Metadata
- level: None # auditlint: ignore[unreachable-rule]
""",
}


class Form(NamedTuple):
    """How a text holds another: the file's name, its content, and what the pointers begin with."""

    path: str
    content: str
    pointer: str


def indented(policy: str, blanks: str, newline: str = "\n") -> str:
    return "".join(blanks + line + newline for line in policy.splitlines())


HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n"


def literal(policy: str) -> Form:
    return Form("map.yaml", f"{HEAD}  other: x\n  p.yaml: |\n{indented(policy, '    ')}  z: y\n", "/data/p.yaml#")


def literal_with_crlf(policy: str) -> Form:
    head = HEAD.replace("\n", "\r\n")
    return Form("map.yaml", f"{head}  p.yaml: |+\r\n{indented(policy, '      ', chr(13) + chr(10))}", "/data/p.yaml#")


def folded(policy: str) -> Form:
    lines = policy.splitlines()
    pairs = zip(lines, [*lines[1:], " "], strict=True)
    text = "".join(f"    {line}\n" + ("" if _keeps(line, after) else "\n") for line, after in pairs)
    return Form("map.yaml", f"{HEAD}  p.yaml: >\n{text}", "/data/p.yaml#")


def _keeps(line: str, after: str) -> bool:
    return line.startswith(" ") or after.startswith(" ")


def double_quoted(policy: str) -> Form:
    return Form("map.yaml", f"{HEAD}  p.yaml: {json.dumps(policy, ensure_ascii=False)}\n", "/data/p.yaml#")


def single_quoted(policy: str) -> Form:
    text = policy.replace("'", "''").rstrip("\n").replace("\n", "\n\n    ")
    return Form("map.yaml", f"{HEAD}  p.yaml: '{text}'\n", "/data/p.yaml#") if "\n  " not in policy else literal(policy)


def in_json(policy: str) -> Form:
    object_ = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"a/b.yaml": policy}}
    return Form("map.json", json.dumps(object_), "/data/a~1b.yaml#")


def in_a_list(policy: str) -> Form:
    text = indented(policy, "        ")
    content = f"kind: List\nitems:\n- kind: Secret\n  stringData:\n      p.yaml: |\n{text}"
    return Form("list.yaml", content, "/items/0/stringData/p.yaml#")


def in_the_third_document(policy: str) -> Form:
    return Form("map.yaml", "a: 1\n---\nb: 2\n---\n" + literal(policy).content, "/data/p.yaml#")


def fence(policy: str) -> Form:
    return Form("README.md", f"# Title\n\n```yaml\n{policy}```\nend\n", "#")


def fence_without_a_language(policy: str) -> Form:
    return Form("README.md", f"text\n~~~~\n{policy}~~~~~\nend\n", "#")


def fence_in_a_list(policy: str) -> Form:
    text = indented(policy, "     ")
    return Form("README.md", f"1. one\n\n   - ```yml title=x\n{text}     ```\n", "#")


def fence_in_a_quote(policy: str) -> Form:
    return Form("README.md", f"> say\n> ```yaml\n{indented(policy, '> ')}\nend\n```\nno\n```\n", "#")


def fence_that_never_ends(policy: str) -> Form:
    return Form("README.md", f"```yaml\n{policy}", "#")


def here_document(policy: str) -> Form:
    return Form("a.sh", f"#!/bin/sh\nx=$((1 << 2))\ncat > /etc/p.yaml <<'END'\n{policy}END\necho\n", "#")


def here_document_for_another_shell(policy: str) -> Form:
    return Form("a.sh", f"sudo bash -c 'cat <<EOF >/etc/p.yaml\n{policy}EOF'\n", "#")


def here_document_with_tabs(policy: str) -> Form:
    text = indented(policy, "\t\t")
    return Form("a.sh", f"if true; then\n\tsudo tee /etc/p.yaml <<-EOF >/dev/null\n{text}\tEOF\nfi\n", "#")


def here_document_after_another(policy: str) -> Form:
    return Form("a.sh", f"cat <<A - <<B | \\\n  kubectl apply -f -\nbody\nA\n{policy}B\n", "#")


def here_document_in_a_fence(policy: str) -> Form:
    text = indented(policy, "  ")
    return Form("README.md", f"- so:\n\n  ```console\n  $ cat <<EOF >p.yaml\n{text}  EOF\n  ```\n", "##")


def printf(policy: str) -> Form:
    text = policy.replace("\\", "\\\\").replace("\n", "\\n").replace("%", "%%")
    return Form("a.sh", f"printf '{text}' | sudo tee /etc/p.yaml\n", "#")


def echo_in_double_quotes(policy: str) -> Form:
    text = policy.replace("\\", "\\\\").replace('"', '\\"')
    return Form("a.sh", f'echo "{text}" > /etc/p.yaml\n', "#")


def echo_line_by_line(policy: str) -> Form:
    first, *others = policy.splitlines()
    lines = "".join(f"echo '{line}' >> /etc/p.yaml\n" for line in others)
    return Form("a.sh", f"echo 'other' > /etc/q\necho '{first}' > /etc/p.yaml\n{lines}", "#")


def printf_line_by_line(policy: str) -> Form:
    lines = " \\\n  ".join(f"'{line}'" for line in policy.splitlines())
    return Form("a.sh", f"printf '%s\\n' {lines} > /etc/p.yaml\n", "#")


def manifest_in_a_here_document(policy: str) -> Form:
    return Form("a.sh", f"kubectl apply -f - <<EOF\n{literal(policy).content}EOF\n", "#/data/p.yaml#")


def called_as_other_files_are(policy: str) -> Form:
    content = f"{HEAD}  policy.conf: |\n{indented(policy, '    ')}"
    return Form("map.yaml", content, "/data/policy.conf#")


def cloud_init(policy: str) -> Form:
    text = indented(policy, "    ")
    content = f"#cloud-config\nwrite_files:\n- path: /etc/motd\n  content: x\n- path: /etc/p.yaml\n  content: |\n{text}"
    return Form("user-data", content, "/write_files/1/content#")


def cluster_api(policy: str) -> Form:
    entry = {"path": "/etc/p.yaml", "content": policy}
    value = {"kind": "KubeadmConfig", "spec": {"files": [entry]}}
    return Form("config.json", json.dumps(value), "/spec/files/0/content#")


def kops(policy: str) -> Form:
    text = indented(policy, "      ")
    content = f"kind: Cluster\nspec:\n  fileAssets:\n  - name: p\n    path: /srv/p.yaml\n    content: |\n{text}"
    return Form("cluster.yaml", content, "/spec/fileAssets/0/content#")


def ansible(policy: str) -> Form:
    text = indented(policy, "        ")
    content = f"- tasks:\n  - copy:\n      dest: /etc/p.yaml\n      content: |2\n{text}"
    return Form("play.yml", content, "/0/tasks/0/copy/content#")


def ansible_block(policy: str) -> Form:
    text = indented(policy, "        ")
    head = "- tasks:\n  - ansible.builtin.blockinfile:\n      path: /etc/p.yaml\n      marker: '# {mark} audit'\n"
    return Form("play.yml", f"{head}      block: |\n{text}", "/0/tasks/0/ansible.builtin.blockinfile/block#")


def butane(policy: str) -> Form:
    text = indented(policy, "        ")
    head = "variant: fcos\nversion: 1.5.0\nstorage:\n  files:\n  - path: /etc/p.yaml\n    contents:\n      inline: |\n"
    return Form("node.bu", head + text, "/storage/files/0/contents/inline#")


def ignition(source: str, **more: str) -> str:
    file = {"path": "/etc/p.yaml", "mode": 420, "contents": {"source": source, **more}}
    return json.dumps({"ignition": {"version": "3.4.0"}, "storage": {"files": [file]}})


def ignition_as_it_is(policy: str) -> Form:
    """Return a file whose URL has the letters as they are, and only the rest in percents."""
    return Form("node.ign", ignition("data:," + quote(policy)), "/storage/files/0/contents/source#")


FORMS = [
    ansible_block,
    butane,
    ignition_as_it_is,
    cloud_init,
    cluster_api,
    kops,
    ansible,
    literal,
    called_as_other_files_are,
    literal_with_crlf,
    folded,
    double_quoted,
    single_quoted,
    in_json,
    in_a_list,
    in_the_third_document,
    fence,
    fence_without_a_language,
    fence_in_a_list,
    fence_in_a_quote,
    fence_that_never_ends,
    here_document,
    here_document_for_another_shell,
    here_document_with_tabs,
    here_document_after_another,
    here_document_in_a_fence,
    printf,
    echo_in_double_quotes,
    echo_line_by_line,
    printf_line_by_line,
    manifest_in_a_here_document,
]


def findings(content: str | bytes, path: str) -> list[Finding]:
    data = content if isinstance(content, bytes) else content.encode()
    report = lint.check([Source(path, named=True, data=data)], Settings(ignore=("policy-cost",)))
    return sorted(report.findings, key=lambda one: (one.rule, one.pointer, one.span))


def word(content: str, finding: Finding) -> str:
    """Return the word that stands where a finding begins, without a quote and its backslash before it."""
    line = content.replace("\r\n", "\n").split("\n")[finding.span.line - 1]
    match = re.match(r"(?:[\\\"']|%2[27])*([\w-]*)", line[finding.span.column - 1 :])
    return match[1] if match else ""


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("form", FORMS)
def test_findings_are_those_of_the_plain_policy(name: str, form: object) -> None:
    policy = POLICIES[name]
    assert callable(form)
    path, content, pointer = form(policy)
    plain, inside = findings(policy, "p.yaml"), findings(content, path)
    assert [(one.rule, one.refused, one.suppressed is None) for one in inside] == [
        (one.rule, one.refused, one.suppressed is None) for one in plain
    ]
    assert [one.pointer for one in inside] == [pointer + one.pointer for one in plain]
    assert [word(content, one) for one in inside] == [word(policy, one) for one in plain]


def test_what_is_encoded_stands_at_the_whole_and_names_its_line() -> None:
    encoded = base64.b64encode(POLICIES["level"].encode()).decode()
    content = f"apiVersion: v1\nkind: Secret\ndata:\n  p.yaml: {encoded}\n"
    inside = [one for one in findings(content, "secret.yaml") if one.rule == "invalid-level"]
    plain = [one for one in findings(POLICIES["level"], "p.yaml") if one.rule == "invalid-level"]
    assert [tuple(one.span) for one in inside] == [(4, 11, 4, 11 + len(encoded))]
    assert [one.message for one in inside] == [f"{one.message} (line 4 of the decoded text)" for one in plain]
    assert [one.pointer for one in inside] == ["/data/p.yaml#/rules/0/level"]


def test_a_comment_in_what_is_encoded_hides_what_it_covers_there() -> None:
    encoded = base64.b64encode(POLICIES["ignored"].encode()).decode()
    inside = findings(f"kind: ConfigMap\nbinaryData: {{p.yaml: {encoded}}}\n", "map.yaml")
    plain = findings(POLICIES["ignored"], "p.yaml")
    assert [(one.rule, one.suppressed) for one in inside] == [(one.rule, one.suppressed) for one in plain]


def test_a_comment_of_the_outer_file_covers_the_piece() -> None:
    content = "kind: ConfigMap\ndata:\n  # auditlint: ignore[invalid-level] an example\n" + literal(
        POLICIES["level"]
    ).content.split("data:\n")[1].removeprefix("  other: x\n")
    (one,) = [one for one in findings(content, "map.yaml") if one.rule == "invalid-level"]
    assert one.suppressed is not None
    assert one.suppressed.reason == "an example"


def test_the_document_is_that_on_disk() -> None:
    form = in_the_third_document(POLICIES["level"])
    assert {one.document for one in findings(form.content, form.path)} == {2}


def test_each_fence_is_a_document() -> None:
    policy = POLICIES["level"]
    content = f"```yaml\n{policy}```\n\n```\nno\n```\n\n```yaml\n{policy}```\n"
    found_at = [(one.document, one.span.line) for one in findings(content, "README.md") if one.rule == "invalid-level"]
    assert found_at == [(0, 5), (2, 20)]


def test_variables_in_a_here_document_are_placeholders() -> None:
    content = (
        "cat <<EOF > p.yaml\napiVersion: audit.k8s.io/v1\nkind: Policy\n${HEADER}\nrules:\n- level: $LEVEL\n"
        '  users: ["\\$x", "$(whoami)"]\n- level: Metadata\nEOF\n'
    )
    policy = only(PolicySubject, content, "a.sh")
    assert not policy.loaded.refused
    assert policy.places.value(("rules", 0, "level")) == (6, 10, 6, 16)
    assert policy.places.value(("rules", 0, "users", 1)) == (7, 18, 7, 29)


@pytest.mark.parametrize(
    "script",
    [
        "x=$((1 << 4))\ny=$(( x<<EOF ))\n",
        'echo "$x" <<< "policy audit"\n',
        "# cat <<EOF\naudit\n",
        'echo "usage: audit <<EOF"\n',
    ],
)
def test_no_here_documents(script: str) -> None:
    assert found(script, "a.sh").subjects == ()


def test_as_policy_means_the_policy_in_it() -> None:
    form = fence(POLICIES["level"])
    assert only(PolicySubject, form.content, form.path, as_kind="policy").loaded.refused
    assert only(PolicySubject, "# Title\n\nno policy of audit\n", "README.md", as_kind="policy").loaded.refused


def test_a_carrier_of_texts_can_be_asked_for() -> None:
    policy = POLICIES["level"]
    assert len(subjects(f"```\n{policy}```\n", "x.yaml", as_kind="markdown")) == 1
    assert len(subjects(f"cat <<E\n{policy}E\n", "x", as_kind="here-document")) == 1


def test_what_never_ends_is_told() -> None:
    notices = found(fence_that_never_ends(POLICIES["level"]).content, "README.md").notices
    assert [one.message for one in notices] == ["the fence before line 2 is never closed"]
    notices = found("cat <<'EOF' > p\n" + POLICIES["level"], "a.sh").notices
    assert [one.message for one in notices] == ["the here-document before line 2 never ends"]


def nested(depth: int) -> str:
    content = POLICIES["level"]
    for _ in range(depth):
        content = json.dumps({"kind": "ConfigMap", "data": {"p.yaml": content}})
    return content


def test_texts_in_texts_up_to_a_bound() -> None:
    assert len(subjects(nested(MAX_DEPTH))) == 1
    beyond = found(nested(MAX_DEPTH + 1))
    assert beyond.subjects == ()
    assert [one.message for one in beyond.notices if "texts inside texts" in one.message]


def test_a_broken_snippet_of_another_language_is_no_finding() -> None:
    content = (
        "```\n$ see kube-apiserver --audit-policy-file: [a\nlevel: Metadata: x\n```\n\n```go\naudit.k8s.io/v1 {\n```\n"
    )
    assert found(content, "README.md").subjects == ()


def test_policies_between_sentences() -> None:
    policy = POLICIES["level"]
    content = f"Write this:\n\n{policy}\nThen restart it.\n\n{indented(policy, '  ')}Or this: audit.k8s.io/v1\n"
    (first, second) = subjects(content, "notes.txt")
    assert [one.places.value(("rules", 0, "level")).line for one in (first, second)] == [6, 17]
    assert [one.places.pointer(("rules",)) for one in (first, second)] == ["#/rules", "#/rules"]


def test_a_text_that_does_not_parse_shows_lines_of_the_piece() -> None:
    unread = only(UnreadText, fence(POLICIES["syntax"]).content, "README.md")
    assert unread.lines[4] == '  verbs ["get"]'


def test_a_policy_in_another_file_is_named_by_the_path_that_it_is_written_to() -> None:
    script = (
        f"cat <<'EOF' > /etc/kubernetes/audit/policy.yaml\n{POLICIES['level']}EOF\n"
        "cat <<EOF > /etc/kubernetes/manifests/kube-apiserver.yaml\n"
        + pod("command: [kube-apiserver, --audit-policy-file=/etc/kubernetes/audit/policy.yaml]")
        + "EOF\n"
    )
    links = link(subjects(script, "install.sh"))
    (server,) = [one for one in links.subjects if isinstance(one, ApiServer)]
    (policy,) = [one for one in links.subjects if isinstance(one, PolicySubject)]
    assert links.policy_of[server].places.key(("rules",)) == policy.places.key(("rules",))
    assert links.policy_of[server].minor == server.minor


def test_a_policy_in_a_fence_is_nobodys_file() -> None:
    readme = subjects(f"```yaml\n{POLICIES['level']}```\n", "README.md")
    manifest = subjects(pod("command: [kube-apiserver, --audit-policy-file=/etc/README.md]"), "kube-apiserver.yaml")
    links = link((*readme, *manifest))
    assert not links.policy_of
    assert not any(links.near.values())


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("b64", POLICIES["level"].encode()),
        ("gzip+base64", gzip.compress(POLICIES["level"].encode())),
        ("gz+b64", gzip.compress(POLICIES["level"].encode())),
    ],
)
def test_files_that_are_packed(encoding: str, data: bytes) -> None:
    content = base64.b64encode(data).decode()
    file = {"path": "/etc/p.yaml", "encoding": encoding, "content": content}
    (one,) = [one for one in findings(json.dumps({"write_files": [file]}), "x.json") if one.rule == "invalid-level"]
    assert one.pointer == "/write_files/0/content#/rules/0/level"
    assert one.message.endswith("(line 4 of the decoded text)")


@pytest.mark.parametrize(
    "content",
    [
        ignition("data:;base64," + base64.b64encode(POLICIES["level"].encode()).decode()),
        ignition("data:text/plain;charset=utf-8;base64," + quote(base64.b64encode(POLICIES["level"].encode()))),
        ignition(
            "data:;base64," + base64.b64encode(gzip.compress(POLICIES["level"].encode())).decode(), compression="gzip"
        ),
        ignition("data:," + quote(gzip.compress(POLICIES["level"].encode())), compression="gzip"),
    ],
)
def test_data_urls_that_are_encoded(content: str) -> None:
    (one,) = [one for one in findings(content, "node.ign") if one.rule == "invalid-level"]
    assert one.pointer == "/storage/files/0/contents/source#/rules/0/level"
    assert one.message.endswith("(line 4 of the decoded text)")
    source = json.loads(content)["storage"]["files"][0]["contents"]["source"]
    assert content[one.span.column - 1 : one.span.end_column - 1] == json.dumps(source)


@pytest.mark.parametrize("source", ["", "data:", "data:,", "data:;base64,=", "data:,%zz%ff", "https://a/b", "s3://a"])
def test_other_sources_hold_nothing(source: str) -> None:
    assert found(ignition(source).replace("p.yaml", "audit.yaml")).subjects == ()


@pytest.mark.parametrize("name", [name for name in POLICIES if name != "syntax"])
@pytest.mark.parametrize(
    ("head", "pointer"),
    [
        ("apiserver:\n  replicas: 3\n  policy:\n", "/apiserver/policy"),
        ("- tasks:\n  - copy:\n      dest: /etc/p.yaml\n      content:\n", "/0/tasks/0/copy/content"),
    ],
)
def test_policies_that_are_objects(name: str, head: str, pointer: str) -> None:
    policy = POLICIES[name]
    content = head + indented(policy, "        ")
    plain, inside = findings(policy, "p.yaml"), findings(content, "values.yaml")
    assert [(one.rule, one.refused, one.pointer) for one in inside] == [
        (one.rule, one.refused, pointer + one.pointer) for one in plain
    ]
    assert [word(content, one) for one in inside] == [word(policy, one) for one in plain]


RULES = "- level: metadata\n  verbs: [get]\n"


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        (f"apiserver:\n  auditPolicy:\n    rules:\n{indented(RULES, '    ')}", "/apiserver/auditPolicy/rules/0/level"),
        (f"audit_policy_rules:\n{RULES}", "/audit_policy_rules/0/level"),
        (f"kind: ClusterAuditPolicy\nspec:\n  rules:\n{indented(RULES, '  ')}", "/spec/rules/0/level"),
        (
            f"- blockinfile:\n    path: /etc/p.yaml\n    block: |\n{indented(RULES, '      ')}",
            "/0/blockinfile/block#/0/level",
        ),
    ],
)
def test_of_a_part_only_the_rules_are_judged(content: str, pointer: str) -> None:
    assert [(one.rule, one.pointer) for one in findings(content, "values.yaml")] == [("invalid-level", pointer)]


@pytest.mark.parametrize(
    "content", ["alerts:\n  rules:\n" + indented(RULES, "  "), "audit: {level: Metadata}\n", "audit: {rules: [a, b]}\n"]
)
def test_other_lists_of_rules(content: str) -> None:
    assert found(content).subjects == ()


@pytest.mark.parametrize("key", ["line: '    - --audit-log-maxage=30d'", "block: |\n      - --audit-log-maxage=30d"])
def test_flags_that_go_into_a_manifest(key: str) -> None:
    content = f"- lineinfile:\n    path: /etc/kubernetes/manifests/kube-apiserver.yaml\n    {key}\n"
    (one,) = findings(content, "play.yml")
    assert (one.rule, word(content, one)) == ("invalid-flag-value", "--audit-log-maxage")


def test_what_is_packed_to_make_a_reader_suffer_ends() -> None:
    bomb = base64.b64encode(gzip.compress(b"# audit\n" + b" " * (64 << 20))).decode()
    file = {"path": "/etc/p.yaml", "encoding": "gzip+base64", "content": bomb}
    assert found(json.dumps({"write_files": [file] * 20}), "x.json").subjects == ()


@pytest.mark.parametrize(("form", "line"), [(literal, 11), (fence_in_a_list, 8), (here_document, 8)])
def test_what_is_said_of_a_broken_text_names_lines_on_disk(form: Callable[[str], Form], line: int) -> None:
    policy = POLICIES["syntax"].replace('verbs ["get"]', 'verbs: ["get"')
    path, content, _ = form(policy)
    (one,) = [one for one in findings(content, path) if one.rule == "yaml-syntax"]
    assert f"line {line} " in one.message
    assert f"line {policy.splitlines().index('  verbs: [' + chr(34) + 'get' + chr(34)) + 1} is" not in one.message


@pytest.mark.parametrize("path", ["policy.conf", "audit.env", "deep/policy.service", "policy.md"])
@pytest.mark.parametrize("policy", [POLICIES["level"], '{"kind": "Policy", "apiVersion": "audit.k8s.io/v1beta1"}'])
def test_a_policy_is_one_whatever_the_file_is_called(path: str, policy: str) -> None:
    (subject,) = found(policy, path, named=False).subjects
    assert isinstance(subject, PolicySubject)
    assert subject.loaded.refused


def test_a_page_with_a_head_of_its_own_is_no_policy() -> None:
    page = found("---\nkind: page\ntitle: audit: levels\n---\nIt speaks of audit.k8s.io/v1.\n", "page.md", named=False)
    assert (page.subjects, page.notices) == ((), ())


def test_policies_in_the_comments_of_a_script() -> None:
    policy = POLICIES["level"]
    lines = "".join(f"#   {line}".rstrip() + "\n" for line in policy.splitlines())
    (one,) = [
        one for one in findings(f"#!/bin/sh\n# Write this:\n#\n{lines}#\n# Then restart.\n", "a.sh") if one.refused
    ]
    assert (one.rule, *one.span[:2]) == ("invalid-level", 7, 14)


def test_many_here_documents_and_strings_on_one_line() -> None:
    assert found("cat " + "<<EOF " * 20_000 + "\naudit\n", "a.sh").subjects == ()
    assert found("echo 'audit \" " * 20_000, "a.sh").subjects == ()
