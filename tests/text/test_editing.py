"""Changes made in texts of every style: what is read afterwards is what the change says, all else stays."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from auditlint.change import Append, Delete, Insert, RenameKey, SetValue
from auditlint.text import editing, reader
from auditlint.text.cut import made
from auditlint.text.editing.meaning import changed
from auditlint.text.plain import plain
from auditlint.text.whole import Whole

if TYPE_CHECKING:
    from auditlint.change import Change, Content


def edited(text: str, *changes: Change) -> str | None:
    """Return a text after changes, once it is sure that it is read as they say; None where they cannot be made."""
    root = reader.read(text.encode()).documents[0].root
    cuts = editing.cuts(Whole(text.encode()), root, changes)
    if cuts is None:
        return None
    after = made(text, cuts)
    stream = reader.read(after.encode())
    assert stream.error is None, after
    assert plain(stream.documents[0].root) == changed(plain(root), changes), after
    return after


POLICY = dedent(
    """\
    rules:
      # first
      - level: metadata  # c
        verb: get
        users: [yes, "no", 007]
      # second
      - level: None
        resources:
        - group: ""
          resources: ['pods', 'services']
        verbs:
        - a
        - b # x
        - a
    """
)


def becomes(*changes: Change, old: str, new: str, text: str = POLICY) -> None:
    assert text.count(old) == 1
    assert edited(text, *changes) == text.replace(old, new)


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        (SetValue(("rules", 0, "level"), "Metadata"), "metadata  #", "Metadata  #"),
        (SetValue(("rules", 0, "verb"), ["get"]), "verb: get", "verb: [get]"),
        (RenameKey(("rules", 0, "verb"), "verbs"), "verb: get", "verbs: get"),
        (SetValue(("rules", 0, "users"), ["yes", "no", "007"]), '[yes, "no", 007]', '["yes", "no", "007"]'),
        (SetValue(("rules", 1, "verbs"), ["z"]), "\n    - a\n    - b # x\n    - a\n", " [z]\n"),
        (Append(("rules", 1, "resources", 0, "resources"), "x"), "'services']", "'services', 'x']"),
        (Append(("rules", 1, "verbs"), "yes"), "# x\n    - a\n", '# x\n    - a\n    - "yes"\n'),
        (Delete(("rules", 1, "verbs", 0)), "- a\n    - b", "- b"),
        (Delete(("rules", 1, "verbs", 1)), "    - b # x\n", ""),
        (Delete(("rules", 1, "verbs")), "    verbs:\n    - a\n    - b # x\n    - a\n", ""),
        (Delete(("rules", 0, "level")), "level: metadata  # c\n    verb", "verb"),
        (Delete(("rules", 0, "users", 1)), '[yes, "no", 007]', "[yes, 007]"),
        (Delete(("rules", 0, "users", 2)), ", 007", ""),
        (Insert(("rules", 1), (("level", "Metadata"),)), "  # second\n", "  - level: Metadata\n  # second\n"),
        (Insert(("rules",), (("kind", "Policy"),)), "rules:\n", "kind: Policy\nrules:\n"),
        (Append(("rules",), (("level", "Metadata"),)), "# x\n    - a\n", "# x\n    - a\n  - level: Metadata\n"),
        (SetValue(("rules", 0, "omitStages"), ["Panic"]), "007]\n", "007]\n    omitStages: [Panic]\n"),
    ],
)
def test_a_change_of_a_block_leaves_all_else_as_it_is(change: Change, old: str, new: str) -> None:
    becomes(change, old=old, new=new)


def test_the_keys_of_an_entry_are_written_in_the_style_of_the_document() -> None:
    rule: Content = (
        ("level", "None"),
        ("resources", [(("group", ""), ("resources", ["events"]))]),
        ("verbs", ["get", "list"]),
    )
    new = """\
  - level: None
    resources:
    - group: ""
      resources: [events]
    verbs: [get, list]
  # second
"""
    becomes(Insert(("rules", 1), rule), old="  # second\n", new=new)


JSON = '{\n  "rules": [\n    {"level": "x", "a": 1},\n    {"b": []}\n  ],\n  "k": {}\n}\n'


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        (SetValue(("rules", 0, "level"), "ä\n"), '"x"', '"ä\\n"'),
        (Append(("rules",), (("level", "None"),)), '{"b": []}', '{"b": []},\n    {"level": "None"}'),
        (Insert(("rules", 0), (("level", "None"),)), '{"level": "x"', '{"level": "None"},\n    {"level": "x"'),
        (Delete(("rules", 0, "a")), ', "a": 1', ""),
        (Delete(("rules", 1)), ',\n    {"b": []}', ""),
        (Delete(("rules", 0)), '{"level": "x", "a": 1},\n    ', ""),
        (SetValue(("k", "n"), "v"), "{}", '{"n": "v"}'),
        (SetValue(("n", "m"), 1), '"k": {}', '"k": {},\n  "n": {"m": 1}'),
        (RenameKey(("k",), "n"), '"k"', '"n"'),
    ],
)
def test_a_change_of_json_leaves_all_else_as_it_is(change: Change, old: str, new: str) -> None:
    becomes(change, old=old, new=new, text=JSON)


FLOW = "a: [\n  x, # one\n  y, # two\n]\nb: &k [q]\nc: *k\nd:\n- - 1\n  - 2\ne: # none\nf: &w word\ng:"


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        (Delete(("a", 1)), "  y, # two\n", ""),
        (Append(("a",), "z"), "  y, #", "  y,\n  z, #"),
        (SetValue(("c",), ["q", "r"]), "*k", "[q, r]"),
        (Delete(("d", 0, 0)), "- - 1\n  - 2", "- - 2"),
        (Delete(("d", 0)), "d:\n- - 1\n  - 2", "d: []"),
        (SetValue(("e",), [(("name", "x"), ("on", "y"))]), "e: # none\n", 'e: # none\n- name: x\n  "on": "y"\n'),
        (SetValue(("f",), "other"), "&w word", "&w other"),
        (SetValue(("g", "h"), "v"), "\ng:", "\ng:\n  h: v"),
    ],
)
def test_a_change_of_flow_style_and_of_empty_values_leaves_all_else_as_it_is(
    change: Change, old: str, new: str
) -> None:
    becomes(change, old=old, new=new, text=FLOW)


@pytest.mark.parametrize("path", [("m", "x"), ("nothing",), ("n", 0)])
def test_nothing_is_changed_through_an_alias_nor_where_nothing_is(path: tuple[str | int, ...]) -> None:
    assert edited("b: &k {x: 1}\nc: &l [q]\nd: *l\nm: {<<: *k}\nn: *l\n", Delete(path)) is None


def test_line_ends_and_the_lack_of_the_last_one_stay() -> None:
    text = "a:\r\n- x\r\nb:\r\n  c: 1"
    assert edited(text, Append(("a",), "z"), SetValue(("b", "d"), 2)) == "a:\r\n- x\r\n- z\r\nb:\r\n  c: 1\r\n  d: 2"
    assert edited(text, Delete(("b",))) == "a:\r\n- x"
