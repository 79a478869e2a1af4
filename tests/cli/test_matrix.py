"""`auditlint matrix`: what it is asked to show, and everything that can be wrong with that."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.conftest import BAD_LEVEL, GOOD
from tests.cli.test_exit_codes import complaint

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Auditlint
    from tests.cli.test_exit_codes import Write

POLICY = """\
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- level: None
  users: ["system:kube-proxy"]
- level: Request
  userGroups: ["ops"]
  namespaces: ["prod"]
- level: Metadata
"""
CRD = "widgets.example.com"


def shown(auditlint: Auditlint, *arguments: str) -> dict[str, Any]:
    run = auditlint("matrix", *arguments, "--format", "json")
    assert (run.returncode, run.stderr) == (0, "")
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def names(found: dict[str, Any]) -> list[str]:
    return [row["name"] for row in found["tables"][0]["rows"]]


def people(found: dict[str, Any]) -> list[tuple[str, str, tuple[str, ...]]]:
    identities = [identity for table in found["tables"] for identity in table["identities"]]
    return [(identity["kind"], identity["name"], tuple(identity["groups"])) for identity in identities]


def test_everybody_is_shown(auditlint: Auditlint, write: Write) -> None:
    found = shown(auditlint, write("p.yaml", POLICY))
    assert people(found) == [
        ("others", "", ("system:authenticated",)),
        ("anonymous", "system:anonymous", ("system:unauthenticated",)),
        ("failed login", "", ()),
        ("user", "system:kube-proxy", ("system:authenticated",)),
        ("group", "ops", ("ops", "system:authenticated")),
    ]
    assert (found["hidden_rows"], found["hidden_identities"], found["namespace"], found["against"]) == (
        0,
        0,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("secrets",), ["secrets"]),
        (("cm", "ConfigMap", "configmap"), ["configmaps"]),
        (("pods/exec", "po/log"), ["pods/exec", "pods/log"]),
        (("deploy",), ["deployments.apps"]),
        (("deployments.apps/scale",), ["deployments.apps/scale"]),
        (("deployments.v1.apps",), ["deployments.apps"]),
        (("events",), ["events", "events.events.k8s.io"]),
        (("events.events.k8s.io",), ["events.events.k8s.io"]),
        ((CRD, f"{CRD}/status"), [CRD, f"{CRD}/status"]),
    ],
)
def test_resources_are_named_as_kubectl_does(
    words: tuple[str, ...], expected: list[str], auditlint: Auditlint, write: Write
) -> None:
    options = [part for word in words for part in ("--resource", word)]
    assert names(shown(auditlint, write("p.yaml", POLICY), *options)) == expected


STARS = """\
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- level: None
  resources:
  - {group: "", resources: [pods/exec, pods/log]}
  - {group: apps, resources: [deployments]}
  - {group: bar.io, resources: ["*/status"]}
  - {group: foo.io, resources: ["foos/*"]}
- level: Request
  resources:
  - {group: networking.istio.io, resources: [gateways]}
  - {group: gateway.networking.k8s.io, resources: [gateways, gateways/status]}
  - {group: scheduling.example.com, resources: [jobs, rs363]}
