"""Falco's language: what conditions mean, names, exceptions, and entries that change earlier ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from auditlint.detections.languages import falco
from auditlint.detections.languages.falco import Entry
from auditlint.detections.languages.falco_syntax import Names, Reader
from auditlint.detections.unreadable import UnreadableError
from tests.detections.asking import Event, says

if TYPE_CHECKING:
    from auditlint.detections.model import Detection

NAMES = Names(
    {"read": "ka.verb in (reading)", "busy": "(read or ka.verb=watch)", "quiet": "not busy"},
    {"reading": ["get", "more"], "more": ["list", "reading"], "none": []},
)
GET: Event = {"verb": "get", "objectRef.resource": "pods", "user.username": "alice"}
SAYS: dict[str, bool] = {
    "ka.verb=get": True,
    "ka.verb == get": True,
    "ka.verb = 'get'": True,
    'ka.verb="list"': False,
    "ka.verb != list": True,
    "not ka.verb=list and ka.target.resource=pods": True,
    "not (ka.verb=list or ka.verb=watch)": True,
    "ka.verb=list or ka.verb=watch or ka.verb=get": True,
    "ka.verb=list and ka.verb=watch or ka.verb=get": True,
    "ka.verb=get and (ka.verb=list or ka.target.resource=secrets)": False,
    "ka.verb in (get, list)": True,
    "ka.verb in (more)": True,
    "ka.verb in (none)": False,
    "ka.verb in ()": False,
    "busy": True,
    "quiet": False,
    "not quiet and read": True,
    "ka.verb startswith ge": True,
    "ka.verb endswith t": True,
    "ka.verb contains E": False,
    "ka.verb icontains E": True,
    "ka.verb glob g?t": True,
    "ka.verb glob *x": False,
    "ka.verb regex 'g.*'": True,
    "ka.verb regex e": False,
    "ka.user.groups exists": False,
    "not ka.user.groups exists": True,
    "ka.target.subresource != exec": False,
    "ka.target.subresource = exec": False,
    "not ka.target.subresource = exec": True,
    "jevt.value[/objectRef/resource]=pods": True,
    "ka.target.resource pmatch (pod, pods)": True,
}


@pytest.mark.parametrize("text", SAYS)
def test_conditions(text: str) -> None:
    assert says(Reader(NAMES).read(text), GET) is SAYS[text]


LISTS: dict[str, tuple[list[str], bool]] = {
    "ka.req.pod.containers.image.repository in (a, b)": (["a", "b"], True),
    "ka.req.pod.containers.image.repository in (a, c)": (["a", "b"], False),
    "ka.req.pod.containers.image.repository intersects (a, c)": (["a", "b"], True),
    "ka.req.pod.containers.image.repository intersects (c)": (["a", "b"], False),
}


@pytest.mark.parametrize("text", LISTS)
def test_lists_of_values(text: str) -> None:
    images, expected = LISTS[text]
    event: Event = {"requestObject.spec.containers.image.#repository": images}
    assert says(Reader(NAMES).read(text), event) is expected


def test_a_path_and_what_is_below_it() -> None:
    condition = Reader(NAMES).read("ka.req.pod.volumes.hostpath pmatch (/etc, /)")
    hits = [says(condition, {"requestObject.spec.volumes.hostPath.path": path}) for path in ("/etc", "/etc/x", "/et")]
    assert hits == [True, True, True]
    narrow = Reader(NAMES).read("ka.req.pod.volumes.hostpath pmatch (/etc)")
    hits = [says(narrow, {"requestObject.spec.volumes.hostPath.path": path}) for path in ("/etc", "/etc/x", "/etcx")]
    assert hits == [True, True, False]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("ka.verb", "`ka.verb`"),
        ("ka.verb=", "the end"),
        ("ka.verb=get)", "`)`"),
        ("(ka.verb=get", "the end"),
        ("ka.verb=get ka.verb=list", "`ka.verb=list`"),
        ("ka.nothing=1", "`ka.nothing`"),
        ("proc.name=sh", "`proc.name`"),
        ("ka.verb in (get", "the end"),
        ("", "the end"),
    ],
)
def test_what_is_not_read_is_quoted(text: str, quoted: str) -> None:
    with pytest.raises(UnreadableError) as raised:
        Reader(NAMES).read(text)
    assert quoted in str(raised.value)


def read(*said: dict[str, Any]) -> list[Detection]:
    return falco.read([Entry("f.yaml", number, one) for number, one in enumerate(said, 1)]).detections


RULE: dict[str, Any] = {"rule": "R", "condition": "ka.verb=get", "source": "k8s_audit", "priority": "Warning"}
WHO_AND_WHAT = ["ka.user.name", "ka.target.name"]
ALICE = {**GET, "objectRef.name": "test-1"}


@pytest.mark.parametrize(
    ("exception", "spared"),
    [
        (
            {
                "fields": WHO_AND_WHAT,
                "comps": ["in", "startswith"],
                "values": [[["alice"], "test-"]],
            },
            1,
        ),
        (
            {
                "fields": WHO_AND_WHAT,
                "comps": ["in", "startswith"],
                "values": [[["bob"], "test-"]],
            },
            0,
        ),
        ({"fields": WHO_AND_WHAT, "values": [["alice", "x"], ["alice", "test-1"]]}, 1),
        ({"fields": ["ka.user.name"], "values": [["alice"]]}, 1),
        ({"fields": "ka.user.name", "comps": "in", "values": ["bob", "alice"]}, 1),
        ({"fields": "ka.user.name", "values": ["bob"]}, 0),
        ({"fields": "ka.user.name", "comps": "startswith", "values": ["b", "al"]}, 1),
        ({"fields": ["ka.user.name"]}, 0),
    ],
)
def test_exceptions(exception: dict[str, Any], spared: int) -> None:
    (found,) = read({**RULE, "exceptions": [{"name": "e", **exception}]})
    assert says(found.parts[0], ALICE) is not bool(spared)


def test_an_exception_that_does_not_fit_is_not_judged() -> None:
    (found,) = read({**RULE, "exceptions": [{"name": "e", "fields": ["ka.user.name"], "values": [["a", "b"]]}]})
    assert "exception e" in found.unread


CHANGES: dict[str, tuple[dict[str, Any], bool]] = {
    "appended": ({"rule": "R", "append": True, "condition": "and ka.target.resource=secrets"}, False),
    "overridden to append": (
        {"rule": "R", "override": {"condition": "append"}, "condition": "and ka.target.resource=pods"},
        True,
    ),
    "overridden to replace": (
        {"rule": "R", "override": {"condition": "replace"}, "condition": "ka.target.resource=secrets"},
        False,
    ),
    "written anew": ({**RULE, "condition": "ka.verb=list"}, False),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_later_entry_changes_an_earlier_one(name: str) -> None:
    change, expected = CHANGES[name]
    (found,) = read(RULE, change)
    assert says(found.parts[0], GET) is expected
    assert found.line == (2 if name == "written anew" else 1)


def test_the_last_macro_and_list_count_everywhere() -> None:
    rule = {**RULE, "condition": "m and ka.target.resource in (l)"}
    (found,) = read(
        {"macro": "m", "condition": "ka.verb=list"},
        rule,
        {"list": "l", "items": ["secrets"]},
        {"list": "l", "append": True, "items": ["pods"]},
        {"macro": "m", "condition": "ka.verb=get"},
    )
    assert says(found.parts[0], GET) is True


def test_every_rule_with_a_bad_macro_is_told_the_same() -> None:
    macros = {"macro": "outer", "condition": "inner"}, {"macro": "inner", "condition": "proc.name=sh"}
    rules = [{**RULE, "rule": name, "condition": "outer"} for name in ("R", "S")]
    assert [found.unread[:11] for found in read(*macros, *rules)] == ["`proc.name`"] * 2


def test_macros_nested_deeply_are_not_judged() -> None:
    macros = [{"macro": "m0", "condition": "ka.verb=get"}]
    macros += [{"macro": f"m{n}", "condition": f"{'(' * 50}m{n - 1}{')' * 50}"} for n in range(1, 50)]
    (found,) = read(*macros, {**RULE, "condition": "m49"})
    assert found.unread == "a condition that is nested too deeply"


def test_what_is_told_of_a_rule() -> None:
    said = {**RULE, "tags": ["k8s", "mitre_privilege_escalation", "T1610"], "output": "%ka.resp.name %ka.verb", "id": 1}
    (found,) = read({**said, "enabled": False})
    assert (found.severity, found.tactics) == ("WARNING", ("privilege escalation",))
    assert found.prints == (("responseObject", "metadata", "name"),)
    assert found.notes == ("it is switched off in its file (enabled: false)",)


def test_rules_for_other_sources_are_counted() -> None:
    loaded = falco.read([Entry("f.yaml", 1, RULE), Entry("f.yaml", 2, {"rule": "S", "condition": "evt.type=open"})])
    assert ([one.name for one in loaded.detections], loaded.others) == (["R"], 1)
