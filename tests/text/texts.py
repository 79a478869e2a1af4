"""YAML and JSON texts with every kind of mistake in them, and trees in a form that can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from auditlint.text.nodes import Alias, Mapping, Node, Placed, Scalar, Stream

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

    from auditlint.finding import Span

POLICY = """apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: ["RequestReceived"]
rules:
  # secrets never with their bodies
  - level: Metadata
    resources:
      - group: ""
        resources: [secrets, configmaps]
  - level: None
    users: ['system:kube-proxy', "a b"]
    nonResourceURLs:
    - /healthz*
    - /version
"""

SEEDS = (
    POLICY,
    POLICY.replace("\n", "\r\n"),
    "a: b\nc: d\n",
    "- a\n- b: c\n  d: e\n-\n- - f\n",
    "{a: b, c: [d, e], f: , g}",
    "a: &a {x: y}\nb: *a\nc:\n  <<: *a\n  z: 1\nd: {<<: [*a, {q: 1}], x: 2}\n",
    "? a\n: b\n? c\n",
    "a: |\n  text # no comment\n  more\nb: >-\n  fold\n  ed\n\nc: |2+\n   x\n\n",
    "\"a b\": 'c ''d'\ne: \"f\\n\\x41\\u00e9\\\n  g\"\n",
    "--- a\n--- b\n...\n# end\n",
    "k: !!str 12\nl: !x 1\nm: ! 2\nn: !!int 0x1f\n",
    "[a: b, ? c : d, 'e': f]",
    "&a a: b\n*a : c\n",
    "a: b\n    c\n\n  d\n",
    "%YAML 1.1\n%TAG !t! tag:x,\n---\na: !t!b c\n",
    "%TAG !t! tag:yaml.org,2002:%69\n---\na: !t!nt 1\nb: !%c3%a9%ED%A0%80 c\nd: !<tag:yaml.org,2002:%66loat> 1\n",
)
TOKENS = (
    *("%ff", "%c3", "%41", "%ED%A0%80", "!a%"),
    *(
        ":",
        ": ",
        "- ",
        "-",
        "\n",
        "\t",
        " ",
        "  ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "#",
        " #",
        "&a ",
        "*a",
        "*b ",
        "!",
        "?",
        "? ",
    ),
    *(
        "!!str ",
        "!!int ",
        "!!float ",
        "!!binary ",
        "!x ",
        "!<tag:x> ",
        "|",
        ">",
        "|-\n",
        "|2\n",
        ">+\n",
        "'",
        '"',
        "\\",
    ),
    *(
        "%",
        "%YAML 1.2\n",
        "---",
        "---\n",
        "...\n",
        "<<: *a\n",
        "<<: ",
        "~",
        "yes",
        "012",
        "1_000",
        "1e3",
        ".inf",
        ".nan",
    ),
    *(
        "\r",
        "\r\n",
        "\x85",
        "\u2028",
        "\ufeff",
        "\xa0",
        "é",
        "😀",
        "@",
        "`",
        "a",
        "0",
        "x: y\n",
        "a?b",
        "?a",
        "a:b",
        "::",
    ),
)


@st.composite
def _mutated(draw: DrawFn) -> str:
    text = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        deleted = draw(st.sampled_from((0, 0, 0, 1, 2, 5)))
        inserted = draw(st.sampled_from(TOKENS)) if deleted == 0 else ""
        text = text[:at] + inserted + text[at + deleted :]
    return text


def yaml_texts() -> SearchStrategy[str]:
    """Texts that are nearly YAML, or wholly."""
    return st.one_of(_mutated(), st.lists(st.sampled_from(TOKENS), max_size=12).map("".join))


def dump(stream: Stream) -> tuple[Any, ...]:
    """Return all that is in a stream, places included, as tuples."""
    documents = [(index, first, _tree(root, set()) if root else None) for index, root, first in stream.documents]
    return documents, stream.error, stream.error_document


def scalars(stream: Stream) -> list[Scalar]:
    """Return the scalars of a stream in the order of the text, keys included, merged entries left out."""
    found: list[Scalar] = []
    waiting: list[Node] = [root for _, root, _ in reversed(stream.documents) if root is not None]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Scalar):
            found.append(node)
        elif isinstance(node, Mapping):
            waiting += [
                part for entry in reversed(node.entries) if not entry.merged for part in (entry.value, entry.key)
            ]
        elif not isinstance(node, Alias):
            waiting += reversed(node.items)
    return found


def slice_of(text: str, node: Placed | Span) -> str:
    """Return what the text has between the start and the end of a node or span; lines as auditlint counts them."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    line, column, end_line, end_column = node.span if isinstance(node, Placed) else node
    if line == end_line:
        return lines[line - 1][column - 1 : end_column - 1]
    return "\n".join(
        [lines[line - 1][column - 1 :], *lines[line : end_line - 1], lines[end_line - 1][: end_column - 1]]
    )


def _tree(node: Node, seen: set[int]) -> Any:
    place = node.line, node.column, node.end_line, node.end_column
    if isinstance(node, Alias):
        return "alias", place, (node.target.line, node.target.column)
    if id(node) in seen:
        return "seen", place
    seen.add(id(node))
    if isinstance(node, Scalar):
        return "scalar", place, node.text, repr(node.value), node.style
    if isinstance(node, Mapping):
        first = (node.first.line, node.first.column) if node.first else None
        entries = [(e.name, e.merged, _tree(e.key, seen), _tree(e.value, seen)) for e in node.entries]
        return "mapping", place, first, entries
    return "sequence", place, [_tree(item, seen) for item in node.items]