- level: Metadata
"""
MISTAKEN = """\
- level: Metadata
  resources:
  - {group: batch, resources: [deployments/scale]}
  - {group: apps, resources: [PODS]}
  - {group: "*", resources: [zaps/*]}
"""


def levels(found: dict[str, Any]) -> dict[str, set[str]]:
    rows = found["tables"][0]["rows"]
    return {row["name"]: {level for cell in row["cells"] for level in cell["levels"]} for row in rows}


def test_a_star_is_expanded(auditlint: Auditlint, write: Write) -> None:
    policy = write("p.yaml", STARS)
    pods = levels(shown(auditlint, policy, "--resource", "pods/*"))
    assert pods["pods/exec"] == pods["pods/log"] == {"None"}
    assert pods["pods/attach"] == pods["pods/eviction"] == {"Metadata"}
    assert all(name.startswith("pods/") for name in pods)
    apps = levels(shown(auditlint, policy, "--resource", "*.apps"))
    assert (apps["deployments.apps"], apps["deployments.apps/scale"]) == ({"None"}, {"Metadata"})
    assert all(".apps" in name for name in apps)
    bars = levels(shown(auditlint, policy, "--resource", "*.bar.io"))
    assert bars == {"*.bar.io/status": {"None"}, "others in bar.io": {"Metadata"}}
    foos = levels(shown(auditlint, policy, "--resource", "foos.foo.io/*"))
    assert foos == {"foos.foo.io/*": {"None"}}
    status = levels(shown(auditlint, policy, "--resource", "*/status"))
    assert status["*.bar.io/status"] == {"None"}
    assert status["gateways.gateway.networking.k8s.io/status"] == {"Request"}
    assert status["pods/status"] == status["*/status"] == {"Metadata"}
    everything = levels(shown(auditlint, policy, "--resource", "*"))
    assert {*pods, *apps, *bars, *foos, "any other resource"} < {*everything}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("gateways", ["gateways.networking.istio.io", "gateways.gateway.networking.k8s.io"]),
        ("rs363", ["rs363.scheduling.example.com"]),
        ("jobs", ["jobs.batch", "jobs.scheduling.example.com"]),
        ("vaulttokens", ["vaulttokens.example.com"]),
        ("widgets", ["widgets.example.com"]),
        ("*.bar.io/status", ["*.bar.io/status"]),
        ("any other resource", ["any other resource"]),
        ("deployments.batch/scale", ["deployments.batch/scale"]),
        ("PODS", ["pods", "PODS.apps"]),
        ("zaps.*/*", ["zaps.*/*"]),
    ],
)
def test_the_names_of_rows_can_be_given_back(
    word: str, expected: list[str], auditlint: Auditlint, write: Write
) -> None:
    write(
        ".auditlint.yaml", "custom-resources: [widgets.example.com]\nsensitive-resources: [vaulttokens.example.com]\n"
    )
    policy = write("p.yaml", STARS.replace("- level: Metadata", MISTAKEN))
    run = auditlint("matrix", policy, "--format", "json", "--resource", word)
    assert sorted(names(json.loads(run.stdout))) == sorted(expected)


def test_a_name_that_two_groups_have_is_shown_with_its_group(auditlint: Auditlint, write: Write) -> None:
    run = auditlint("matrix", write("p.yaml", STARS))
    assert "\ngateways.gateway.networking.k8s.io/status\n" in run.stdout
    assert "\ngateways.networking.istio.io " in run.stdout
    assert "\nrs363 " in run.stdout


def test_what_was_understood_is_shown(auditlint: Auditlint, write: Write) -> None:
    run = auditlint("matrix", write("p.yaml", POLICY), "--resource", "PO")
    assert re.search(r"(?m)^pods +Meta Meta", run.stdout)
    assert "everything" not in run.stdout


@pytest.mark.parametrize(
    ("word", "name", "why"),
    [
        ("psp", "podsecuritypolicies.policy", "does not serve it (1.18 to 1.24 do)"),
        ("ingresses.extensions", "ingresses.extensions", "does not serve it (1.18 to 1.21 do)"),
    ],
)
def test_what_the_release_lacks_is_said(word: str, name: str, why: str, auditlint: Auditlint, write: Write) -> None:
    run = auditlint("matrix", write("p.yaml", POLICY), "--resource", word, "--kubernetes-version", "1.30")
    assert run.returncode == 0
    assert run.stderr.startswith(f"auditlint: note: {name}: Kubernetes 1.30 {why}; ")
    assert "Ordinary resources" in run.stdout
    assert "that the policy names" not in run.stdout


def test_a_namespace_has_no_paths_and_nothing_of_the_cluster(auditlint: Auditlint, write: Write) -> None:
    policy = write("p.yaml", POLICY)
    found = names(shown(auditlint, policy, "-n", "prod"))
    assert {"secrets", "any other resource"} < set(found)
    assert not {"nodes", "clusterroles.rbac.authorization.k8s.io", "any other path"} & set(found)
    assert not [name for name in found if name.startswith("/")]
    run = auditlint("matrix", policy, "-n", "prod")
    assert 'only requests in namespace "prod": no paths, nothing that is in no namespace\n' in run.stdout


