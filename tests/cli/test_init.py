"""`auditlint init`: what it writes, what it never replaces, and what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from auditlint import starter
from tests.cli.test_exit_codes import complaint

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Auditlint

FILES = ("audit-policy.yaml", "kubeadm-config.yaml")
SAID = """\
wrote audit-policy.yaml and kubeadm-config.yaml, for kubeadm

1. Copy audit-policy.yaml to /etc/kubernetes/audit-policy.yaml on every control
   plane node, also on those that join later
2. Put apiServer of kubeadm-config.yaml into your ClusterConfiguration. For a
   new cluster that is all:
     kubeadm init --config FILE
3. In a cluster that runs, put it there too:
     kubectl -n kube-system edit configmap kubeadm-config
4. Then, on one control plane node after the other:
     kubeadm init phase control-plane apiserver --config FILE

The log takes up to 1.1 GB on each control plane node. With 3 nodes an idle
cluster writes 28 MB a day, which fills it in 40 days; a busy one, sooner.

Whenever you change something:
     auditlint check --min-severity=info .
"""


def content(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(folder.iterdir())}


def test_it_says_what_to_do(auditlint: Auditlint, tmp_path: Path) -> None:
    run = auditlint("init")
    assert (run.returncode, run.stdout, run.stderr) == (0, SAID, "")
    assert content(tmp_path) == {file.name: file.text for file in starter.start("kubeadm").files}
    checked = auditlint("check", "--min-severity=info", ".")
    assert (checked.returncode, checked.stdout) == (0, "")
    assert checked.stderr == "1 policy, 1 apiserver; no findings\n"


def test_what_to_check_with_is_what_was_asked(auditlint: Auditlint, tmp_path: Path) -> None:
    run = auditlint("init", "--for=k3s", "--profile", "cis", "--profile=nsa", "--kubernetes-version=v1.30.2", "my dir")
    assert run.stdout.endswith(
        "     auditlint check --min-severity=info --profile=cis,nsa --kubernetes-version=1.30 'my dir'\n"
    )
    assert run.stdout.startswith("wrote my dir/audit-policy.yaml and my dir/k3s-audit.yaml, for k3s\n")
    made = starter.start("k3s", ("cis", "nsa"), minor=30)
    assert content(tmp_path / "my dir") == {file.name: file.text for file in made.files}


def test_a_release_that_is_not_known_is_told(auditlint: Auditlint) -> None:
    run = auditlint("init", "--kubernetes-version=1.9")
    assert (run.returncode, run.stderr) == (
        0,
        "auditlint: note: Kubernetes 1.9 is older than what auditlint knows, judged as 1.18\n",
    )


@pytest.mark.parametrize("there", [(FILES[0],), (FILES[1],), FILES], ids="+".join)
def test_nothing_is_replaced_unasked(there: tuple[str, ...], auditlint: Auditlint, tmp_path: Path) -> None:
    for name in there:
        (tmp_path / name).write_text("mine\n")
    run = auditlint("init")
    be = "are" if len(there) == 2 else "is"
    assert (run.returncode, run.stdout) == (2, "")
    assert complaint(run.stderr) == (
        f"auditlint: {' and '.join(there)} {be} there already: nothing was written; --force replaces them"
    )
    assert content(tmp_path) == dict.fromkeys(there, "mine\n")


def test_force_replaces_and_keeps_the_mode(auditlint: Auditlint, tmp_path: Path) -> None:
    (tmp_path / FILES[0]).write_text("mine\n")
    (tmp_path / FILES[0]).chmod(0o640)
    assert auditlint("init", "--force").returncode == 0
    assert content(tmp_path) == {file.name: file.text for file in starter.start("kubeadm").files}
    assert (tmp_path / FILES[0]).stat().st_mode & 0o777 == 0o640


def test_a_link_that_leads_nowhere_is_there(auditlint: Auditlint, tmp_path: Path) -> None:
    (tmp_path / FILES[1]).symlink_to("elsewhere")
    assert auditlint("init").returncode == 2
    assert [path.name for path in tmp_path.iterdir()] == [FILES[1]]


def test_what_is_read_only_stays(auditlint: Auditlint, tmp_path: Path) -> None:
    (tmp_path / FILES[1]).write_text("mine\n")
    (tmp_path / FILES[1]).chmod(0o444)
    run = auditlint("init", "--force")
    assert (run.returncode, complaint(run.stderr)) == (2, f"auditlint: {FILES[1]} is read-only: nothing was written")
    assert content(tmp_path) == {FILES[1]: "mine\n"}


def test_a_folder_in_the_way(auditlint: Auditlint, tmp_path: Path) -> None:
    (tmp_path / FILES[1]).mkdir()
    run = auditlint("init", "--force")
    assert (run.returncode, complaint(run.stderr)) == (2, f"auditlint: {FILES[1]} is a folder: nothing was written")
    assert [path.name for path in tmp_path.iterdir()] == [FILES[1]]


def test_a_file_for_a_folder(auditlint: Auditlint, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine\n")
    run = auditlint("init", "file")
    assert (run.returncode, complaint(run.stderr)) == (2, "auditlint: file: is not a folder")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--for=kubadm",), ', did you mean "kubeadm"?'),
        (("--profile=ciss",), ', did you mean "cis"?'),
        (("--profile=cis,stig",), ": choose one --profile"),
        (("--nodes=0",), "0 is not in the range 1<=x<=100000."),
        (("--kubernetes-version=latest",), "write one such as 1.37"),
    ],
)
def test_wrong_words(arguments: tuple[str, ...], message: str, auditlint: Auditlint, tmp_path: Path) -> None:
    run = auditlint("init", *arguments)
    assert (run.returncode, run.stdout) == (2, "")
    assert complaint(run.stderr).endswith(message)
    assert list(tmp_path.iterdir()) == []
