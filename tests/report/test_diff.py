"""The outputs of `diff`: golden files, the published schema, and what no value of a policy may do to them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditlint.cli import run
from auditlint.policy import Policy
from auditlint.report import render
from tests.report.published import golden, validate
from tests.report.test_matrix import HOSTILE

HERE = Path(__file__).parent
FORMATS = {"diff.txt": "text", "diff.md": "markdown", "diff.json": "json"}
HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\n"


@pytest.mark.parametrize("name", FORMATS)
def test_golden(name: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE / "diff")
    assert run(["diff", "old-policy.yaml", "audit-policy.yaml", "--format", FORMATS[name]]) == 0
    found = capfd.readouterr().out
    assert found == golden(name, found)


def shown(old: str, new: str, output_format: str = "json") -> str:
    before, after = (Policy.from_text(HEAD + text, path=name) for text, name in ((old, "old.yaml"), (new, "new.yaml")))
    return render("diff", output_format, before.diff(after).report)


RULES = {
    "a path": ('- {level: None, nonResourceURLs: ["/a*", "/b"]}', "- {level: Metadata}"),
    "no rule": ("- {level: Request, users: [a]}", "- {level: None}"),
    "fields": ("- {level: Request, omitManagedFields: true}", "- {level: Request}"),
    "names": (
        '- {level: Request, namespaces: [x, ""], resources: [{group: "", resources: ["pods/*"], resourceNames: [a]}]}',
        "- {level: Metadata, userGroups: [g, h], users: [a, b]}",
    ),
    "equal": ("- {level: Request}", "- {level: Request, verbs: [get]}\n- {level: Request}"),
}


@pytest.mark.parametrize("name", RULES)
def test_json_follows_its_schema(name: str) -> None:
    old, new = (f"rules:\n{rules}\n" for rules in RULES[name])
    document = validate(shown(old, new), "diff")
    assert document["equal"] is (name == "equal") is not document["changes"] or document["changes"]
    assert (document["complete"], document["notices"]) == (True, [])


def words(old: str, new: str) -> list[str]:
    document = json.loads(shown(f"rules:\n{old}\n", f"rules:\n{new}\n"))
    return [change["what"] for change in document["changes"]]


SILENT = "- {level: None}"
NODES = (
    '- {level: Metadata, userGroups: ["system:nodes"], verbs: [list, get],'
    ' resources: [{group: "", resources: [secrets]}]}'
)
USERS = "".join(f"- {{level: None, users: [u{number}]}}\n" for number in range(4))
THREE = """\
- {level: None, users: [u]}
- {level: None, verbs: [get], resources: [{group: "", resources: [secrets]}]}
- {level: None, nonResourceURLs: ["*"]}
"""
MEMBERS = "- {level: Metadata, userGroups: [g, h]}\n"
DEPLOYMENTS = "[{group: apps, resources: ['deployments/*'], resourceNames: [b, c]}]"
LEASES = "[{group: '', resources: [leases]}, {group: coordination.k8s.io, resources: [leases/status]}]"
FIVE = "- {level: None, users: [u1, u2, u3, u4, u5]}"
ALL_BUT = (
    "- {{level: Metadata, verbs: [{}, create, update, patch, delete, deletecollection],"
    " resources: [{{group: '', resources: [secrets]}}]}}"
)
READS = "- {level: Metadata, verbs: [list, watch]}"
ANY = "- {level: Metadata, resources: [{group: '', resources: [secrets]}]}"
SEVERAL = "[{group: ''}, {group: batch, resources: ['*/status']}, {group: '*', resources: [leases]}]"
SAID = {
    "get and list of secrets by system:nodes": (NODES, SILENT),
    "any request for deployments named b or c with subresources in prod and cluster-wide by a": (
        "- {level: Request, namespaces: [prod, ''], users: [a], resources: " + DEPLOYMENTS + "}",
        SILENT,
    ),
    "any request by members of i and of g or h": (MEMBERS, "- {level: None, userGroups: [i]}\n" + MEMBERS),
    "any request by u, as a member of g or h": (MEMBERS, "- {level: None, users: [u]}\n" + MEMBERS),
    "any request for leases of the core group and leases/status": (
        "- {level: Metadata, resources: " + LEASES + "}",
        SILENT,
    ),
    "every usual verb but get of secrets": (ALL_BUT.format("list, watch"), SILENT),
    "every verb but list and watch of secrets": (f"{READS}\n{ANY}", f"{READS}\n{SILENT}"),
    "any request, except by u1, u2, u3 and 2 more": (f"{FIVE}\n- {{level: Metadata}}", f"{FIVE}\n- {{level: Request}}"),
    "any request for /a* and /b": ('- {level: Metadata, nonResourceURLs: ["/a*", /b]}', SILENT),
    "any request, except get and list of secrets by system:nodes": (
        f"{NODES}\n- {{level: Metadata}}",
        f"{NODES}\n- {{level: Request}}",
    ),
    "any request for */status of batch, leases of any group and any resource of the core group": (
        "- {level: Metadata, resources: " + SEVERAL + "}",
        SILENT,
    ),
    "any request, except what 4 earlier rules match": (f"{USERS}- {{level: Metadata}}", f"{USERS}- {{level: Request}}"),
    "any request for any resource, except: by u; get of secrets": (
        f"{THREE}- {{level: Metadata}}",
        f"{THREE}- {{level: Request}}",
    ),
}


@pytest.mark.parametrize("said", SAID)
def test_requests_are_said_as_reviewers_say_them(said: str) -> None:
    old, new = SAID[said]
    document = json.loads(shown(f"rules:\n{old}\n", f"rules:\n{new}\n"))
    assert [change["what"] for change in document["changes"]] == [said]


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("output_format", ["text", "markdown", "json"])
def test_no_value_gets_out(value: str, output_format: str) -> None:
    rule = json.dumps({"level": "Metadata", "users": [value], "namespaces": [value]})
    text = shown(f"rules:\n- {rule}\n", "rules:\n- level: None\n", output_format)
    assert "<script>" not in text or output_format != "markdown"
    assert all(character.isprintable() or character == "\n" for character in text)
