"""`auditlint eval`: which rule matches one request, at which level, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from auditlint.cli import terminal
from auditlint.cli.options import Choice, debug
from auditlint.cli.policies import read_policy, settings_for
from auditlint.cli.request_options import Asked, check, words_of
from auditlint.events.event import request_of
from auditlint.policy.explaining import explained, oddities
from auditlint.report import formats, render

if TYPE_CHECKING:
    from auditlint.events.event import Event


@click.command("eval", short_help="Show which rule of a policy matches one request, and why.")
@click.argument("policy", type=click.Path())
@click.argument("kubectl", nargs=-1, metavar="[-- kubectl ...]")
@click.option("--user", metavar="NAME", help="Who asks, such as system:serviceaccount:prod:robot [nobody logged in].")
@click.option("--group", multiple=True, metavar="NAME", help="A group of the user; may be repeated.")
@click.option("--anonymous", is_flag=True, help="Somebody without credentials asks: system:anonymous.")
@click.option("--no-user", is_flag=True, help="A login fails: the policy sees no user at all.")
@click.option("--verb", metavar="VERB", help="get, list, watch, create ...; of a path the HTTP method [get].")
@click.option("--resource", metavar="RESOURCE", help="pods, pods/log, deployments.apps, deployments.apps/scale ...")
@click.option("--api-group", metavar="GROUP", help="The resource's API group, where --resource does not name it.")
@click.option("--namespace", "-n", metavar="NAME", help="The namespace [none: cluster-scoped, or all namespaces].")
@click.option("--name", metavar="NAME", help="The object's name.")
@click.option("--path", metavar="PATH", help="A path that is no resource, such as /healthz.")
@click.option("--method", metavar="METHOD", help="The HTTP method that --url is asked with [GET].")
@click.option("--url", metavar="URL", help="Read the request from a URL, as the server does.")
@click.option("--event", metavar="FILE", type=click.Path(), help="Take the request that an audit event records.")
@click.option("--kubernetes-version", metavar="1.N", help="Decide as this release does.")
@click.option("--format", "output_format", type=Choice(formats("eval")), default="text", help="Output [text].")
@click.option("--verbose", "-v", is_flag=True, help="Say of every earlier rule why it does not match.")
@debug
def command(policy: str, *, kubernetes_version: str | None, output_format: str, verbose: bool, **options: Any) -> int:
    """Decide on one request as kube-apiserver does with this policy; - is standard input.

    The request is that of a kubectl command (eval POLICY -- kubectl get secrets -n prod), or that of the options; names
    are those that kubectl takes. Users get the groups that a server puts them in: system:authenticated, those of
    service accounts and nodes. Without --user, --anonymous or --no-user somebody without credentials asks.

    Exit codes: 0 decided; 2 the policy is refused, or something else keeps it from being decided.
    """
    asked = Asked(**options)
    check(asked)
    read = read_policy(policy, settings_for(kubernetes_version, configured=False))
    event = _event(asked.event) if asked.event is not None else None
    found = read.eval(words_of(asked) if event is None else request_of(event))
    text = render("eval", output_format, explained(read, found, event, all_rules=verbose))
    for note in (*found.notes, *oddities(read, found.request, recorded=event is not None)):
        terminal.say(f"auditlint: note: {note}")
    terminal.write(None, text)
    return 0


def _event(path: str) -> Event:
    """Return the one event in a file."""
    from auditlint.events.one import read_event
    from auditlint.text.source import UnreadableError

    try:
        return read_event(path)
    except UnreadableError as error:
        raise click.ClickException(str(error)) from None