def test_the_groups_of_a_user_are_in_the_heading(auditlint: Auditlint, write: Write) -> None:
    policy = write("p.yaml", POLICY)
    more = ("--group", "ops", "--group", "admins", "--group", "system:authenticated")
    run = auditlint("matrix", policy, "--user", "jane", *more)
    assert "\njane, in groups ops and admins\n" in run.stdout
    assert "\njane\n" in auditlint("matrix", policy, "--user", "jane").stdout


def test_empty_names_are_quoted(auditlint: Auditlint, write: Write) -> None:
    run = auditlint("matrix", write("p.yaml", POLICY.replace('"ops"', '""')))
    assert '\nGroup ""' in run.stdout


@pytest.mark.parametrize("output_format", ["text", "markdown", "html"])
def test_paths_left_out_are_called_paths(output_format: str, auditlint: Auditlint, write: Write) -> None:
    urls = json.dumps([f"/p{number}*" for number in range(500)])
    policy = write("p.yaml", f"{POLICY}- level: None\n  nonResourceURLs: {urls}\n")
    run = auditlint("matrix", policy, "--format", output_format)
    assert re.search(r"\b1\d\d more paths: ask for them with --path\b", run.stdout)
    assert "more resource" not in run.stdout


def test_sections_stand_together(auditlint: Auditlint, write: Write) -> None:
    options = ("--resource", "secrets", "--resource", "pods", "--resource", "configmaps")
    assert names(shown(auditlint, write("p.yaml", POLICY), *options)) == ["secrets", "configmaps", "pods"]


def test_paths(auditlint: Auditlint, write: Write) -> None:
    found = shown(
        auditlint, write("p.yaml", POLICY), "--path", "/healthz", "--path", "/logs/*", "--resource", "secrets"
    )
    assert names(found) == ["secrets", "/healthz", "/logs/*"]


def test_users_and_groups(auditlint: Auditlint, write: Write) -> None:
    policy = write("p.yaml", POLICY)
    assert people(shown(auditlint, policy, "--user", "bob", "--user", "system:node:a")) == [
        ("user", "bob", ("system:authenticated",)),
        ("user", "system:node:a", ("system:nodes", "system:authenticated")),
    ]
    assert people(shown(auditlint, policy, "--group", "ops")) == [("group", "ops", ("ops", "system:authenticated"))]
    assert people(shown(auditlint, policy, "--user", "bob", "--group", "ops")) == [
        ("user", "bob", ("ops", "system:authenticated"))
    ]


def test_a_namespace(auditlint: Auditlint, write: Write) -> None:
    options = ("--group", "ops", "--resource", "secrets", "--resource", "nodes", "--resource", "ns")
    found = shown(auditlint, write("p.yaml", POLICY), *options, "-n", "prod")
    assert found["namespace"] == "prod"
    rows = {row["name"]: [cell["verb"] for cell in row["cells"]] for row in found["tables"][0]["rows"]}
    assert rows["namespaces"] == ["get", "watch", "update", "patch", "delete"]
    assert "nodes" not in rows
    assert {level for row in found["tables"][0]["rows"] for cell in row["cells"] for level in cell["levels"]} == {
        "Request"
    }


def test_compared_with_an_older_policy(auditlint: Auditlint, write: Write) -> None:
    new, old = write("new.yaml", POLICY), write("old.yaml", GOOD.replace('omitStages: ["RequestReceived"]\n', ""))
    found = shown(auditlint, new, "--compare", old, "--resource", "secrets")
    assert found["against"]["path"] == "old.yaml"
    changed = {table["identities"][0]["name"]: table["rows"] for table in found["tables"]}
    assert changed[""] == []
    (row,) = changed["system:kube-proxy"]
    case = row["cells"][0]["cases"][0]
    assert (case["level"], case["rule"], case["was"]["level"], case["was"]["rule"]) == ("None", 0, "Metadata", 0)


