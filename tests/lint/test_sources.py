"""Which files a run looks at, and texts that replace some of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.lint.sources import Source, expand, with_texts

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_file_is_looked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text("")
    assert list(expand(["a.yaml", ".", "./a.yaml"], (), lambda *_: None)) == [Source("a.yaml", named=True)]


def test_a_text_replaces_the_file_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = [Source("a.yaml", named=False), Source("b.yaml", named=False)]
    text = Source("./a.yaml", named=True, data=b"kind: Policy")
    assert list(with_texts(found, {"./a.yaml": b"kind: Policy"})) == [text, found[1]]
    assert list(with_texts(found, {"<stdin>": b""})) == [Source("<stdin>", named=True, data=b""), *found]
