"""Templates that were not rendered, and other text that does not parse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditlint import lint
from auditlint.carriers.recognise import Found
from auditlint.kubernetes.decode import ProblemKind
from auditlint.lint import Source
from auditlint.lint.summaries import of_subject
from auditlint.settings import Settings
from auditlint.subjects.model import EventsFile, PolicySubject, UnreadText
from auditlint.text import templates
from tests.carriers.recognition import POLICY, found, only, pod, subjects


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{{ if .a }}\n" + POLICY + '{{ end }}\n{{ .x }}\n  users: ["a"\n', 8),
        (POLICY + "{{ toYaml .rules }}\n - level: None\n", 6),
        (POLICY + '{% if users %}\n  users: ["a"\n{% else %}]{% endif %}\n', 6),
    ],
)
def test_a_policy_that_marks_may_break_is_a_warning(text: str, line: int) -> None:
    for named in (True, False):
        unread = only(UnreadText, text) if named else found(text, named=False).subjects[0]
        assert isinstance(unread, UnreadText)
        assert (unread.problem, unread.refused, unread.span.line) == ("template", False, line)
    report = lint.check([Source("p.yaml", named=True, data=text.encode())], Settings())
    assert [(one.rule, one.severity.name, one.refused) for one in report.findings] == [
        ("unrendered-template", "WARNING", False)
    ]


def test_other_templates_that_do_not_parse_get_a_notice() -> None:
    result = found("a: audit\n{{ x }}\nb: [{{ c }}\n{{ end }}\n")
    assert result.subjects == ()
    assert [(one.line, one.message.partition(" (")[0]) for one in result.notices] == [
        (3, "holds a template that was not rendered, and does not parse without its marks")
    ]


CHOICE = "{{% if new %}}\napiVersion: audit.k8s.io/{}\n{{% else %}}\napiVersion: audit.k8s.io/{}\n{{% endif %}}\n"
REST_OF_POLICY = "kind: Policy\nrules:\n- level: Metadata\n"


@pytest.mark.parametrize("versions", [("v1", "v1beta1"), ("v1beta1", "v1")])
def test_a_version_that_is_one_of_two_branches_is_never_a_reason_to_refuse(versions: tuple[str, str]) -> None:
    policy = only(PolicySubject, CHOICE.format(*versions) + REST_OF_POLICY)
    assert (policy.loaded.refused, policy.loaded.policy, policy.loaded.problems) == (False, None, ())


def test_a_version_beside_branches_is_judged() -> None:
    text = "apiVersion: audit.k8s.io/v1beta1\n" + REST_OF_POLICY + "{% if a %}\n  users: [a]\n{% else %}\n{% endif %}\n"
    assert only(PolicySubject, text).loaded.refused


@pytest.mark.parametrize(
    "text",
    [
        POLICY + "  users: [{{ .a }}\n",
        POLICY.replace("Metadata", "{{ .level }}") + "  verbs: [\n",
        POLICY + 'x: "{{ a }}"\n  users: [',
    ],
)
def test_a_mark_excuses_no_mistake_beside_it(text: str) -> None:
    assert only(UnreadText, text).refused


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("rules:\n- level: {{ .Values.level }}", {("rules", 0, "level")}),
        (
            "rules:\n- level: {{x}}\n  verbs: {{ toJson .Values.verbs }} # x\n",
            {("rules", 0, "level"), ("rules", 0, "verbs")},
        ),
        ("rules: [{level: None, users: [{{ .user }}]}]", set()),
        ("rules:\n- level: {{ .Values.level }}x", {("rules", 0, "level")}),
        ("rules:\n- level: {% if a %}Metadata{% else %}None{% endif %}", {("rules", 0, "level")}),
        ("rules:\n- level: ${LEVEL}", {("rules", 0, "level")}),
        ("rules:\n- level: <level>", {("rules", 0, "level")}),
        ("rules:\n- level: None\n  nonResourceURLs: ['{{ .url }}']", {("rules", 0, "nonResourceURLs", 0)}),
    ],
)
def test_a_template_that_reads_is_judged_for_the_rest(text: str, kinds: set[tuple[str | int, ...]]) -> None:
    policy = only(PolicySubject, "apiVersion: audit.k8s.io/v1\nkind: Policy\n" + text)
    assert {problem.path for problem in policy.loaded.problems} == kinds
    assert {problem.kind for problem in policy.loaded.problems} <= {ProblemKind.UNRENDERED}
    assert not policy.loaded.refused
    assert (policy.loaded.policy is None) == bool(kinds)


def test_a_template_is_refused_for_what_it_says_itself() -> None:
    text = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: '{{ .level }}'}, {level: metadata}]"
    policy = only(PolicySubject, text)
    assert policy.loaded.refused
    assert [problem.kind for problem in policy.loaded.problems if problem.refuses] == [ProblemKind.INVALID_LEVEL]


def test_a_templated_head_leaves_the_rules_known() -> None:
    policy = only(PolicySubject, POLICY.replace("audit.k8s.io/v1", "'{{ .version }}'"))
    assert not policy.loaded.refused
    assert policy.loaded.policy is not None


def test_as_a_policy_a_template_is_text() -> None:
    policy = only(PolicySubject, POLICY.replace("Metadata", "'{{ .level }}'"), as_kind="policy")
    assert policy.loaded.refused


MARKS = st.sampled_from(["{{", "}}", "{%", "%}", "{#", "#}", "<%", "%>", "${", "%{ if", "if", "else", "end", "endif"])


@given(st.lists(MARKS | st.text(" \n\r:-#.xé😀", max_size=4), max_size=30).map("".join))
def test_taking_marks_out_moves_nothing(text: str) -> None:
    template = templates.read(text)
    if template is not None:
        assert len(template.text) == len(text)
        assert [(at, c) for at, c in enumerate(template.text) if c in "\r\n"] == [
            (at, c) for at, c in enumerate(text) if c in "\r\n"
        ]
        changed = [at for at, (one, other) in enumerate(zip(text, template.text, strict=True)) if one != other]
        inside = {at for mark in template.marks for at in range(mark.start, mark.end)}
        assert template.structural or set(changed) <= inside


RENDERED = """\
{{- if .Values.enabled }}
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- level: {{ .Values.level | quote }}
{{- if .Values.a }}
- level: None
{{- else }}
- level: metadata
  users: ["a", "b"]
{{- end }}
{{ if .x }}- level: request{{ end }}
# {{ if }}
- level: Meta
  users: [{{ .user }}, "x-{{ .y }}"]
  verb: ["get"]
  {{ .key }}: ["b"]
{{- end }}
"""


def test_what_is_between_the_marks_is_judged() -> None:
    report = lint.check([Source("p.yaml", named=True, data=RENDERED.encode())], Settings())
    assert [(one.rule, *one.span[:2]) for one in report.findings] == [
        ("unrendered-template", 5, 10),
        ("invalid-level", 9, 10),
        ("invalid-level", 14, 10),
        ("unrendered-template", 15, 11),
        ("unrendered-template", 15, 24),
        ("unknown-field", 16, 3),
    ]


def test_what_marks_leave_open_is_not_said_to_be_absent() -> None:
    policy = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n{{- toYaml .Values.rules | nindent 0 }}\n"
    server = pod("command:\n- kube-apiserver\n- --audit-policy-file=/etc/p.yaml\nVOLUMES")
    manifest = server.replace("    VOLUMES", "{{ .Values.mounts }}")
    for text in (policy, manifest):
        report = lint.check([Source("p.yaml", named=True, data=text.encode())], Settings())
        assert [one for one in report.findings if one.severity.name != "INFO"] == []
        assert [subject.refused_by for subject in report.subjects] == [()]


def test_marks_around_a_whole_document_leave_nothing_open() -> None:
    policy = only(PolicySubject, "{{ if .a }}\n" + POLICY + "{{ end }}\n")
    assert policy.judged is not None


def test_a_policy_in_a_template_is_whole_if_it_has_no_marks() -> None:
    text = '{{ if .a }}\nkind: ConfigMap\nmetadata:\n  {{ include "b" . }}\ndata:\n  p.yaml: |\n'
    text += "".join(f"    {line}\n" for line in POLICY.splitlines()) + "{{ end }}\n"
    policy = only(PolicySubject, text)
    assert policy.judged is not None
    assert policy.places.value(("rules", 0, "level")) == (10, 14, 10, 22)


def test_templates_of_other_languages_are_no_yaml() -> None:
    broken = "[a: {{ x }}\n--audit-log-path\n"
    assert [one.message for one in found(broken, "a.ini.j2").notices] == ["is neither YAML nor JSON: passed over"]
    script = f"cat <<EOF >p.yaml\n{POLICY}EOF\n"
    assert len(found(script, "b.SH.tpl", named=False).subjects) == 1


def test_a_file_that_was_named() -> None:
    unread = only(UnreadText, "a: audit\nb: [", "x.yaml")
    assert (unread.document, unread.meant, unread.span.line, unread.lines) == (0, "", 2, ("a: audit", "b: ["))
    assert not unread.refused


def test_a_broken_file_of_somebody_else_gets_a_notice() -> None:
    result = found("a: 1\nb: [", "x.yaml", named=True)
    assert result.subjects == ()
    assert "passed over" in result.notices[0].message


def test_a_comment_with_marks_makes_no_template() -> None:
    text = POLICY + "# rendered from {{ .Values.audit }}\n  users: ["
    assert only(UnreadText, text).refused


ELISION = "rules:\n- level: Metadata\n%s\n- level: None\n  users: ["


@pytest.mark.parametrize("dots", ["....", "  ...", "- ...", "[...]", "\u2026"])
def test_dots_end_what_can_be_judged(dots: str) -> None:
    unread = only(UnreadText, ELISION % dots + "nonResourceURLs")
    assert (unread.problem, unread.span.line, unread.refused) == ("elision", 3, False)


def test_as_a_policy_dots_are_text() -> None:
    assert only(UnreadText, ELISION % "....", as_kind="policy").refused


EVENT = '{"kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata", "auditID": "1", "stage": "Panic"}'
RECORDS = {
    "one": EVENT,
    "one a line": f"{EVENT}\n{EVENT}\n",
    "an array": f"[{EVENT},\n{EVENT}]",
    "a list": f'{{"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "items": [{EVENT}]}}',
    "as YAML": "- auditID: 1\n  level: Metadata\n  kind: Event\n  apiVersion: audit.k8s.io/v1\n",
}


@pytest.mark.parametrize("text", RECORDS.values(), ids=RECORDS.keys())
def test_recorded_events_are_told_about_replay(text: str) -> None:
    result = found(text, "a.json")
    assert [type(subject) for subject in result.subjects] == [EventsFile]
    assert "replay" in result.notices[0].message


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (
            "kind: ClusterConfiguration\n  apiServer: {extraArgs: {audit-log-path: /var/log/kube-apiserver.log",
            "settings",
        ),
        ("kube-apiserver-arg:\n- audit-log-path=/a\n  kubelet-arg:\n- b", "settings"),
    ],
)
def test_other_files_that_set_flags_are_no_pods(text: str, meant: str) -> None:
    unread = only(UnreadText, text, "x.yaml")
    assert (unread.meant, unread.refused) == (meant, False)


def test_a_broken_definition_of_resources_is_no_pod() -> None:
    text = """kind: CustomResourceDefinition
