"""Advice about servers works when it is followed: the finding is gone, and nobody objects who did not before."""

from __future__ import annotations

import pytest
import yaml

from auditlint import lint, registry
from auditlint.finding import Finding, Severity
from auditlint.lint import Source
from auditlint.rule import REGISTRY
from auditlint.settings import Settings
from tests import pages
from tests.checks.following_servers import followed

registry.load()
CATEGORIES = frozenset({"apiserver-flags", "apiserver-backends", "apiserver-mounts", "apiserver-retention"})
TO_DO = (
    *(
        "Move",
        "Put the file on the host, and write",
        "Write the Service's",
        "Write `server:",
        "Write the name",
        "Keep the",
    ),
    *("Write `current-context", "Add a volume of that name", "Delete RequestReceived", "Delete the gate"),
)
"""How advice begins that is about another file, or leaves the rest to the author."""
PATIENCE = 12
"""Rounds of advice: pages show several mistakes at once."""
MANIFEST = "kube-apiserver.yaml"


def from_pages() -> dict[str, tuple[str, dict[str, str], int | None]]:
    """Return the bad examples of the pages: rule, files, and the minor release if one is given."""
    found = {}
    for name in sorted(name for name, rule in REGISTRY.items() if rule.category in CATEGORIES):
        page = (pages.RULES / f"{name}.md").read_text(encoding="utf-8")
        for number, example in enumerate(pages.examples(page)):
            files = dict(example.files)
            if example.section == "Bad" and MANIFEST in files and "profile" not in " ".join(example.arguments):
                given = dict(zip(example.arguments[::2], example.arguments[1::2], strict=True))
                minor = given.get("--kubernetes-version")
                found[f"{name}-{number}"] = (name, files, int(minor.split(".")[1]) if minor else None)
    return found


def mounted(text: str) -> str:
    """Return a manifest of a page that leaves its mounts out with mounts for what its flags name."""
    pod = yaml.safe_load(text)
    container = pod["spec"]["containers"][0]
    if "volumeMounts" not in container:
        folders = {"/etc/kubernetes": True, "/var/log/kubernetes/audit": False, "/var/log/kubernetes": False}
        container["volumeMounts"] = [
            {"name": f"x{number}", "mountPath": folder, "readOnly": read_only}
            for number, (folder, read_only) in enumerate(folders.items())
        ]
        pod["spec"]["volumes"] = [
            {"name": f"x{number}", "hostPath": {"path": folder, "type": "Directory"}}
            for number, folder in enumerate(folders)
        ]
    return yaml.safe_dump(pod, sort_keys=False)


def findings(files: dict[str, str], minor: int | None) -> list[Finding]:
    """Return what is found in the manifest."""
    sources = [Source(path, named=True, data=text.encode()) for path, text in files.items()]
    report = lint.check(sources, Settings(minor=minor))
    assert not report.crashed
    return [one for one in report.findings if one.path == MANIFEST]


CASES = from_pages()


@pytest.mark.parametrize(("rule", "files", "minor"), CASES.values(), ids=CASES.keys())
def test_after_the_advice_nobody_objects(rule: str, files: dict[str, str], minor: int | None) -> None:
    if REGISTRY[rule].category != "apiserver-mounts":
        files = files | {MANIFEST: mounted(files[MANIFEST])}
    before = {one.rule for one in findings(files, minor) if one.severity > Severity.INFO}
    refused = any(one.refused for one in findings(files, minor))
    for _ in range(PATIENCE):
        told = [one for one in findings(files, minor) if one.rule == rule and not one.help.startswith(TO_DO)]
        if not told:
            break
        files = files | {MANIFEST: followed(files[MANIFEST], told[0])}
    after = findings(files, minor)
    assert not [one for one in after if one.rule == rule and not one.help.startswith(TO_DO)]
    assert not {one.rule for one in after if one.severity > Severity.INFO} - before
    assert refused or not any(one.refused for one in after)
