"""What `auditlint init` writes, for every carrier and profile: nothing is left to say of it, the server takes it."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from auditlint import Policy, Settings, Severity, check_paths, profiles, starter
from auditlint import settings as config
from auditlint.carriers import registry
from auditlint.kubernetes import traffic
from auditlint.kubernetes.releases import NEWEST, NEWEST_KNOWN, OLDEST
from auditlint.starter import limits, policy
from auditlint.subjects.model import ApiServer, PolicySubject
from tests.carriers.recognition import subjects
from tests.referee_client import COMPARED, Referee, available, built

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PAGE = Path(__file__).parents[2] / "docs/init.md"
CARRIERS = starter.names()
GUIDES = ("cis", "nsa", "stig")
CHOICES: tuple[tuple[str, ...], ...] = ((), *((name,) for name in profiles.names()), ("cis", "nsa"))
"""None, every profile alone, and those that do not contradict each other."""
FLAGS = {"audit-policy-file", "audit-log-path", "audit-log-maxage", "audit-log-maxbackup", "audit-log-maxsize"}
OTHER_FLAGS = {
    "gardener": set[str](),
    "minikube": {"audit-policy-file", "audit-log-path"},
    "rke": FLAGS | {"audit-log-format"},
    "talos": set[str](),
}
"""The flags that the server gets where they are others: the log is somebody else's, or the tool sets them itself."""


def put(made: starter.Start, folder: Path) -> None:
    for file in made.files:
        (folder / file.name).write_text(file.text, encoding="utf-8")


def said(folder: Path, minor: int, chosen: Sequence[str] = ()) -> list[str]:
    """Return all that `check --min-severity info` says of a folder."""
    settings = config.with_version(Settings(min_severity=Severity.INFO), f"1.{minor}", "test")
    settings = config.with_profiles(settings, chosen, "test") if chosen else settings
    report = check_paths([folder], settings)
    assert not report.failed
    notices = [f"{notice.path}: {notice.message}" for notice in report.notices]
    return notices + [f"{one.path}:{one.span.line}: {one.message} [{one.rule}]" for one in report.live]


@pytest.mark.parametrize("chosen", CHOICES, ids="+".join)
@pytest.mark.parametrize("carrier", CARRIERS)
def test_nothing_is_left_to_say(carrier: str, chosen: tuple[str, ...], tmp_path: Path) -> None:
    put(starter.start(carrier, chosen), tmp_path)
    assert said(tmp_path, NEWEST) == []
    assert said(tmp_path, NEWEST, chosen) == []


@pytest.mark.parametrize("minor", [minor for minor in range(OLDEST, NEWEST_KNOWN + 1) if minor != NEWEST])
@pytest.mark.parametrize("guide", ["", *GUIDES])
def test_nothing_is_left_to_say_in_any_release(guide: str, minor: int, tmp_path: Path) -> None:
    chosen = (guide,) if guide else ()
    for carrier in ("kubeadm", "cluster-api", "talos") if minor % 2 else ("kind", "kops", "rke2"):
        folder = tmp_path / carrier
        folder.mkdir()
        put(starter.start(carrier, chosen, minor=minor), folder)
        assert said(folder, minor, chosen) == []


@pytest.mark.parametrize("nodes", [1, 2, 10, 60, 500, 5_000, 100_000])
@pytest.mark.parametrize("guide", ["", *GUIDES])
def test_the_log_holds_as_many_days_as_it_says(guide: str, nodes: int, tmp_path: Path) -> None:
    chosen = (guide,) if guide else ()
    put(starter.start("kubeadm", chosen, nodes=nodes), tmp_path)
    assert said(tmp_path, NEWEST, chosen) == []
    held = policy.draft(chosen, NEWEST).policy
    kept = limits.of(held, NEWEST, nodes)
    assert kept.room >= kept.days * traffic.idle(held, NEWEST, nodes).megabytes
    assert dict(kept.flags) == {"audit-log-maxage": "30", "audit-log-maxbackup": str(kept.files), **size(kept)}


def size(kept: limits.Limits) -> dict[str, str]:
    return {"audit-log-maxsize": str(kept.size)}


def test_more_nodes_log_more() -> None:
    held = policy.draft((), NEWEST).policy
    rates = [limits.of(held, NEWEST, nodes).idle for nodes in (1, traffic.NODES, 100)]
    assert rates == sorted(set(rates))
    assert rates[1] == traffic.idle(held, NEWEST).megabytes


@pytest.mark.parametrize("guide", ["", *GUIDES])
@pytest.mark.parametrize("carrier", CARRIERS)
def test_it_says_what_was_drawn_up(carrier: str, guide: str) -> None:
    """The comment that hides a finding is not needed for anything else, and the flags are those that were meant."""
    chosen = (guide,) if guide else ()
    made = starter.start(carrier, chosen)
    found = [subject for file in made.files for subject in subjects(file.text, file.name)]
    (held,) = (one for one in found if isinstance(one, PolicySubject))
    drawn = policy.draft(chosen, NEWEST).policy
    assert held.judged is not None
    assert held.judged.rules == drawn.rules
    assert held.judged.omit_stages == (() if carrier == "kubespray" else drawn.omit_stages)
    servers = [one for one in found if isinstance(one, ApiServer)]
    assert len(servers) == (carrier != "gardener")
    flags = {use.name: use.value for server in servers for use in server.flags.uses}
    kept = limits.of(drawn, NEWEST, traffic.NODES).flags
    expected = OTHER_FLAGS.get(carrier, FLAGS)
    if carrier == "talos" and kept != limits.DEFAULT_FLAGS:  # which are those of Talos
        expected = set(dict(kept))
    assert set(flags) == expected
    for name, value in kept:
        assert flags.get(name) == (value if name in expected else None)


