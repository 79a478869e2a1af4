"""`auditlint eval`: which rule takes one request, at which level, and why."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from auditlint.cli.options import Choice
from auditlint.cli.policies import ReadPolicy, read_policy, target
from auditlint.cli.request_options import Asked, check, request_asked
from auditlint.kubernetes.match import evaluate, why_not
from auditlint.kubernetes.policy import STAGES
from auditlint.kubernetes.requests import RESOURCE_VERBS, URL_VERBS, is_resource_path
from auditlint.report import formats, render
from auditlint.report.explained import Decided, Explained, PassedOver

if TYPE_CHECKING:
    from auditlint.events.event import Event
    from auditlint.kubernetes.match import Decision
    from auditlint.kubernetes.requests import Request

SHOWN = 10
"""So many of the rules that were passed over are shown: those that come nearest."""


@click.command("eval", short_help="Show which rule of a policy takes one request, and why.")
@click.argument("policy", type=click.Path())
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
@click.option("--verbose", "-v", is_flag=True, help="Say of every earlier rule why it does not take the request.")
@click.option("--debug", is_flag=True, help="Show a traceback where auditlint itself fails.")
def command(policy: str, *, kubernetes_version: str | None, output_format: str, verbose: bool, **options: Any) -> int:
    """Decide on one request as kube-apiserver does with this policy; - is standard input.

    Users get the groups that a server puts them in: system:authenticated, those of service accounts and nodes.
    Without --user, --anonymous or --no-user somebody without credentials asks.

    Exit codes: 0 decided; 2 the policy is refused, or something else keeps it from being decided.
    """
    del options["debug"]
    asked = Asked(**options)
    check(asked)
    read = read_policy(policy, target(kubernetes_version))
    event = _event(asked.event) if asked.event is not None else None
    request = _recorded_request(event) if event is not None else request_asked(asked)
    decision = evaluate(read.policy, request)
    explained = _explained(read, request, decision, event, shown=len(read.policy.rules) if verbose else SHOWN)
    text = render("eval", output_format, explained)
    if note := _oddity(request) or ("" if event else _unserved(request, read)):
        click.echo(f"auditlint: note: {note}", err=True)
    sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
    return 0


def _event(path: str) -> Event:
    """Return the one event in a file."""
    from auditlint.events.one import read_event
    from auditlint.text.source import UnreadableError

    try:
        return read_event(path)
    except UnreadableError as error:
        raise click.ClickException(str(error)) from None


def _recorded_request(event: Event) -> Request:
    from auditlint.events.event import request_of

    return request_of(event)


def _decided(read: ReadPolicy, decision: Decision) -> Decided:
    place = None if decision.rule is None else read.place(decision.rule)
    return Decided(
        rule=decision.rule,
        pointer=place and place.pointer,
        path=place.path if place else read.path,
        line=place and place.line,
        level=decision.level,
        omit_stages=decision.omit_stages,
        omit_managed_fields=decision.omit_managed_fields,
    )


def _explained(read: ReadPolicy, request: Request, decision: Decision, event: Event | None, *, shown: int) -> Explained:
    passed_over, hidden = _passed_over(read, request, decision, shown)
    return Explained(
        event=event.audit_id if event else None,
        decided=_decided(read, decision),
        request=_what(request),
        identity=_who(request),
        stages=tuple(stage for stage in STAGES if stage not in decision.omit_stages),
        rule=_decider(read, decision),
        without_managed_fields=decision.outcome.without_managed_fields,
        passed_over=passed_over,
        hidden=hidden,
        recorded=_recorded(event) if event else "",
    )


def _passed_over(
    read: ReadPolicy, request: Request, decision: Decision, shown: int
) -> tuple[tuple[PassedOver, ...], int]:
    """Return the earlier rules that come nearest, in their order, and how many others there are."""
    rules = read.policy.rules[: decision.rule]
    reasons = [why_not(rule, request) for rule in rules]
    nearest = sorted(range(len(rules)), key=lambda number: len(reasons[number]))[:shown]
    passed_over = tuple(
        PassedOver(_where(read, number), "; ".join(f"{field}: {reason}" for field, reason in reasons[number]))
        for number in sorted(nearest)
    )
    return passed_over, len(rules) - len(nearest)


def _where(read: ReadPolicy, rule: int) -> str:
    place = read.place(rule)
    return f"{place.path}:{place.line}: rules[{rule}] ({read.policy.rules[rule].level})"


def _decider(read: ReadPolicy, decision: Decision) -> str:
    if decision.rule is None:
        number = len(read.policy.rules)
        matching = "the only rule does not match" if number == 1 else f"none of the {number} rules matches"
        return f"{matching}, so the default holds: level None"
    place = read.place(decision.rule)
    return f"{place.path}:{place.line}: rules[{decision.rule}]"


def _what(request: Request) -> str:
    """Return what is asked for as people write it."""
    if request.path is not None:
        return f"{request.verb} {request.path}"
    group = f".{request.api_group}" if request.api_group else ""
    subresource = f"/{request.subresource}" if request.subresource else ""
    name = f' "{request.name}"' if request.name else ""
    place = f' in namespace "{request.namespace}"' if request.namespace else ", no namespace"
    return f"{request.verb or '(another HTTP method)'} {request.resource}{group}{subresource}{name}{place}"


def _who(request: Request) -> str:
    if request.user is None:
        return "none, the login failed"
    groups = f"groups {', '.join(request.groups)}" if request.groups else "in no group"
    return f"{request.user or '(no name)'}, {groups}"


def _recorded(event: Event) -> str:
    return f"at level {event.level or '(none)'}, stage {event.stage or '(none)'}"


def _unserved(request: Request, read: ReadPolicy) -> str:
    """Return what the release serves in place of a resource that it does not serve in a group of its own."""
    from auditlint.kubernetes import catalogue

    if request.path is not None:
        return ""
    known = catalogue.of_release(read.subject.minor)
    group, resource, subresource = request.api_group, request.resource, request.subresource
    if group not in known.built_in_groups or known.get(group, resource, subresource):
        return ""
    name = f"{resource}/{subresource}" if subresource else resource
    where = f'the API group "{group}"' if group else "the core API group"
    homes = dict.fromkeys(".".join(filter(None, (one.resource, one.group))) for one in known.named(resource))
    meant = f": did you mean {', '.join(homes)}?" if homes and not known.get(group, resource) else ""
    return f'1.{read.subject.minor} serves no "{name}" in {where}, so no such request gets an answer{meant}'


def _oddity(request: Request) -> str:
    """Return why the server never sees such a request, if that is so."""
    verbs = URL_VERBS if request.path is not None else RESOURCE_VERBS
    if request.verb not in verbs:
        of = "a path" if request.path is not None else "a resource"
        return f'no request for {of} has the verb "{request.verb}": it is one of {", ".join(filter(None, verbs))}'
    if request.path is not None and is_resource_path(request.path):
        return f"kube-apiserver reads {request.path} as that of a resource: ask with --url, or with --resource"
    return ""
