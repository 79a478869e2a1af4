"""What a run found, as every output of `check` tells it: plain facts, which know no Kubernetes."""

from __future__ import annotations

from types import MappingProxyType

from auditlint.finding import Severity
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from auditlint.finding import Finding, Notice
    from auditlint.report.tables.document import Document


class RuleFate(NamedTuple):
    """A rule of a policy, and what becomes of it: `reached`, `unreachable`, `never` or `unknown`."""

    pointer: str
    line: int
    level: str
    fate: str


class Reached(NamedTuple):
    """What requests make of the rules of a policy that loads."""

    catch_all: bool | None
    """Whether every request reaches a rule; None where that was too hard to tell."""
    rules: tuple[RuleFate, ...]


class PolicyFacts(NamedTuple):
    """What a server makes of a policy."""

    lenient: bool
    """An unknown or duplicate field was dropped."""
    reached: Reached | None = None
    """None where the policy is refused for more than its apiVersion or kind."""


class SubjectSummary(NamedTuple):
    """What a server makes of one thing found, whatever was selected, ignored or suppressed."""

    path: str
    carrier: str
    """The file format that brings it, such as `policy` or `static-pod`."""
    document: int
    pointer: str
    line: int
    kubernetes: str
    """The release that it is judged for, such as `1.37`."""
    kubernetes_from: str
    """Who says so: `option`, `config`, `file`, `server`, or `default`, where it is only assumed."""
    refused_by: tuple[str, ...]
    """Empty where the server starts, else some of `policy`, `flags`, `files`, `pod`."""
    policy: PolicyFacts | None = None
    """What is known of a policy; None for a kube-apiserver."""

    @property
    def kind(self) -> str:
        """The word for it: `policy` or `apiserver`."""
        return "policy" if self.policy else "apiserver"


class RuleSummary(NamedTuple):
    """A rule of auditlint that findings name."""

    name: str
    category: str
    severity: Severity
    """How bad its findings are unless they or a configuration say otherwise."""
    summary: str
    page: Callable[[], str]
    """Reads its page, which is Markdown."""


class Hidden(NamedTuple):
    """What a run does not tell, or did not look at, because something said so."""

    by: str
    """What said so: `comments`, `.gitignore`, the name of a file."""
    findings: int = 0
    files: int = 0
    folders: int = 0


class Report(NamedTuple):
    """The outcome of one `check` run."""

    subjects: tuple[SubjectSummary, ...]
    findings: tuple[Finding, ...]
    notices: tuple[Notice, ...]
    files: int
    rules: tuple[RuleSummary, ...] = ()
    """The rules that findings and their related places name, by name."""
    passed_over: int = 0
    unread: int = 0
    """Files among those with audit settings that nobody read."""
    paths: tuple[str, ...] = ()
    """Every file that was read, in order."""
    definitions: int = 0
    """Files with definitions of custom resources."""
    failed: tuple[Notice, ...] = ()
    """Paths that could not be read; the run ends with exit code 2."""
    crashed: tuple[Notice, ...] = ()
    """Checks that failed on a file through a bug of ours; the run ends with exit code 3."""
    min_severity: Severity = Severity.INFO
    """What is less is counted, and left out where people read."""
    hidden: tuple[Hidden, ...] = ()
    """What comments, configuration and the like kept from being told."""
    unfolded: tuple[Finding, ...] = ()
    """The findings that no comment hides, each by itself: also those that a baseline holds."""
    settings_of: str = ""
    """The configuration that counted, and what it says of exit codes; empty without any."""
    lines: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    """The lines of each file with findings, for outputs that show them; index 0 is line 1."""

    tables: Callable[[], tuple[Document, ...]] = tuple
    """Works out the matrix of each policy that loads, for outputs that show it."""

    @property
    def live(self) -> tuple[Finding, ...]:
        """The findings that count: those that nothing suppresses."""
        return tuple(finding for finding in self.findings if finding.suppressed is None)

    @property
    def shown(self) -> tuple[Finding, ...]:
        """The findings that people are to read."""
        return tuple(finding for finding in self.live if finding.severity >= self.min_severity)

    def count(self, severity: Severity) -> int:
        """Return how many findings of a severity count."""
        return sum(finding.severity == severity for finding in self.live)
