"""`auditlint check`: lint files and folders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from auditlint.cli.checking.options import OPTIONS, Asked, Kind
from auditlint.cli.checking.run import check
from auditlint.cli.options import Choice, Outputs, RuleNames

if TYPE_CHECKING:
    from auditlint.cli.checking.options import Option


@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH]...")
def _command(**parameters: Any) -> int:
    """Lint files and folders; - is standard input; the default is the current folder.

    Exit codes: 0 no finding at or above --fail-on; 1 findings; 2 something could not be done; 3 a bug in auditlint.
    """
    return check(Asked(**parameters))


def _type_of(option: Option) -> Any:
    """Return what click is to make of the value of an option; None: a text."""
    words = option.words() if option.words else ()
    if option.kind is Kind.WORD:
        return Choice(words)
    if option.kind is Kind.OUTPUT:
        return Outputs(words)
    if option.kind is Kind.RULES:
        return RuleNames()
    return {Kind.PATH: click.Path(), Kind.FILE: click.Path(dir_okay=False)}.get(option.kind)


def _declared(option: Option) -> Any:
    """Return what declares an option to click."""
    # Only what is so: an option that is said to be no flag is, for click, one whose value may be left out.
    said: dict[str, Any] = {} if option.default is None else {"default": option.default}
    if option.kind is Kind.FLAG:
        said["is_flag"] = True
    return click.option(
        *option.flags,
        option.name,
        type=_type_of(option),
        multiple=option.multiple,
        metavar=option.metavar,
        help=option.help,
        **said,
    )


for _option in reversed(OPTIONS):  # click lists what is declared last first
    _command = _declared(_option)(_command)
command = click.command("check", short_help="Lint audit policies and kube-apiserver manifests.")(_command)