spec:
  names: {kind: Server}
  description: runs kube-apiserver
  properties:
    containers: [
"""
    unread = only(UnreadText, text, "x.yaml")
    assert (unread.meant, unread.refused) == ("", False)


@pytest.mark.parametrize("comment", ["# {{ .Values.x }}\n", "  # see ${POLICY}\n", "x: y # {% if z %}\n"])
def test_a_mark_in_a_comment_makes_no_template(comment: str) -> None:
    assert templates.read(comment) is None
    unread = only(UnreadText, POLICY + comment + "  users: [", "x.yaml")
    assert (unread.meant, unread.refused) == ("policy", True)


def test_a_mark_beside_a_comment_does() -> None:
    assert templates.read("# a\nlevel: {{ .level }} # {{ b }}\n") is not None
    assert templates.read("url: http://x/#{{ .fragment }}\n") is not None


def test_a_large_text_with_something_odd_is_read_with_a_notice() -> None:
    large = "# " + "x" * 5_000_000 + "\n" + POLICY + '  users: ["a\\/b"]\n'
    (notice,) = found(large).notices
    assert "may read otherwise" in notice.message


def test_a_file_that_was_found() -> None:
    assert found("a: [", named=False) == Found()
    result = found("a: [level: 3", named=False)
    assert result.subjects == ()
    assert "passed over" in result.notices[0].message


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (POLICY + "  users: [", "policy"),
        ("rules:\n\t- level: Metadata", "policy"),
        ("rules:\n- userGroups: [\n  level: 3", "policy"),
        ("spec:\n  containers:\n  - command: [kube-apiserver", "pod"),
        (
            "$ vim kube-apiserver.yaml\nspec:\n  containers:\n  - command:\n    - --audit-policy-file=/audit.k8s.io/v1",
            "pod",
        ),
        ("x: [--audit-log-path=/a", "pod"),
    ],
)
def test_text_with_words_about_auditing(text: str, meant: str) -> None:
    (unread,) = found(text, named=False).subjects
    assert isinstance(unread, UnreadText)
    assert unread.meant == meant
    entry = of_subject(unread)
    assert entry is not None
    assert entry.refused_by == ("policy" if meant == "policy" else "pod",)


def test_a_later_document_that_does_not_parse_stops_no_server() -> None:
    policy, unread = subjects(POLICY + "---\n" + POLICY + "x: [")
    assert isinstance(policy, PolicySubject)
    assert isinstance(unread, UnreadText)
    assert unread.document == 1
    assert not unread.refused
    assert of_subject(unread) is None


def test_records_of_requests_are_no_policies() -> None:
    event = '{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata"}\n'
    result = found(event * 2, "audit.json", named=False)
    assert [type(subject) for subject in result.subjects] == [EventsFile]
    assert result.notices == ()


@pytest.mark.parametrize(("path", "text"), [("x.sh", "a: [ kube-apiserver"), ("x", "#!/bin/sh\nx: [ audit.k8s.io/v1")])
def test_other_languages(path: str, text: str) -> None:
    result = found(text, path)
    assert result.subjects == ()
    assert len(result.notices) == 1
    assert len(found(text, path, as_kind="policy").subjects) == 1