def test_stages_that_were_left_out_are_said_to_be_there_now(auditlint: Auditlint, write: Write) -> None:
    new, old = write("new.yaml", GOOD.replace('omitStages: ["RequestReceived"]\n', "")), write("old.yaml", GOOD)
    run = auditlint("matrix", new, "--compare", old, "--resource", "secrets")
    assert "\n  Metadata without RequestReceived -> Metadata with RequestReceived\n" in run.stdout
    run = auditlint("matrix", old, "--compare", new, "--resource", "secrets")
    assert "\n  Metadata with RequestReceived -> Metadata without RequestReceived\n" in run.stdout


def test_a_policy_compared_with_itself(auditlint: Auditlint, write: Write) -> None:
    policy = write("p.yaml", POLICY)
    run = auditlint("matrix", policy, "--compare", policy)
    assert run.returncode == 0
    assert run.stdout.endswith("\nNo cell differs.\n")


def test_the_release_decides_what_is_served(auditlint: Auditlint, write: Write) -> None:
    policy = write("p.yaml", POLICY)
    assert "endpointslices.discovery.k8s.io" in names(shown(auditlint, policy))
    run = auditlint("matrix", policy, "--kubernetes-version", "1.18", "--format", "json")
    assert json.loads(run.stdout)["policy"]["kubernetes"] == "1.18"


def test_the_configuration_knows_the_cluster(auditlint: Auditlint, write: Write) -> None:
    policy = write("p.yaml", POLICY)
    write(".auditlint.yaml", "sensitive-resources: [vaulttokens.example.com]\nkubernetes-version: 1.30\n")
    found = shown(auditlint, policy)
    assert {row["name"]: row["section"] for row in found["tables"][0]["rows"]}["vaulttokens.example.com"] == "sensitive"
    assert found["policy"]["kubernetes"] == "1.30"
    write(".auditlint.yaml", "server: aggregated\n")
    assert [name for name in names(shown(auditlint, policy)) if name[0] != "/"] == [
        "any other resource",
        "any other path",
    ]


def test_standard_input(auditlint: Auditlint) -> None:
    run = auditlint("matrix", "-", "--resource", "secrets", stdin=POLICY.encode())
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("<stdin>: 3 rules, Kubernetes ")


