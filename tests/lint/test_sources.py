"""Which files a run looks at, and texts that replace some of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from auditlint.checking import check_paths
from auditlint.lint.sources import Scope, Source, expand, with_texts
from auditlint.text.source import Telling
from tests.checks.servers import pod

if TYPE_CHECKING:
    import pytest


def test_a_file_is_looked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text("")
    assert list(expand(["a.yaml", ".", "./a.yaml"], Scope(), Telling())) == [Source("a.yaml", named=True)]


def test_a_text_replaces_the_file_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = [Source("a.yaml", named=False), Source("b.yaml", named=False)]
    text = Source("./a.yaml", named=True, data=b"kind: Policy")
    assert list(with_texts(found, {"./a.yaml": b"kind: Policy"})) == [text, found[1]]
    assert list(with_texts(found, {"<stdin>": b""})) == [Source("<stdin>", named=True, data=b""), *found]


BESIDE = ("kube-apiserver", "kube-apiserver.manifest", "kube-apiserver.yaml.bak", "KUBE.YAML", "copy.old")
HIDDEN = (".kube-apiserver.yaml.swp",)


def read_in(folder: Path) -> set[str]:
    """Return the names of the files below a folder in which a search finds a server."""
    report = check_paths([folder])
    assert not report.failed
    return {Path(subject.path).name for subject in report.subjects}


def test_every_file_of_a_folder_of_the_kubelet_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "node" / "etc" / "kubernetes" / "manifests"
    folder.mkdir(parents=True)
    for name in (*BESIDE, *HIDDEN):
        (folder / name).write_text(pod())
    assert read_in(tmp_path) == set(BESIDE)


def test_files_beside_a_static_pod_are_read_whatever_their_ending(tmp_path: Path) -> None:
    for name in ("kube-apiserver.yaml", *BESIDE, *HIDDEN):
        (tmp_path / name).write_text(pod())
    (tmp_path / "notes").write_text("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: []\n")
    assert read_in(tmp_path) == {"kube-apiserver.yaml", *BESIDE}
    assert len(check_paths([tmp_path / "kube-apiserver.yaml"]).subjects) == 1


def test_no_other_file_is_read_without_a_static_pod(tmp_path: Path) -> None:
    for name in (*BESIDE[1:], *HIDDEN):
        (tmp_path / name).write_text(pod())
    assert read_in(tmp_path) == set()