@pytest.mark.parametrize("guide", ["", *GUIDES])
def test_the_text_is_the_policy(guide: str) -> None:
    drawn = policy.draft((guide,) if guide else (), NEWEST)
    assert Policy.from_text(policy.text(drawn)).held == drawn.policy


@pytest.mark.parametrize("chosen", [("cis", "stig"), ("nsa", "stig"), ("cis-1.5", "nsa", "stig")], ids="+".join)
def test_no_policy_meets_all(chosen: tuple[str, ...]) -> None:
    with pytest.raises(
        starter.StartError, match=r"^no policy meets both STIG V-242403 .* and (CIS|NSA) .*: choose one"
    ):
        starter.start("kubeadm", chosen)


def test_the_words_are_those_of_as() -> None:
    assert set(CARRIERS) <= set(registry.names())


def test_the_page_lists_them_with_their_files() -> None:
    rows = re.findall(r"^\| `([a-z][a-z0-9-]+)` \| (.*?) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    written = {name: ", ".join(f"`{file.name}`" for file in starter.start(name).files) for name in CARRIERS}
    assert dict(rows) == written


@pytest.mark.parametrize("carrier", CARRIERS)
def test_every_file_is_spoken_of(carrier: str) -> None:
    made = starter.start(carrier)
    steps = " ".join(f"{step.words} {step.line}" for step in made.steps)
    beside = " ".join(file.text for file in made.files)
    assert [file.name for file in made.files if file.name not in steps + beside] == []
    assert made.files[-1].name in steps


@pytest.fixture(scope="module", params=COMPARED, ids=lambda minor: f"1.{minor}")
def referee(request: pytest.FixtureRequest) -> Iterator[Referee]:
    minor = request.param
    if not built(minor) and not (minor == NEWEST and available()):
        pytest.skip(f"the referee for 1.{minor} is not built: tests/referee/build {minor}")
    with Referee(minor) as running:
        yield running


@pytest.mark.parametrize("guide", ["", *GUIDES])
def test_the_server_loads_the_policy(referee: Referee, guide: str) -> None:
    drawn = policy.draft((guide,) if guide else (), referee.minor)
    answer = referee.load(policy.text(drawn).encode())
    assert (answer["ok"], answer.get("error", ""), answer.get("warning", "")) == (True, "", "")


@pytest.mark.parametrize("carrier", CARRIERS)
def test_the_server_takes_policy_and_flags(referee: Referee, carrier: str) -> None:
    made = starter.start(carrier, nodes=2_000, minor=referee.minor)
    found = [subject for file in made.files for subject in subjects(file.text, file.name)]
    (held,) = (one for one in found if isinstance(one, PolicySubject))
    text = yaml.safe_dump(_plain(made, carrier)) if carrier in {"talos", "rke", "kubespray"} else _text(made)
    assert referee.load(text.encode())["ok"], text
    assert held.judged is not None
    for server in (one for one in found if isinstance(one, ApiServer)):
        answer = referee.flags([f"--{use.name}={use.value}" for use in server.flags.uses])
        assert not any(answer.get(what) for what in ("parse", "validate", "positional")), answer


def _text(made: starter.Start) -> str:
    """Return the text of the policy, which a file is or a string in it."""
    (found,) = (text for file in made.files for text in _strings(file.text) if "kind: Policy\n" in text)
    return found


def _strings(text: str) -> Iterator[str]:
    if text.startswith(("# Audit policy", "apiVersion: audit")):
        yield text
    elif not text.startswith(("#!", "KUBE_")):
        yield from _within(yaml.safe_load(text))


def _within(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in values:
        yield from _within(one)


def _plain(made: starter.Start, carrier: str) -> object:
    """Return the policy that a tool makes of the values in its own file."""
    document = yaml.safe_load(made.files[0].text)
    if carrier == "kubespray":
        rules = yaml.safe_load(document["audit_policy_custom_rules"])
        return {"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": rules}
    if carrier == "talos":
        return document["cluster"]["apiServer"]["auditPolicy"]
    return document["services"]["kube-api"]["audit_log"]["configuration"]["policy"]


def test_the_script_starts_minikube(tmp_path: Path) -> None:
    """The script is run by a real shell, from another folder, with a program that says how it was called."""
    made = starter.start("minikube", ("cis",))
    put(made, tmp_path)
    home, programs = tmp_path / "home", tmp_path / "bin"
    home.mkdir()
    programs.mkdir()
    (programs / "minikube").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    (programs / "minikube").chmod(0o755)
    environment = {**os.environ, "HOME": str(home), "PATH": f"{programs}:{os.environ['PATH']}"}
    script = str(tmp_path / "minikube-start.sh")
    run = subprocess.run(
        ["sh", script, "--cpus", "2"], cwd="/", env=environment, capture_output=True, text=True, check=True
    )
    options = ["audit-policy-file=/etc/ssl/certs/audit-policy.yaml", "audit-log-path=-"]
    expected = ["start", "--cpus", "2", *(f"--extra-config=apiserver.{option}" for option in options)]
    assert run.stdout.splitlines() == expected
    copied = home / ".minikube/files/etc/ssl/certs/audit-policy.yaml"
    assert copied.read_text() == made.files[0].text
