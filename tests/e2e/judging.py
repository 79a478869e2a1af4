"""What auditlint says: by its commands as a user runs them, and by its library."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from auditlint.carriers.recognise import recognise
from auditlint.kubernetes.releases import NEWEST
from auditlint.kubernetes.requests import Request, UnreadableRequestError, resolve
from auditlint.subjects.model import PolicySubject
from tests.e2e.processes import run

if TYPE_CHECKING:
    from pathlib import Path

    from auditlint.kubernetes.policy import Policy
    from tests.e2e.asking import Ask

_LONGEST = 300.0


class Verdict(NamedTuple):
    """What `check` says of a policy or of a list of flags; `fates` are those of the policy's rules."""

    refused_by: tuple[str, ...]
    lenient: bool = False
    fates: tuple[str, ...] = ()


class JudgeError(Exception):
    """auditlint itself failed."""


def check(kind: str, folder: Path) -> dict[str, Verdict]:
    """Run `check --as KIND` over the files of a folder; the answer is by file name without its extension."""
    paths = sorted(folder.iterdir())
    options = ["--as", kind, "--format", "json", "--no-config", "--fail-on", "never", "--quiet"]
    report = json.loads(_auditlint(folder, "check", *options, *(path.name for path in paths)))
    verdicts = {subject["path"].rpartition(".")[0]: _verdict(subject) for subject in report["subjects"]}
    if verdicts.keys() != {path.stem for path in paths}:
        raise JudgeError(f"check --as {kind} gave no subject for {sorted({p.stem for p in paths} - verdicts.keys())}")
    return verdicts


def _verdict(subject: dict[str, Any]) -> Verdict:
    fates = tuple(rule["fate"] for rule in subject.get("rules", ()))
    return Verdict(tuple(subject["refused_by"]), subject.get("lenient", False), fates)


def replay(policy: Path, log: Path) -> list[dict[str, Any]]:
    """Run `replay --format jsonl`: one decision for each event of the log."""
    output = _auditlint(policy.parent, "replay", "--format", "jsonl", str(policy), str(log))
    return [json.loads(line) for line in output.splitlines()]


def evaluate(policy: Path, ask: Ask) -> dict[str, Any]:
    """Run `eval` for one request."""
    request = ["--method", ask.method, "--url", ask.url]
    output = _auditlint(policy.parent, "eval", "--format", "json", str(policy), *_identity(ask), *request)
    answer: dict[str, Any] = json.loads(output)
    return answer


def _identity(ask: Ask) -> list[str]:
    if ask.who.user is None or ask.unknown_user:
        return ["--no-user"]
    if ask.who.user == "system:anonymous":
        return ["--anonymous"]
    return ["--user", ask.who.user, *(f"--group={group}" for group in ask.who.groups)]


def _auditlint(folder: Path, *arguments: str) -> str:
    done = run([sys.executable, "-m", "auditlint", *arguments], cwd=folder, timeout=_LONGEST)
    if done.returncode:
        raise JudgeError(f"auditlint {' '.join(arguments)} ended with {done.returncode}: {done.output[-2000:]}")
    return done.output


def policy_in(path: Path) -> Policy | None:
    """Return the policy as auditlint's library decodes it for the release that is run."""
    found = recognise(str(path), path.read_bytes(), as_kind="policy", named=True, minor=NEWEST)
    (subject,) = found.subjects
    return subject.loaded.policy if isinstance(subject, PolicySubject) else None


def request_of(ask: Ask) -> Request | None:
    """Return the request that the server makes of what is sent; None where it turns it away unread."""
    unknown = ask.unknown_user or ask.who.user is None
    user, groups = (None, ()) if unknown else (ask.who.user, ask.who.groups)
    try:
        return resolve(ask.method, ask.url, user=user, groups=groups)
    except UnreadableRequestError:
        return None
