"""`auditlint matrix`: who doing what to which resource is logged at which level, as a table."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Any

import click

from auditlint.cli import matrix_document, terminal
from auditlint.cli.matrix_rows import chosen_rows
from auditlint.cli.options import Choice
from auditlint.cli.policies import STDIN, read_policy, settings_for
from auditlint.kubernetes.matrix import changes, matrix
from auditlint.kubernetes.matrix.cells import Engine
from auditlint.kubernetes.matrix.people import distinguished, member_of, user_called
from auditlint.report import Medium, formats, render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.kubernetes.engine.index import Index
    from auditlint.kubernetes.matrix.people import Identity
    from auditlint.report.tables.document import Document

_NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_LONGEST = 63
"""Characters of a namespace's name."""


@click.command("matrix", short_help="Show who doing what is logged at which level, as a table.")
@click.argument("policy", type=click.Path())
@click.option(
    "--resource", multiple=True, metavar="RESOURCE", help="Only this: pods, pods/exec, deployments.apps, cm ..."
)
@click.option("--path", multiple=True, metavar="PATH", help="Only this path that is no resource, such as /healthz.")
@click.option("--user", multiple=True, metavar="NAME", help="Only this user; may be repeated.")
@click.option(
    "--group", multiple=True, metavar="NAME", help="Only somebody in this group; with --user: that user, in it."
)
@click.option("--namespace", "-n", metavar="NAME", help="Only requests in this namespace.")
@click.option("--compare", metavar="OLD", type=click.Path(), help="Show only what this older policy makes different.")
@click.option("--format", "output_format", type=Choice(formats("matrix")), default="text", help="Output [text].")
@click.option("--output-file", type=click.Path(dir_okay=False), help="Write the table there; - is stdout.")
@click.option("--color", type=Choice(("auto", "always", "never")), default="auto", help="Colour [auto: on a terminal].")
@click.option("--kubernetes-version", metavar="1.N", help="Decide as this release does.")
@click.option("--debug", is_flag=True, help="Show a traceback where auditlint itself fails.")
def command(policy: str, *, compare: str | None, namespace: str | None, **options: Any) -> int:
    """Show who doing what to which resource is logged at which level; POLICY - is standard input.

    First comes the table of everybody else, then what is different for anonymous requests, for failed logins, and for
    each user and group that the policy names. Levels are exact: where one depends on namespace or name, it says how.

    Exit codes: 0 shown; 2 a policy is refused, or something else keeps it from being shown.
    """
    if [policy, compare].count(STDIN) > 1:
        raise click.UsageError("standard input (-) can be only one of the policies")
    _check(options, namespace)
    settings = settings_for(options["kubernetes_version"])
    target = terminal.target_of(options["output_file"])
    terminal.keep_inputs(target, (policy, compare, *terminal.configuration(settings)))
    policies = [read_policy(path, settings.minor) for path in (policy, compare) if path is not None]
    engine = Engine([read.policy for read in policies])
    rows = chosen_rows(policies, settings.cluster, engine.index, options, namespace)
    found = matrix(engine, rows, _identities(engine.index, options), namespace or "")
    if compare is not None:
        found = changes(found)
    document = matrix_document.document(
        found, policies, namespace, narrowed=bool(options["resource"] or options["path"])
    )
    _write(document, target, options)
    return 0


def _check(options: dict[str, Any], namespace: str | None) -> None:
    for option in ("resource", "path", "user", "group"):
        if "" in options[option]:
            raise click.UsageError(f"--{option} is empty")
    if namespace == "":
        raise click.UsageError("--namespace is empty: give a namespace's name, or leave it out")
    if namespace is not None and not (len(namespace) <= _LONGEST and _NAMESPACE.fullmatch(namespace)):
        raise click.UsageError(f'--namespace: "{namespace}" cannot be a namespace: lower-case letters, digits and -')
    if namespace is not None and options["path"]:
        raise click.UsageError("--namespace and --path exclude each other: a path is in no namespace")


def _identities(index: Index, options: dict[str, Any]) -> Sequence[Identity]:
    if options["user"]:
        return [user_called(name, options["group"]) for name in dict.fromkeys(options["user"])]
    if options["group"]:
        return [member_of(name, index) for name in dict.fromkeys(options["group"])]
    return distinguished(index)


def _write(document: Document, target: str | None, options: dict[str, Any]) -> None:
    wanted = options["color"]
    on_terminal = target is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    medium = Medium(color=wanted == "always" or (wanted == "auto" and on_terminal))
    terminal.write(target, render("matrix", options["output_format"], document, medium))
