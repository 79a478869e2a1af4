"""Any change of any document is made so that it is read as it says, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from auditlint.change import Append, Delete, Insert, RenameKey, SetValue
from auditlint.text import editing, reader
from auditlint.text.cut import made
from auditlint.text.editing.meaning import changed
from auditlint.text.plain import plain
from auditlint.text.whole import Whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hypothesis.strategies import DrawFn

    from auditlint.change import Change, Content
    from auditlint.path import Path
    from auditlint.text.plain import Plain

BLOCK = """\
# all of it
apiVersion: audit.k8s.io/v1
kind: Policy # or so
omitStages: ["RequestReceived", ]
rules:
  # secrets
  - level: Metadata
    resources:
    - group: ""   # core
      resources: [secrets, 'configmaps']

  - level: None
    users:
    - "system:kube-proxy"
    # in between
    - a b
    verbs: {get, list}
    nonResourceURLs: [
      /healthz*, # health
      "/version"
    ]
  - level: >-
      Request
    omitStages:
"""
JSON = '{"rules": [{"level": "None", "users": ["a", "b"]},\n  {"level": "Metadata"}\n],\n  "x": {}, "y": []\n}\n'
TEXTS = (BLOCK, JSON, BLOCK.replace("\n", "\r\n"), BLOCK.removesuffix("\n"), BLOCK.split("rules:")[1])
PAIRS: Content = (("k", "v"), ("l", ["m"]))
LIST: Content = [(("k", 1),), "z"]
VALUES: tuple[Content, ...] = ("x", "yes", "", "a: b", "ä\n#", 7, True, ["p", "q"], [], PAIRS, LIST)


def paths(value: Plain, path: Path = ()) -> Iterator[Path]:
    """Yield the way to each value."""
    yield path
    inner = enumerate(value) if isinstance(value, list) else value if isinstance(value, tuple) else ()
    for step, below in inner:
        yield from paths(below, (*path, step))


@st.composite
def changes(draw: DrawFn, text: str) -> Change:
    """Draw a change of a document."""
    root = plain(reader.read(text.encode()).documents[0].root)
    path = draw(st.sampled_from([path for path in paths(root) if path]))
    value = draw(st.sampled_from(VALUES))
    kinds: list[Change] = [SetValue(path, value), SetValue((*path, "new"), value), Append(path, value), Delete(path)]
    kinds += [Insert(path, value)] if isinstance(path[-1], int) else [RenameKey(path, "new")]
    return draw(st.sampled_from(kinds))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_change_is_read_as_it_says_or_not_made(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(TEXTS))
    change = data.draw(changes(text))
    root = reader.read(text.encode()).documents[0].root
    cuts = editing.cuts(Whole(text.encode()), root, (change,))
    if cuts is None:
        return
    stream = reader.read(made(text, cuts).encode())
    assert stream.error is None, made(text, cuts)
    assert plain(stream.documents[0].root) == changed(plain(root), (change,)), made(text, cuts)
