"""Reading test files: what is wrong is told with file and line, and the schema says the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from auditlint.errors import CaseFileError
from auditlint.kubernetes import data
from auditlint.kubernetes.match import Request
from auditlint.testing import read
from auditlint.testing.every import Every
from tests.cli.conftest import BAD_LEVEL, GOOD

if TYPE_CHECKING:
    from pathlib import Path

AUTHENTICATED = ("system:authenticated",)
ANONYMOUS = ("system:anonymous", ("system:unauthenticated",))


@pytest.fixture
def cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Write a test file with these lines as its cases, and read it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.yaml").write_text(GOOD, encoding="utf-8")

    def make(text: str, head: str = "policy: p.yaml\ncases:\n") -> Any:
        (tmp_path / "c.test.yaml").write_text(head + text, encoding="utf-8")
        return read("c.test.yaml")

    return make


ASKED = {
    "verb: get, resource: secrets, namespace: prod, object: db, user: a": Request(
        "get", "a", AUTHENTICATED, resource="secrets", namespace="prod", name="db"
    ),
    "verb: list, resource: deploy": Request("list", *ANONYMOUS, api_group="apps", resource="deployments"),
    "verb: create, resource: pods/exec, anonymous: true": Request(
        "create", *ANONYMOUS, resource="pods", subresource="exec"
    ),
    "verb: get, resource: widgets, api-group: example.com, no-user: true": Request(
        "get", api_group="example.com", resource="widgets"
    ),
    "path: /healthz, user: a, groups: [dev]": Request("get", "a", ("dev", *AUTHENTICATED), path="/healthz"),
    "path: /healthz, verb: post": Request("post", *ANONYMOUS, path="/healthz"),
    "url: /api/v1/namespaces/prod/pods, method: DELETE, no-user: true": Request(
        "deletecollection", resource="pods", namespace="prod"
    ),
    "url: '/api/v1/pods?watch=1', no-user: true": Request("watch", resource="pods"),
    "kubectl: kubectl get pods, user: a": Request("list", "a", AUTHENTICATED, resource="pods", namespace="default"),
    "kubectl: logs web -n prod, no-user: true": Request(
        "get", resource="pods", subresource="log", namespace="prod", name="web"
    ),
    "kubectl: get --raw /version --as admin, anonymous: true": Request("get", *ANONYMOUS, path="/version"),
    "kubectl: delete pod web-0 --as admin, no-user: true": Request(
        "delete", resource="pods", namespace="default", name="web-0"
    ),
    "event: {kind: Event, apiVersion: audit.k8s.io/v1, verb: get, requestURI: /version, user: {username: a}}": Request(
        "get", "a", path="/version"
    ),
}


@pytest.mark.parametrize("asked", ASKED)
def test_ways_to_ask(cases: Any, asked: str) -> None:
    (case,) = cases(f"- {{{asked}, level: None}}\n").cases
    assert (case.asked, case.line) == (ASKED[asked], 3)
    assert case.name


def test_names(cases: Any) -> None:
    text = "- {name: mine, path: /a, rule: 0}\n- {path: /a, rule: 0}\n- {kubectl: get pods, user: a, rule: 0}\n"
    text += "- {every: {verbs: [get], resources: [secrets], by: logged-in}, rule: 0}\n"
    assert [case.name for case in cases(text).cases] == [
        "mine",
        "`kubectl get --raw /a` by system:anonymous",
        "get pods",
        "every get of secrets by anybody who is logged in",
    ]


def test_the_release_of_the_file_and_of_the_option(cases: Any) -> None:
    head = 'policy: p.yaml\nkubernetes-version: "1.30"\ncases: []\n'
    assert cases("", head).policy.kubernetes_version == "1.30"
    assert read("c.test.yaml", kubernetes_version="1.31").policy.kubernetes_version == "1.31"


def test_the_policy_is_looked_for_from_the_folder_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "p.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "tests/c.test.yaml").write_text("policy: ../p.yaml\ncases: []\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert read("tests/c.test.yaml").policy.path == "p.yaml"


def test_anchors_and_merges_are_read(cases: Any) -> None:
    text = "- &one {path: /a, user: a, level: Metadata}\n- {<<: *one, path: /b}\n"
    assert [case.asked.path for case in cases(text).cases] == ["/a", "/b"]


WRONG = {
    "- {path: /a, levle: None}": (3, '"levle" is not a key of a case, did you mean "level"?'),
    "- {path: /a}": (3, "nothing must hold"),
    "- {level: None}": (3, "a case asks with one of resource, path"),
    "- {path: /a, url: /b, level: None}": (3, "`path` and `url` exclude each other"),
    "- path: /a\n  namespace: x\n  level: None": (4, "`namespace` does not go with `path`"),
    "- {path: a, level: None}": (3, '`path`: "a" does not begin as it must'),
    "- {path: /a, level: none}": (3, 'did you mean "None"?'),
    "- {path: /a, rule: -1}": (3, "`rule`"),
    "- {path: /a, rule: two}": (3, "`rule`"),
    "- path: /a\n  level: None\n  stages: [Complete]": (5, '"Complete" is none of'),
    "- path: /a\n  stages: Panic": (4, '`stages`: "Panic" is a string, where a list is needed'),
    "- {path: /a, user: 12, level: None}": (3, "`user`: 12 is a number, which quotes make a string"),
    "- {path: /a, user: on, level: None}": (3, "`user`: `true` is true or false, which quotes make a string"),
    "- {path: /a, anonymous: false, level: None}": (3, "only `true` can be written here"),
    "- {path: /a, anonymous: true, user: a, level: None}": (3, "`user` and `anonymous` exclude each other"),
    "- {path: /a, groups: [g], level: None}": (3, "`groups` needs `user`"),
    "- {resource: pods, level: None}": (3, "`resource` needs `verb`"),
    "- {verb: get, level: None}": (3, "a case asks with one of"),
    "- {verb: get, resource: pods.apps, api-group: batch, level: None}": (3, "name two API groups"),
    "- {kubectl: get pods, level: None}": (3, "the line does not tell who is logged in"),
    "- {kubectl: get pods --as a, level: None}": (3, "the line does not tell who is logged in"),
    "- {kubectl: apply -f x.yaml, user: a, level: None}": (3, "only the file tells"),
    '- {kubectl: "get \'pods", user: a, level: None}': (3, "kubectl: No closing quotation"),
    "- {url: pods, level: None}": (3, "kube-apiserver answers before any policy is asked"),
    "- {event: {kind: Pod, verb: get}, level: None}": (3, "event: is no audit event"),
    "- {event: {kind: Event, verb: get}, user: a, level: None}": (3, "`user` does not go with `event`"),
    "- every: {verb: [get]}\n  level: None": (3, 'is not a key of `every`, did you mean "verbs"?'),
    "- {every: {by: anybody}, level: None}": (3, "`by`"),
    "- {every: {by: {user: a, group: b}}, level: None}": (3, "`by`"),
    "- {every: {resources: [pods], paths: [/a]}, level: None}": (3, "there is no request like this"),
    "- {every: {resources: [nodes], namespaces: [prod]}, level: None}": (3, "there is no request like this"),
    "- {every: {verbs: [], resources: [pods]}, level: None}": (3, "there is no request like this"),
    "- path: /a\n  path: /b\n  level: None": (4, '"path" is set twice'),
    "- path: [": (3, "yaml"),
    "- 12": (3, "12 is a number"),
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_told_with_its_line(cases: Any, text: str) -> None:
    line, said = WRONG[text]
    with pytest.raises(CaseFileError) as error:
        cases(text + "\n")
    assert str(error.value).startswith(f"c.test.yaml:{line}: ")
    assert said in str(error.value)


HEADS = {
    "": "c.test.yaml:1: the file is empty",
    "- a\n": "c.test.yaml:1: a test file is a mapping",
    "policy: p.yaml\n": "c.test.yaml:1: `cases` is missing",
    "cases: []\n": "c.test.yaml:1: `policy` is missing",
    "policy: p.yaml\ncases: {}\n": "c.test.yaml:2: `cases`: this is a mapping, where a list is needed",
    "policy: gone.yaml\ncases: []\n": "c.test.yaml:1: gone.yaml: no such file",
    "cases: []\npolicy: bad.yaml\n": 'c.test.yaml:2: bad.yaml:4:10: level "metadata" does not exist',
    "policy: p.yaml\ncases: []\nkubernetes-version: 1.30\n": "c.test.yaml:3: `kubernetes-version`: 1.3 is a number",
    "policy: p.yaml\ncases: []\ncase: []\n": 'c.test.yaml:3: "case" is not a key of a test file',
    "policy: p.yaml\ntests: []\n": (
        'c.test.yaml:2: "tests" is not a key of a test file, which are `policy`, `kubernetes-version` and `cases`'
    ),
    "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: []\n": (
        "c.test.yaml:1: this is a policy: a test file names it under `policy`"
    ),
    "policy: p.yaml\ncases: []\n---\npolicy: p.yaml\n": "c.test.yaml:4: a test file is one document",
}


@pytest.mark.parametrize("text", HEADS)
def test_what_is_wrong_with_the_whole_file(cases: Any, tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.yaml").write_text(BAD_LEVEL, encoding="utf-8")
    with pytest.raises(CaseFileError) as error:
        cases("", text)
    assert str(error.value).startswith(HEADS[text])


def test_aliases_of_aliases_of_aliases(cases: Any) -> None:
    lines = ["- &a0 {path: /a, level: None}", *(f"- &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]" for n in range(12))]
    with pytest.raises(CaseFileError, match="excessive aliasing"):
        cases("\n".join(lines) + "\n")


def test_a_file_that_is_nested_too_deeply(cases: Any) -> None:
    with pytest.raises(CaseFileError, match=r"^c\.test\.yaml:\d+: "):
        cases("- " + "[" * 5000 + "]" * 5000 + "\n")


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(CaseFileError, match=r"^gone\.test\.yaml: no such file"):
        read("gone.test.yaml")


UNREAD = {"- path: [", "- path: /a\n  path: /b\n  level: None"}
"""What the reader refuses before any schema sees it."""
BEYOND_THE_SCHEMA = ("name two API groups", "only the file tells", "No closing", "answers before", "no audit event",
                     "no request like this", "whole")  # fmt: skip


@pytest.mark.parametrize(
    "text", [*(text for text in WRONG if text not in UNREAD), *(f"- {{{asked}, level: None}}" for asked in ASKED)]
)
def test_the_published_schema_says_the_same(text: str) -> None:
    from auditlint.testing.shape import Shape
    from auditlint.text.reader import read as read_text

    said = WRONG.get(text, (0, "whole"))[1]
    (document,) = read_text(f"policy: p.yaml\ncases:\n{text}\n".encode()).documents
    assert document.root is not None
    values = Shape("c.test.yaml", document).values(document.root)
    validator = jsonschema.Draft202012Validator(json.loads(json.dumps(data.table("test.schema"))))
    validator.check_schema(validator.schema)
    assert validator.is_valid(values) is any(words in said for words in BEYOND_THE_SCHEMA)


def test_sets(cases: Any) -> None:
    (case,) = cases('- {every: {resources: ["pods/*"]}, level: Metadata}\n').cases
    assert isinstance(case.asked, Every)
    assert case.asked.region.targets
    assert case.asked.region.targets[0].key == ("", "pods", None)