def test_a_file_is_written_beside_and_renamed(auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    policy = write("p.yaml", POLICY)
    run = auditlint("matrix", policy, "--format", "html", "--output-file", "m.html")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert (tmp_path / "m.html").read_text().startswith("<!DOCTYPE html>")
    assert sorted(os.listdir(tmp_path)) == ["m.html", "p.yaml"]
    run = auditlint("matrix", policy, "--output-file", "no/such/folder/m.html")
    assert run.returncode == 2
    assert "no/such/folder/m.html" in complaint(run.stderr)


@pytest.mark.parametrize(
    ("policy", "arguments", "expected"),
    [
        (BAD_LEVEL, (), "metadata"),
        ("a: [", (), "p.yaml"),
        ("{}", (), "holds no audit policy"),
        (POLICY, ("--compare", "no.yaml"), "no.yaml: no such file"),
        (POLICY, ("--compare", "bad.yaml"), "bad.yaml"),
        (POLICY, ("--resource", "deploymnts"), 'no resource "deploymnts", did you mean "deployments"?'),
        (POLICY, ("--resource", "/log"), "is no resource"),
        (POLICY, ("--resource", "pods/execs"), 'pods has no subresource "execs", did you mean "pods/exec"?'),
        (
            POLICY,
            ("--resource", "deploy/foo"),
            'deployments.apps has no subresource "foo", only scale, status',
        ),
        (POLICY, ("--resource", "cm/foo"), 'configmaps has no subresource "foo", it has none'),
        (POLICY, ("--resource", "po*"), "a star stands for a whole name"),
        (POLICY, ("--resource", "configmaps/*"), 'serves no "configmaps/*"'),
        (POLICY, ("--resource", "secretz/*"), 'did you mean "secrets"?'),
        (
            POLICY,
            ("--resource", "deployments.batch"),
            'no resource "deployments" in batch, did you mean "deployments.apps"?',
        ),
        (POLICY, ("--resource", "deployments.apps.v1"), 'did you mean "deployments.v1.apps"?'),
        (POLICY, ("--resource", "nodes", "-n", "prod"), "nodes is in no namespace"),
        (POLICY, ("-n", "Foo Bar"), '"Foo Bar" cannot be a namespace'),
        (POLICY, ("--resource", ""), "--resource is empty"),
        (POLICY, ("--user", ""), "--user is empty"),
        (POLICY, ("--namespace", ""), "--namespace is empty"),
        (POLICY, ("--namespace", "a", "--path", "/x"), "exclude each other"),
        (POLICY, ("--path", "/api/v1/pods"), "ask for the resource"),
        (POLICY, ("--path", "healthz"), "a path starts with /"),
        (POLICY, ("--format", "htm"), 'did you mean "html"?'),
        (POLICY, ("--kubernetes-version", "2.0"), "2.0"),
        (POLICY, ("--no-such-option",), "--no-such-option"),
    ],
)
def test_what_cannot_be_done_is_2(
    policy: str, arguments: tuple[str, ...], expected: str, auditlint: Auditlint, write: Write
) -> None:
    write("bad.yaml", BAD_LEVEL)
    run = auditlint("matrix", write("p.yaml", policy), *arguments)
    assert (run.returncode, run.stdout) == (2, "")
    assert expected in complaint(run.stderr)


def test_standard_input_is_only_one_of_the_policies(auditlint: Auditlint) -> None:
    run = auditlint("matrix", "-", "--compare", "-", stdin=POLICY.encode())
    assert run.returncode == 2
    assert "standard input" in complaint(run.stderr)


def on_terminal(folder: Path, *arguments: str, **variables: str) -> bytes:
    """Return what auditlint writes to a terminal."""
    ours, theirs = pty.openpty()
    unset = {"NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "INSIDE_EMACS"}
    kept = {key: value for key, value in os.environ.items() if key not in unset}
    environment = kept | {"TERM": "xterm-256color"} | variables
    command = [sys.executable, "-m", "auditlint", "matrix", *arguments]
    with subprocess.Popen(command, cwd=folder, stdout=theirs, stdin=subprocess.DEVNULL, env=environment) as process:
        os.close(theirs)
        output = b""
        while piece := read(ours):
            output += piece
    os.close(ours)
    assert process.returncode == 0
    return output


def read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 1 << 16)
    except OSError:  # the other end of a terminal was closed
        return b""


def test_colour_is_for_terminals(auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    policy = write("p.yaml", POLICY)
    arguments = (policy, "--resource", "secrets")
    assert b"\x1b[36mMeta\x1b[0m" in on_terminal(tmp_path, *arguments)
    assert b"\x1b" not in on_terminal(tmp_path, *arguments, NO_COLOR="1")
    assert b"\x1b" not in on_terminal(tmp_path, *arguments, "--color", "never")
    assert "\x1b" not in auditlint("matrix", *arguments).stdout
    assert "\x1b" in auditlint("matrix", *arguments, "--color", "always").stdout


def test_help_names_every_format(auditlint: Auditlint) -> None:
    run = auditlint("matrix", "--help")
    assert run.returncode == 0
    assert "[csv|html|json|markdown|text]" in run.stdout
    assert "Exit codes: 0 shown; 2" in run.stdout


def test_a_heading_stays_short(auditlint: Auditlint, write: Write) -> None:
    users = json.dumps([f"user-{number}" for number in range(500)])
    policy = write("p.yaml", POLICY.replace('["system:kube-proxy"]', users))
    run = auditlint("matrix", policy, "--resource", "secrets")
    assert run.returncode == 0
    assert "user-0, and the same for user-1, " in run.stdout.replace("\n", " ")
    assert "user-30, 469 more" in run.stdout.replace("\n", " ")
