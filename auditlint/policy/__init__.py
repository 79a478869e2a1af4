"""What a policy decides, for programs: the library behind `eval`, `matrix`, `diff`, `detect` and `replay`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.errors import PolicyError, QuestionError, RefusedError
from auditlint.kubernetes import releases
from auditlint.kubernetes.cluster import ORDINARY, Cluster
from auditlint.kubernetes.match import Request, evaluate
from auditlint.policy.policy_file import PolicyFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.events.decision import RulePlace
    from auditlint.events.totals import Totals
    from auditlint.kubernetes.match import Decision, Outcome
    from auditlint.policy.asking import Described, Words
    from auditlint.policy.detecting import Detected
    from auditlint.policy.diffing import Diff
    from auditlint.policy.replaying import Progress, Replayed
    from auditlint.report.tables.document import Document
    from auditlint.report.upgraded import Upgraded

__all__ = ["Evaluation", "Policy", "PolicyError", "QuestionError", "RefusedError", "Request"]


class Evaluation(NamedTuple):
    """What a policy decides on one request."""

    request: Request
    decision: Decision
    place: RulePlace | None
    """Where the rule stands that matches; None where no rule does."""
    notes: tuple[str, ...] = ()
    """What there is to say of the words that describe the request."""

    @property
    def level(self) -> str:
        """None, Metadata, Request or RequestResponse."""
        return self.decision.level

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages at which events are written, in the order in which a request passes them."""
        return self.decision.stages

    @property
    def outcome(self) -> Outcome:
        """Level, stages as a set, and managed fields where objects are stored: what two policies are compared by."""
        return self.decision.outcome

    @property
    def rule(self) -> int | None:
        """The index of the rule that matches, None where no rule does."""
        return self.decision.rule

    @property
    def line(self) -> int | None:
        """The line on which the rule begins."""
        return self.place.line if self.place else None


class Policy(PolicyFile):
    """A policy that kube-apiserver loads, and what it decides; never changes."""

    @classmethod
    def load(cls, path: str, *, kubernetes_version: str | None = None, cluster: Cluster = ORDINARY) -> Policy:
        """Return the policy in a file, judged for a release such as `1.30`: else for the one that the file shows.

        Raises PolicyError where there is none, RefusedError where the server refuses it.
        """
        from auditlint.text import source

        try:
            content = source.read_file(path)
        except source.UnreadableError as error:
            raise PolicyError(str(error)) from None
        return cls.from_text(content, path=path, kubernetes_version=kubernetes_version, cluster=cluster)

    @classmethod
    def from_text(
        cls,
        text: str | bytes,
        *,
        path: str = "<text>",
        kubernetes_version: str | None = None,
        cluster: Cluster = ORDINARY,
    ) -> Policy:
        """Return the policy that a text is; `path` is what messages call it. Raises as `load` does."""
        from auditlint.policy.reading import policy_in

        content = text.encode() if isinstance(text, str) else text
        subject = policy_in(path, content, _minor(kubernetes_version))
        if subject.loaded.policy is None:
            raise PolicyError(f"{path}: what the policy says is not known")
        return cls(subject, subject.loaded.policy, content, cluster)

    def eval(self, asked: Request | Words) -> Evaluation:
        """Return what the policy decides on a request, as kube-apiserver does.

        Words name things as kubectl does, and users get the groups that a server puts them in; QuestionError where
        they describe no request. A Request is what a rule looks at, to the letter.
        """
        if not isinstance(asked, Request):
            described = self._described(asked)
            return self.eval(described.request)._replace(notes=described.notes)
        decision = evaluate(self.held, asked)
        return Evaluation(asked, decision, None if decision.rule is None else self.place(decision.rule))

    def _described(self, words: Words) -> Described:
        from auditlint.policy.asking import described

        return described(words, self.cluster.catalogue(self.subject.minor))

    def matrix(
        self,
        *,
        resources: Sequence[str] = (),
        paths: Sequence[str] = (),
        users: Sequence[str] = (),
        groups: Sequence[str] = (),
        namespace: str | None = None,
        against: Policy | None = None,
    ) -> Document:
        """Return who doing what to which resource is logged at which level; with `against`, only what differs.

        Raises QuestionError where a name means nothing. The document is what `matrix --format json` prints.
        """
        from auditlint.policy.matrix_rows import Asked
        from auditlint.policy.table import table

        return table(self, Asked(resources, paths, users, groups, namespace), against).document

    def diff(self, new: Policy) -> Diff:
        """Return the requests whose outcome a newer policy makes different, proved to be all."""
        from auditlint.policy.diffing import diff

        return diff(self, new)

    def upgrade(self, to: str) -> Upgraded:
        """Return what changes for the file of the policy between the release that it is judged for and another one."""
        from auditlint.settings import Settings
        from auditlint.upgrading import upgrade_paths

        settings = Settings(cluster=self.cluster)
        texts = {self.path: self.content}
        return upgrade_paths((), to, from_version=self.kubernetes_version, settings=settings, texts=texts)

    def detect(self, rules: Sequence[str]) -> Detected:
        """Return what the policy lets detection rules see: those of Falco, Sigma and Elastic in files and folders.

        Raises DetectionsError where there are none. Sigma's need pySigma, the extra `detect`; without it they are not
        judged. What cannot be read is told in the result.
        """
        from auditlint.policy.detecting import detect

        return detect(self, rules)

    def replay(
        self,
        logs: Sequence[str],
        *,
        against: Policy | None = None,
        progress: Progress | None = None,
        jobs: int | None = None,
        engine: str | None = None,
    ) -> Replayed:
        """Return what the policy makes of recorded events: files and folders of logs, `-` for standard input.

        `jobs`: how many processes read large logs; without it one for each core. `engine`: `duckdb` or `spark`, which
        read tables too. What cannot be read is named in the result; EngineError where the engine is not there or fails.
        """
        from auditlint.policy.replaying import replay, replay_by_engine

        policies = [self] if against is None else [self, against]
        if engine is not None:
            return replay_by_engine(policies, logs, engine, jobs)
        return replay(policies, logs, progress, jobs)

    def summed(self, totals: Totals, *, files: int = 1, against: Policy | None = None) -> Replayed:
        """Return what `auditlint.events` has counted, on this machine or on others, as `replay` returns it.

        The totals are those of this policy, or of this one and `against` in this order; `files` is what the summary
        says of how many logs they are.
        """
        from auditlint.policy.replaying import Replayed

        return Replayed([self] if against is None else [self, against], files, totals)


def _minor(version: str | None) -> int | None:
    """Return the release of a version; PolicyError if it is none."""
    if version is None:
        return None
    minor = releases.from_text(version)
    if minor is None:
        raise PolicyError(f'"{version}" is not a Kubernetes version, write one such as 1.{releases.NEWEST}')
    return minor
