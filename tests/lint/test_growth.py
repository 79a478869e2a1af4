"""Files made to be slow: the work of `check` grows no faster than they do."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from auditlint.carriers import recognise
from auditlint.checking import check_text
from auditlint.lint.guard import Guard
from auditlint.lint.judging import Terms, run_rules
from tests.growth import FACTOR, assert_linear, lines, steps

if TYPE_CHECKING:
    from collections.abc import Callable

    Grow = Callable[[int], str]

HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n"
RULE = HEAD + "- level: Metadata\n"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: kube-apiserver, namespace: kube-system}\nspec:\n  containers:\n"
SERVER = POD + "  - name: a\n    command:\n    - kube-apiserver\n"
OLD_SERVER = SERVER.replace("- name", "- image: kube-apiserver:v1.29.0\n    name")
KUBEADM = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\napiServer:\n  extraArgs:\n"


def repeated(head: str, template: str, tail: str = "") -> Grow:
    """Return texts of which one part stands as often as asked, numbered."""
    return lambda size: head + lines(template, range(size)) + tail


def joined(head: str, template: str, tail: str, comma: str = ", ") -> Grow:
    return lambda size: head + comma.join(template.replace("@", str(number)) for number in range(size)) + tail


def mixed(size: int) -> str:
    """Return a policy of rules with every kind of selector."""
    dice = random.Random(size)

    def some(prefix: str) -> str:
        return ", ".join(f"{prefix}{dice.randrange(50)}" for _ in range(dice.randrange(1, 4)))

    def rule(number: int) -> str:
        fields = [f"level: {dice.choice(('None', 'Metadata', 'Request', 'RequestResponse'))}"]
        fields += [f"{key}: [{some(key)}]" for key in ("users", "userGroups") if dice.random() < 0.4]
        verbs = dice.sample(("get", "list", "watch", "create", "update", "patch", "delete"), dice.randrange(1, 4))
        fields += [f"verbs: [{', '.join(verbs)}]"] if dice.random() < 0.5 else []
        kind = dice.random()
        if kind < 0.6:
            fields += [f"resources: [{{group: g{dice.randrange(9)}, resources: [{some('r')}]}}]"]
            fields += [f"namespaces: [{some('n')}]"] if dice.random() < 0.5 else []
        elif kind < 0.8:
            fields += [f"nonResourceURLs: [/a/{number}, /b{dice.randrange(9)}/*]"]
        return f"- {{{', '.join(fields)}}}\n"

    return HEAD + "".join(map(rule, range(size)))


def volumes(size: int) -> str:
    containers = "  - name: c@\n    command: [kube-apiserver]\n    volumeMounts: [{name: v@, mountPath: /p/@}]\n"
    return POD + lines(containers, range(size)) + "  volumes:\n" + lines("  - hostPath: {path: /h/@}\n", range(size))


GROWING: dict[str, Grow] = {
    "rules": repeated(HEAD, "- level: Metadata\n  users: [u@]\n"),
    "mixed rules": mixed,
    "users of a rule": repeated(RULE + "  users:\n", "  - u@\n"),
    "the same user": repeated(RULE + "  users:\n", "  - u\n"),
    "verbs that are none": repeated(RULE + "  verbs:\n", "  - gets@\n"),
    "groups of users": repeated(RULE + "  userGroups:\n", "  - system:g@\n"),
    "namespaces": repeated(RULE + "  namespaces:\n", "  - n@\n"),
    "URLs": repeated(RULE + "  nonResourceURLs:\n", "  - /a/@\n"),
    "URLs that are refused": repeated(RULE + "  nonResourceURLs:\n", "  - a@*b\n"),
    "groups that are unknown": repeated(RULE + "  resources:\n", "  - group: g@.io\n    resources: [r@]\n"),
    "groups that are misspelt": repeated(RULE + "  resources:\n", "  - group: app\n    resources: [deployment]\n"),
    "resources of an entry": joined(RULE + "  resources: [{group: '', resources: [", "r@", "]}]\n"),
    "names of an entry": joined(RULE + "  resources: [{group: '', resources: [pods], resourceNames: [", "n@", "]}]\n"),
    "stages that are none": repeated(RULE + "  omitStages:\n", "  - RequestReceivd@\n"),
    "levels that are none": repeated(HEAD, "- level: metadata@\n"),
    "values of the wrong type": repeated(HEAD, "- level: @\n  users: @\n"),
    "rules without anything": repeated(HEAD, "- {}\n"),
    "unknown keys of a policy": repeated(RULE, "rulez@: [u@]\n"),
    "unknown keys of rules": repeated(HEAD, "- level: Metadata\n  userz@: [u@]\n"),
    "unknown keys of one rule": repeated(RULE, "  userz@: [u@]\n"),
    "one key of a rule": repeated(RULE, "  users: [u@]\n"),
    "one key of a rule with one value": repeated(RULE, "  users: [u]\n"),
    "one key of a policy": repeated(HEAD.replace("rules:\n", ""), "rules: [{level: None}]\n"),
    "one key of a policy in JSON": joined('{"apiVersion":"audit.k8s.io/v1",', '"rules":[{"level":"None"}]', "}"),
    "aliases": repeated(HEAD + "- &a {level: Metadata}\n", "- *a\n"),
    "number signs in scalars": repeated(RULE + "  users:\n", "  - 'a # b # c@ # auditlint: x'\n"),
    "number signs in a scalar": joined(RULE + "  users: ['", "a # b", "']\n", " "),
    "names in a comment": joined(RULE[:-1] + " # auditlint: ignore[", "rule-@", "] why\n"),
    "names of one rule in a comment": joined(RULE[:-1] + " # auditlint: ignore[", "invalid-level", "] why\n"),
    "names in a comment that hide nothing": joined(
        RULE[:-1] + " # auditlint: ignore[", "unreachable-rule, unknown-group", "] why\n"
    ),
    "comments behind rules": repeated(HEAD, "- level: metadat@ # auditlint: ignore[invalid-level] why\n"),
    "comments that hide nothing": repeated(HEAD, "- level: None # auditlint: ignore[invalid-level] @\n  users: [u@]\n"),
    "comments above rules": repeated(HEAD, "# auditlint: ignore[invalid-level] why\n- level: metadat@\n"),
    "comments for the file": repeated("", "# auditlint: ignore-file[invalid-level] @\n", HEAD + "- level: x\n" * 50),
    "comments that are not understood": repeated(HEAD, "# auditlint: ignore x] y\n- level: None\n  users: [u@]\n"),
    "blanks in a comment": joined(RULE[:-1] + " # auditlint:", "    ", "x\n", ""),
    "blanks in a line": joined(RULE, "    ", "\n  users: [a]\n", ""),
    "blanks in a command": joined(POD + "  - command: [sh, -c, 'kube-apiserver", "    ", "--v=2']\n", ""),
    "blank lines": joined(RULE, "\n\n\n\n", "  users: [a]\n", ""),
    "templates": repeated(HEAD, "- level: {{ .x@ }}\n"),
    "a text that breaks off": repeated(HEAD, "- level: Metadata\n  users: [u@]\n", "x: [\n"),
    "stray arguments": repeated(SERVER, "    - stray@\n"),
    "numbers for arguments": repeated(SERVER, "    - @\n"),
    "unknown flags": repeated(SERVER, "    - --audit-log-pat@=1\n"),
    "one flag": repeated(SERVER, "    - --audit-log-path=/@\n"),
    "feature gates": joined(SERVER + "    - --feature-gates=", "Gate@=true", "\n", ","),
    "flags with a feature gate": repeated(SERVER, "    - --feature-gates=Gate@=true\n"),
    "feature gates of an old release": joined(
        SERVER.replace("- name", "- image: kube-apiserver:v1.29.0\n    name") + "    - --feature-gates=",
        "Gat@=true",
        "\n",
    ),
    "variables": repeated(SERVER + "    - $(V9)\n    env:\n", "    - {name: V@, value: x@}\n"),
    "mounts of one path": repeated(SERVER + "    volumeMounts:\n", "    - {name: v, mountPath: /p}\n"),
    "volumes without a name": repeated(SERVER + "  volumes:\n", "  - hostPath: {path: /h/@}\n"),
    "Pods": repeated("", f"---\n{SERVER}    - --audit-log-path=/@\n"),
    "arguments of kubeadm": repeated(KUBEADM, "  - {name: audit-log-p@, value: x}\n"),
    "volumes of kubeadm": repeated(
        KUBEADM + "  - {name: audit-policy-file, value: /p/0/x}\n  extraVolumes:\n",
        "  - {name: v@, hostPath: /h/@, mountPath: /p/@}\n",
    ),
    "documents": repeated("", f"---\n{HEAD}- level: Metadata\n  users: [u@]\n"),
    "texts in a ConfigMap": repeated(
        "apiVersion: v1\nkind: ConfigMap\ndata:\n",
        "  p@: |\n    apiVersion: audit.k8s.io/v1\n    kind: Policy\n    rules: [{level: None}]\n",
    ),
}
IN_OTHER_TEXTS: dict[str, tuple[str, Grow]] = {
    "fences": ("x.md", repeated("", f"```yaml\n{HEAD}- level: Metadata\n```\n")),
    "fences that open": ("x.md", repeated("", "``` @\n", f"```yaml\n{HEAD}")),
    "here-documents": ("x.sh", repeated("", f"cat >p@.yaml <<EOF\n{HEAD}- level: Metadata\nEOF\n")),
    "here-documents that never end": ("x.sh", repeated("", "cat <<E@\n", HEAD)),
    "commands": ("x.sh", repeated("", "kube-apiserver --audit-log-path=/@\n")),
    "a command on many lines": ("x.sh", repeated("kube-apiserver", " \\\n  --audit-log-path=/@", "\n")),
    "a unit": ("x.service", repeated("[Service]\nExecStart=kube-apiserver", " \\\n  --audit-log-path=/@", "\n")),
    "variables of a unit": ("x.env", joined('KUBE_API_ARGS="', "--audit-log-path=/@", '"\n', " ")),
    "strings of Terraform": (
        "x.tf",
        repeated("", f'resource "a" "b@" {{\n  c = <<EOF\n{HEAD}- level: None\nEOF\n}}\n'),
    ),
}


@pytest.mark.parametrize("name", GROWING)
def test_work_grows_no_faster_than_a_file(name: str) -> None:
    assert_linear(lambda size: lambda: check_text(GROWING[name](size), name="x.yaml"), 24)


@pytest.mark.parametrize("name", IN_OTHER_TEXTS)
def test_work_grows_no_faster_than_a_text_of_another_language(name: str) -> None:
    path, text = IN_OTHER_TEXTS[name]
    assert_linear(lambda size: lambda: check_text(text(size), name=path), 24)


def test_what_is_found_grows_no_faster_than_a_file() -> None:
    """Each flag, gate or key that is wrong is told by itself, not with all the others."""
    for name in ("one key of a rule", "stray arguments", "feature gates", "feature gates of an old release"):
        short, long = (
            sum(len(f"{one.message}{one.help}{one.example}") for one in check_text(GROWING[name](size)).findings)
            for size in (500, 1000)
        )
        assert 0 < short < long < short * 2.3, name


def judging_one_of(number: int) -> Callable[[], object]:
    """Return what judges the first of so many policies, which was not judged before."""
    files = (f"{at}.yaml" for at in range(number))
    subjects = [
        subject
        for file in files
        for subject in recognise.recognise(file, RULE.encode(), as_kind=None, named=True, minor=None).subjects
    ]
    links = recognise.link(subjects)
    return lambda: [*run_rules(links.subjects[0], Terms(links=links), Guard(debug=True), {})]


def test_a_policy_is_judged_without_a_look_at_each_other_one() -> None:
    judging_one_of(1)()
    assert steps(judging_one_of(3000)) <= steps(judging_one_of(1)) * FACTOR


def test_of_too_many_servers_in_one_pod_the_first_are_judged_and_the_rest_is_told() -> None:
    report = check_text(volumes(1000), name="x.yaml")
    assert not report.crashed
    (notice,) = report.notices
    assert (
        notice.message == "too many kube-apiservers for one Pod with so many mounts: those from here on are not judged"
    )
    assert notice.line is not None
    line = volumes(1000).splitlines()[notice.line - 1]
    assert line == f"  - name: c{len(report.subjects)}"
    assert len(check_text(volumes(100), name="x.yaml").subjects) == 100
