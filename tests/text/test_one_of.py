"""One pattern for many words is found where one of the words is, and nowhere else."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from auditlint.text import one_of

WORDS = st.lists(st.text("aeKk./[", min_size=1, max_size=4).map(str.encode), max_size=8)


@given(WORDS, st.text("aeKk./[\n", max_size=12).map(str.encode))
@example([], b"text")
@example([b"a"], b"")
def test_it_is_found_where_a_word_is(words: list[bytes], text: bytes) -> None:
    assert (one_of.pattern(words).search(text) is not None) == any(word in text for word in words)


@given(st.lists(st.binary(min_size=1, max_size=3), min_size=1, max_size=4), st.data())
def test_bytes_of_any_kind_are_found(words: list[bytes], data: st.DataObject) -> None:
    word = data.draw(st.sampled_from(words))
    before, behind = data.draw(st.binary(max_size=3)), data.draw(st.binary(max_size=3))
    assert one_of.pattern(words).search(before + word + behind)


def test_it_stops_at_rare_letters_alone() -> None:
    words = [b"authorization-mode", b"kops.k8s.io/", b"kind.x-k8s.io/", b"apiServer", b"kubeAPIServer"]
    found = one_of.by_rare_byte(words)
    assert sorted(word for those in found.values() for word in those) == sorted(words)
    assert not {*found} & {*b" etsoirancl"}
