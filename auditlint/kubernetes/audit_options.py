"""What kube-apiserver checks between its audit flags once they are parsed.

Source: pkg/server/options/audit.go of k8s.io/apiserver (`AuditOptions.Validate`).
"""

from __future__ import annotations

from auditlint.kubernetes import go
from auditlint.kubernetes.feature_gates import dynamic_auditing
from auditlint.kubernetes.parsed_flags import Invalid
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.kubernetes.parsed_flags import ParsedFlags

MODES = ("batch", "blocking", "blocking-strict")
FORMATS = ("legacy", "json")
BACKENDS = {"log": "audit-log-path", "webhook": "audit-webhook-config-file"}
"""The audit backends, and the flag that turns each on when it is not empty."""

OLD_VERSIONS_UNTIL = 23
"""The last minor whose `--audit-log-version` and `--audit-webhook-version` take v1alpha1 and v1beta1."""


def validate(parsed: ParsedFlags) -> Iterator[Invalid]:
    """Yield what `AuditOptions.Validate` finds, in its order; a backend is judged only if it is on."""
    if parsed.text("audit-log-path"):
        yield from _validate_backend(parsed, "log")
        yield from _validate_log(parsed)
    if parsed.text("audit-webhook-config-file"):
        yield from _validate_backend(parsed, "webhook")
    if parsed.enabled("audit-dynamic-configuration") and not dynamic_auditing(parsed):
        words = "--audit-dynamic-configuration set, but DynamicAuditing feature gate is not enabled"
        yield Invalid(words, ("audit-dynamic-configuration",))


def _validate_backend(parsed: ParsedFlags, backend: str) -> Iterator[Invalid]:
    """Yield at most one complaint each about mode and batch numbers, truncation numbers, and version."""
    for check in (_mode, _truncation, _version):
        yield from list(check(parsed, backend))[:1]


def _mode(parsed: ParsedFlags, backend: str) -> Iterator[Invalid]:
    flag = f"audit-{backend}-mode"
    mode = parsed.text(flag)
    if mode not in MODES:
        yield Invalid(f'invalid audit {backend} mode {mode}, allowed modes are "{",".join(MODES)}"', (flag,))
    if mode != "batch":
        return
    yield from _positive(parsed, backend, flag, (("buffer-size", "buffer size"), ("max-size", "max batch size")))
    if parsed.enabled(f"audit-{backend}-batch-throttle-enable"):
        throttle = (("throttle-qps", "throttle QPS"), ("throttle-burst", "throttle burst"))
        yield from _positive(parsed, backend, f"audit-{backend}-batch-throttle-enable", throttle)


def _positive(parsed: ParsedFlags, backend: str, because: str, flags: tuple[tuple[str, str], ...]) -> Iterator[Invalid]:
    """Yield the batch numbers that are not positive; `because` is the flag that makes them count."""
    for suffix, words in flags:
        name = f"audit-{backend}-batch-{suffix}"
        if parsed.number(name) <= 0:
            value = parsed.text(name)
            message = f"invalid audit batch {backend} {words} {value}, must be a positive number"
            yield Invalid(message, (name, because))


def _truncation(parsed: ParsedFlags, backend: str) -> Iterator[Invalid]:
    event_flag, batch_flag = f"audit-{backend}-truncate-max-event-size", f"audit-{backend}-truncate-max-batch-size"
    event, batch = parsed.text(event_flag), parsed.text(batch_flag)
    where = f"invalid audit truncate {backend}"
    if int(event) <= 0:
        yield Invalid(f"{where} max event size {event}, must be a positive number", (event_flag,))
    if int(batch) < int(event):
        message = f"{where} max batch size {batch}, must be greater than max event size ({event})"
        yield Invalid(message, (batch_flag, event_flag))


def _version(parsed: ParsedFlags, backend: str) -> Iterator[Invalid]:
    flag = f"audit-{backend}-version"
    version = parsed.text(flag)
    allowed = versions(parsed.minor)
    if version.count("/") > 1:
        yield Invalid(f"unexpected GroupVersion string: {version}", (flag,))
    elif version not in allowed:
        yield Invalid(f"invalid group version, allowed versions are {go.quote_list(allowed)}", (flag,))


def versions(minor: int) -> list[str]:
    """Return the versions that `--audit-log-version` and `--audit-webhook-version` take."""
    names = ("v1alpha1", "v1beta1", "v1") if minor <= OLD_VERSIONS_UNTIL else ("v1",)
    return [f"audit.k8s.io/{name}" for name in names]


def _validate_log(parsed: ParsedFlags) -> Iterator[Invalid]:
    log_format = parsed.text("audit-log-format")
    if log_format not in FORMATS:
        message = f'invalid audit log format {log_format}, allowed formats are "{",".join(FORMATS)}"'
        yield Invalid(message, ("audit-log-format",))
    for name in ("audit-log-maxage", "audit-log-maxbackup", "audit-log-maxsize"):
        if parsed.number(name) < 0:
            yield Invalid(f"--{name} {parsed.text(name)} can't be a negative number", (name,))
