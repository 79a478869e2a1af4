"""`auditlint detect`: whether detection rules see what they need under a policy."""

from __future__ import annotations

from typing import Any

import click

from auditlint.cli import terminal
from auditlint.cli.options import Choice, debug
from auditlint.cli.policies import read_policy, settings_for
from auditlint.report import formats, render

FINDINGS = 1
_FAILING = {"blind": ("blind",), "partly": ("blind", "partly")}


@click.command("detect", short_help="Show which detection rules see what they need under a policy.")
@click.argument("policy", type=click.Path())
@click.option(
    "--rules",
    multiple=True,
    required=True,
    type=click.Path(),
    metavar="PATH...",
    help="Detection rules: files, or folders to search.",
)
@click.argument("more", nargs=-1, type=click.Path(), metavar="[PATH]...")
@click.option("--format", "output_format", type=Choice(formats("detect")), default="text", help="Output [text].")
@click.option("--output-file", type=click.Path(dir_okay=False), help="Write the verdicts there; - is stdout.")
@click.option(
    "--fail-on", type=Choice(tuple(_FAILING)), help="Exit with 1 where a detection is blind; partly: or sees only some."
)
@click.option("--color", type=Choice(("auto", "always", "never")), default="auto", help="Colour [auto: on a terminal].")
@click.option("--kubernetes-version", metavar="1.N", help="Decide as this release does.")
@debug
def command(policy: str, more: tuple[str, ...], *, rules: tuple[str, ...], output_format: str, **options: Any) -> int:
    """Show which detection rules see what they need under a policy; POLICY - is standard input.

    Rules are Falco's with `source: k8s_audit`, Sigma's for product kubernetes and service audit, which need pySigma
    (pip install 'auditlint[detect]'), and Elastic's that read kubernetes.audit. Further PATHs may follow the first.

    Every request that a rule is about is played through the policy. sees: all are logged as the rule needs it; partly:
    some are; blind: none is; never: the rule can fire under no policy; not-judged: a part of it could not be read.

    Exit codes: 0 judged; 1 --fail-on names a verdict that there is; 2 the policy is missing or refused, or there are no
    such rules.
    """
    settings = settings_for(options["kubernetes_version"])
    target = terminal.target_of(options["output_file"])
    paths = (*rules, *more)
    terminal.keep_inputs(target, (policy, *paths, *terminal.configuration(settings)))
    found = read_policy(policy, settings).detect(paths).report
    for notice in found.notices:
        terminal.say(f"auditlint: note: {notice}")
    terminal.write(target, render("detect", output_format, found, terminal.medium(target, options["color"])))
    failing = _FAILING.get(options["fail_on"] or "", ())
    return FINDINGS if any(one.verdict in failing for one in found.detections) else 0
