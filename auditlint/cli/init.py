"""`auditlint init`: a policy to start from, with flags and mounts for what runs kube-apiserver."""

from __future__ import annotations

import os
import shlex
from textwrap import fill
from typing import TYPE_CHECKING

import click

from auditlint import settings as config
from auditlint import starter
from auditlint.cli import terminal
from auditlint.cli.options import Choice, debug
from auditlint.english import listing
from auditlint.kubernetes import traffic
from auditlint.kubernetes.releases import NEWEST, target

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditlint.starter import Start

_MOST_NODES = 100_000
_WIDEST = 100
"""Columns: longer lines are hard to read."""


@click.command("init", short_help="Write a starter policy, with flags and mounts.")
@click.argument("folder", default=".", type=click.Path())
@click.option(
    "--for", "carrier", type=Choice(starter.names()), default="kubeadm", help="What runs kube-apiserver [kubeadm]."
)
@click.option("--profile", multiple=True, metavar="NAME", help="Meet what a guide asks: cis, cis-1.N, stig, nsa.")
@click.option(
    "--nodes",
    type=click.IntRange(1, _MOST_NODES),
    default=traffic.NODES,
    metavar="N",
    help=f"How many nodes the cluster has, for the size of the log [{traffic.NODES}].",
)
@click.option("--kubernetes-version", metavar="1.N", help=f"The release to write for [1.{NEWEST}].")
@click.option("--force", is_flag=True, help="Replace files that are there.")
@debug
def command(
    folder: str, carrier: str, profile: tuple[str, ...], nodes: int, kubernetes_version: str | None, *, force: bool
) -> None:
    """Write a policy into FOLDER, with the flags and mounts that make kube-apiserver use it, and say what to do next.

    The policy silences what the cluster asks of itself and logs everything else. What secrets hold stays out of the
    log, unless the STIG asks for it. No file is replaced without --force.
    """
    chosen = config.profile_names(profile, "--profile")
    wanted = config.with_version(config.Settings(), kubernetes_version or f"1.{NEWEST}", "--kubernetes-version")
    minor = target(wanted.minor or NEWEST).minor
    made = starter.start(carrier, chosen, nodes=nodes, minor=minor)
    for notice in wanted.notices:
        terminal.say(f"auditlint: note: {notice}")
    written = _write(folder, made, force=force)
    options = [f"--profile={','.join(chosen)}"] if chosen else []
    options += [f"--kubernetes-version=1.{minor}"] if kubernetes_version else []
    check = shlex.join(["auditlint", "check", "--min-severity=info", *options, folder])
    terminal.stream("".join(f"{line}\n" for line in _told(written, starter.title(carrier), made, check)).encode())


def _write(folder: str, made: Start, *, force: bool) -> list[str]:
    """Write all files or none that is there already; return their paths. UsageError where one may not be written."""
    from auditlint.text.source import create_file, is_read_only, replace_file

    paths = [os.path.normpath(os.path.join(folder, file.name)) for file in made.files]
    there = [path for path in paths if os.path.lexists(path)]
    if there and not force:
        be = "is" if len(there) == 1 else "are"
        raise click.UsageError(f"{listing(there)} {be} there already: nothing was written; --force replaces them")
    for path in there:
        if os.path.isdir(path) or is_read_only(path):
            raise click.UsageError(
                f"{path} is {'a folder' if os.path.isdir(path) else 'read-only'}: nothing was written"
            )
    if os.path.exists(folder) and not os.path.isdir(folder):
        raise click.UsageError(f"{folder}: is not a folder")
    os.makedirs(folder, exist_ok=True)
    for path, file in zip(paths, made.files, strict=True):
        (replace_file if path in there else create_file)(path, file.text.encode())
    return paths


def _told(written: Sequence[str], title: str, made: Start, check: str) -> Iterator[str]:
    """Yield the lines that say what was written and what to do with it."""
    yield f"wrote {listing(written)}, for {title}"
    yield ""
    for number, step in enumerate(made.steps, 1):
        yield _wrapped(f"{number}. ", f"{step.words}:" if step.line else step.words)
        if step.line:
            yield f"     {step.line}"
    for note in made.notes:
        yield ""
        yield _wrapped("", f"{note}.")
    yield ""
    yield "Whenever you change something:"
    yield f"     {check}"


def _wrapped(head: str, sentence: str) -> str:
    width = min(terminal.columns(), _WIDEST)
    blanks = " " * len(head)
    return fill(
        sentence, width, initial_indent=head, subsequent_indent=blanks, break_long_words=False, break_on_hyphens=False
    )
