"""Rules about the files that a document brings to the nodes of a cluster, for the servers that it describes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.checks.server.flag_words import at_flag
from auditlint.english import listing
from auditlint.finding import Severity
from auditlint.kubernetes.container import POLICY_FLAG, WEBHOOK_FLAG
from auditlint.rule import Category
from auditlint.subjects import provided
from auditlint.subjects.model import ApiServer, PolicySubject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.finding import Finding
    from auditlint.rule import Context
    from auditlint.subjects.provided import ProvidedFile

rule = Category("carriers", ApiServer)


@rule(
    "policy-file-not-provided",
    severity=Severity.ERROR,
    summary="a policy that is written to nodes under another path than the flag's, or to other nodes",
)
def policy_file_not_provided(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a policy among the files of the document where the flag names none of these."""
    use, path = server.flags.last(POLICY_FLAG), server.on_node(POLICY_FLAG)
    if use is None or not path or not server.provided:
        return
    there = provided.of_path(server.provided, path)
    if there is not None and not there.reaches:
        message = (
            f"{path} is written to nodes without a kube-apiserver only, so kube-apiserver does not find its policy"
        )
        yield context.key(there.roles, message, help="Add ControlPlane to the roles")
    elif there is None:
        written = list(_policies(server, context))
        if written:
            where = listing([file.path for file, _ in written])
            message = f"the policy is written to {where}, and kube-apiserver does not find {path}"
            related = tuple(context.related(file.place, "written here", key=False) for file, _ in written)
            yield at_flag(server, context, use, message, help=f"Write `path: {path}` there", related=related)


def _policies(server: ApiServer, context: Context) -> Iterator[tuple[ProvidedFile, PolicySubject]]:
    """Yield the files of the server's document that hold a policy."""
    for subject in context.links.subjects:
        if isinstance(subject, PolicySubject) and subject.path == server.path:
            file = provided.of_path(server.provided, subject.file or "")
            if file is not None and subject.places.document == server.places.document:
                yield file, subject


@rule(
    "policy-unreadable",
    severity=Severity.ERROR,
    refuses=True,
    summary="a file whose mode or owner shuts kube-apiserver out",
)
def policy_unreadable(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report the policy or the webhook's kubeconfig where the user of kube-apiserver may not read it."""
    for flag in (POLICY_FLAG, WEBHOOK_FLAG):
        file = server.unreadable(flag)
        if file is not None:
            message = (
                f"{file.owner or 'root'} alone may read {file.path}, and kube-apiserver runs as another user, so it "
                'does not start ("permission denied")'
            )
            help = f'Write `{file.mode_place[-1]}: "0644"`'
            yield context.value(file.mode_place, message, help=help, refused=True)
