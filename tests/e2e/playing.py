"""Plays cases: starts a server for each, asks it, ends it, and compares all of it with what auditlint says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e import asking, comparing, flags, judging, policies, servers
from tests.e2e.comparing import Sent
from tests.e2e.processes import end

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from auditlint.kubernetes.policy import Policy
    from tests.e2e.cases import Case
    from tests.e2e.judging import Verdict
    from tests.e2e.servers import Server, World

_EVALS = 4
_QUOTED = 600
_FROM_LOADER = "loading audit policy file"
_LENIENT = "falling back to lenient decoding"


class Tally:
    """What was compared so far, and what disagreed."""

    def __init__(self) -> None:
        self.requests = self.events = self.evals = self.starts = self.refusals = self.attacks = 0
        self.disagreements: list[str] = []

    def tell(self, found: Iterable[str]) -> None:
        """Print disagreements as they come, and keep them."""
        for disagreement in found:
            print(f"  DISAGREEMENT: {disagreement}", flush=True)
            self.disagreements.append(disagreement)

    def summary(self) -> str:
        """Return the last line of a run."""
        return (
            f"{self.requests} requests, {self.events} events and {self.evals} runs of eval compared, "
            f"{self.starts} starts, {self.refusals} refusals and {self.attacks} attacks compared; "
            f"{len(self.disagreements)} disagreements"
        )


class Run:
    """One run in a folder of its own: the files of its cases, what `check` says of them, and the tally."""

    def __init__(self, folder: Path, world: World, webhook: servers.Webhook, cases: Sequence[Case]) -> None:
        self.tally = Tally()
        self._folder = folder
        self._world = world
        self._webhook = webhook
        webhook.write_kubeconfig(folder / "webhook.json")
        for name in ("policies", "flags"):
            (folder / name).mkdir()
        for name, text in {**policies.served(), **policies.REFUSED}.items():
            self._policy(name).write_bytes(text)
        for case in cases:
            arguments = world.command(servers.USUAL_PORT, self._flags(case))[1:]
            (folder / "flags" / f"{case.name}.flags").write_text("".join(f"{item}\0" for item in arguments))
        self._of_policies = judging.check("policy", folder / "policies")
        self._of_flags = judging.check("flags", folder / "flags")

    def _policy(self, name: str) -> Path:
        return self._folder / "policies" / f"{name}.yaml"

    def _flags(self, case: Case) -> list[str]:
        paths = {"{policy}": self._policy(case.policy), "{webhook}": self._folder / "webhook.json"}
        found = list(case.flags.flags)
        for mark, path in paths.items():
            found = [flag.replace(mark, str(path)) for flag in found]
        return found

    def _verdict(self, case: Case) -> Verdict:
        """Return what `check` says of a case."""
        said = self._of_flags[case.name]
        if not case.has_policy:
            return said
        policy = self._of_policies[case.policy]
        return policy._replace(refused_by=(*said.refused_by, *policy.refused_by))

    def play(self, case: Case) -> None:
        """Start a server, compare how that ended, and if it serves, ask it and compare what it recorded."""
        self._webhook.batches.clear()
        sent: list[Sent] = []
        with servers.apiserver(self._world, self._folder / "runs" / case.name, self._flags(case)) as server:
            found = list(self._compare_start(case, server))
            how = "refused" if server.refused else "started"
            if not server.refused and not case.refused:
                sent = _ask_all(server, self._world.keys)
            end(server.process)
        if sent:
            events = comparing.events_in(self._log(case, server).read_bytes())
            try:
                found += self._compare_events(case, sent, events, self._log(case, server))
            except judging.JudgeError as error:  # the server took what auditlint could not answer for
                found.append(str(error))
            how += f", {len(sent)} requests, {len(events)} events"
        self._tell(case, how, found)

    def _tell(self, case: Case, how: str, found: Sequence[str]) -> None:
        print(f"{case.name}: {how}", flush=True)
        for disagreement in found:
            print(f"  DISAGREEMENT: {disagreement}", flush=True)
        self.tally.disagreements += [f"{case.name}: {disagreement}" for disagreement in found]

    def _compare_start(self, case: Case, server: Server) -> Iterator[str]:
        verdict, messages = self._verdict(case), server.messages
        quoted = messages[-_QUOTED:]
        self.tally.refusals += server.refused
        self.tally.starts += not server.refused
        did = "refuses" if server.refused else "starts"
        if server.refused != case.refused:
            yield f"kube-apiserver {did}, so this case is in the wrong list: {quoted}"
        if server.refused != bool(verdict.refused_by):
            yield f"kube-apiserver {did}, auditlint says refused_by {list(verdict.refused_by)}: {quoted}"
        elif server.refused and (_FROM_LOADER in messages) != ("flags" not in verdict.refused_by):
            yield f"auditlint says refused_by {list(verdict.refused_by)}, but the reason is: {quoted}"
        if "flags" not in verdict.refused_by and (_LENIENT in messages) != verdict.lenient:
            yield f"auditlint says lenient is {verdict.lenient}, but the server says: {quoted}"

    def _log(self, case: Case, server: Server) -> Path:
        """Return the file that holds the events of a server that has ended."""
        path = server.folder / (case.flags.log or "audit.log")
        if case.flags.log == flags.WEBHOOK:
            path.write_bytes(b"".join(batch + b"\n" for batch in self._webhook.batches))
        elif not path.exists():
            path.touch()
        return path

    def _compare_events(
        self, case: Case, sent: Sequence[Sent], events: Sequence[comparing.Event], log: Path
    ) -> Iterator[str]:
        self.tally.requests += len(sent)
        self.tally.events += len(events)
        policy = judging.policy_in(self._policy(case.policy))
        if policy is None or not case.logs:
            if events:
                yield f"no event was to be recorded, but {len(events)} were"
            return
        yield from comparing.compare_sent(policy, sent, events)
        decisions = judging.replay(self._policy(case.policy), log)
        yield from comparing.compare_replayed(decisions, events)
        yield from comparing.compare_fates(decisions, self._of_policies[case.policy].fates)
        yield from self._compare_evals(case, policy, sent)

    def _compare_evals(self, case: Case, policy: Policy, sent: Sequence[Sent]) -> Iterator[str]:
        for outcome, ask in comparing.examples(policy, sent, _EVALS).items():
            self.tally.evals += 1
            for disagreement in comparing.compare_eval(judging.evaluate(self._policy(case.policy), ask), outcome):
                yield f"{ask.name}: {disagreement}"


def _ask_all(server: Server, keys: Path) -> list[Sent]:
    """Send every request, and return them with their answers."""
    client = asking.Client(server.port, keys)
    sent: list[Sent] = []

    def send(ask: asking.Ask, token: str = "") -> asking.Answer:
        audit_id = f"e2e-{len(sent):03}"
        sent.append(Sent(ask, audit_id, client.send(ask, audit_id, token=token)))
        return sent[-1].answer

    for ask in asking.PREPARED:
        send(ask)
    given = send(asking.TOKEN_OF_ROBOT)
    if given.status != asking.CREATED:
        raise servers.ServersError(f"the service account got no token: {given}")
    for ask in asking.ASKED:
        send(ask, given.body["status"]["token"] if ask.who == asking.ROBOT else "")
    return sent
