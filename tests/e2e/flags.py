"""Lists of audit flags that kube-apiserver takes, with where they put the log, and lists that it refuses.

`{policy}` stands for the path of the policy, `{webhook}` for a kubeconfig of a webhook that listens. The server runs in
a folder of its own, so that relative paths lead there.
"""

from __future__ import annotations

from typing import NamedTuple

STDOUT = "stdout"
WEBHOOK = "webhook"
_POLICY = "--audit-policy-file={policy}"
_LOG = "--audit-log-path=audit.log"


class Taken(NamedTuple):
    """Flags with which the server starts, and where it then logs: a file, STDOUT, WEBHOOK or nowhere ("")."""

    flags: tuple[str, ...]
    log: str = "audit.log"


PLAIN = Taken((_POLICY, _LOG))
"""What a policy is served with unless `TAKEN` has other flags left for it."""

TAKEN: dict[str, Taken] = {
    "rotation": Taken((_POLICY, _LOG, "--audit-log-maxage=30", "--audit-log-maxbackup=10", "--audit-log-maxsize=100")),
    "two-items": Taken(("--audit-policy-file", "{policy}", "--audit-log-path", "audit.log", "--audit-log-maxage", "0")),
    "webhook": Taken((_POLICY, "--audit-webhook-config-file={webhook}", "--audit-webhook-mode=blocking"), WEBHOOK),
    "stdout": Taken((_POLICY, "--audit-log-path=-"), STDOUT),
    "batch": Taken((_POLICY, _LOG, "--audit-log-mode=batch", "--audit-log-batch-max-wait=0s")),
    "strict": Taken((_POLICY, _LOG, "--audit-log-mode=blocking-strict")),
    "new-folders": Taken((_POLICY, "--audit-log-path=a/b/c.log"), "a/b/c.log"),
    "swallowed-flag": Taken((_POLICY, "--audit-log-path", "--audit-log-maxage=30"), "--audit-log-maxage=30"),
    "underscores": Taken(("--audit_policy_file={policy}", "--audit_log-path=audit.log", "--audit-log_maxage=1")),
    "last-wins": Taken(
        ("--audit-policy-file=/no/such/file", _POLICY, "--audit-log-path=/no/such/folder/x", _LOG),
    ),
    "integers": Taken(
        (_POLICY, _LOG, "--audit-log-maxage=0x1e", "--audit-log-maxbackup=017", "--audit-log-maxsize=1_000")
    ),
    "bare-boolean": Taken((_POLICY, _LOG, "--audit-log-compress", "--audit-log-truncate-enabled=T")),
    "literal-text": Taken((_POLICY, "--audit-log-path=$HOME ~"), "$HOME ~"),
    "empty-item": Taken((_POLICY, "", _LOG)),
    "inactive-backend": Taken((_POLICY, _LOG, "--audit-webhook-mode=nonsense", "--audit-webhook-batch-max-size=-1")),
    "no-backend": Taken((_POLICY, "--audit-log-maxage=-1", "--audit-log-format=text"), ""),
    "no-policy": Taken((_LOG,)),
    "empty-path": Taken((_POLICY, "--audit-log-path="), ""),
}

REFUSED: dict[str, tuple[str, ...]] = {
    "bare-last": (_POLICY, _LOG, "--audit-log-maxage"),
    "bare-in-between": (_POLICY, "--audit-log-maxage", _LOG),
    "unknown-flag": (_POLICY, _LOG, "--audit-log-maxbackups=3"),
    "upper-case": (_POLICY, "--Audit-Log-Path=audit.log"),
    "one-dash": (_POLICY, "-audit-log-path=audit.log"),
    "three-dashes": (_POLICY, "---audit-log-path=audit.log"),
    "em-dash": (_POLICY, "—audit-log-path=audit.log"),
    "leading-blank": (_POLICY, " --audit-log-path=audit.log"),
    "end-of-flags": (_POLICY, "--", _LOG),
    "colon": (_POLICY, "--audit-log-path: audit.log"),
    "dynamic": (_POLICY, _LOG, "--audit-dynamic-configuration"),
    "gate": (_POLICY, _LOG, "--feature-gates=AdvancedAuditing=true"),
    "days": (_POLICY, _LOG, "--audit-log-maxage=30d"),
    "trailing-blank": (_POLICY, _LOG, "--audit-log-maxage=30 "),
    "quotes": (_POLICY, _LOG, '--audit-log-maxage="30"'),
    "fraction": (_POLICY, _LOG, "--audit-log-maxsize=1.5"),
    "octal-nine": (_POLICY, _LOG, "--audit-log-maxage=089"),
    "huge": (_POLICY, _LOG, "--audit-log-maxage=99999999999999999999"),
    "empty-number": (_POLICY, _LOG, "--audit-log-maxage="),
    "boolean-yes": (_POLICY, _LOG, "--audit-log-compress=yes"),
    "boolean-apart": (_POLICY, _LOG, "--audit-log-compress", "true"),
    "negative": (_POLICY, _LOG, "--audit-log-maxage=-1", "--audit-log-maxbackup=-2", "--audit-log-maxsize=-3"),
    "mode": (_POLICY, _LOG, "--audit-log-mode=Blocking"),
    "format": (_POLICY, _LOG, "--audit-log-format=text"),
    "version": (_POLICY, _LOG, "--audit-log-version=audit.k8s.io/v1beta1"),
    "throttle": (_POLICY, _LOG, "--audit-log-mode=batch", "--audit-log-batch-throttle-enable"),
    "buffer": (_POLICY, _LOG, "--audit-log-mode=batch", "--audit-log-batch-buffer-size=0"),
    "truncate": (_POLICY, _LOG, "--audit-log-truncate-max-event-size=0"),
    "duration": (_POLICY, "--audit-webhook-config-file={webhook}", "--audit-webhook-initial-backoff=5"),
    "webhook-mode": (_POLICY, "--audit-webhook-config-file={webhook}", "--audit-webhook-mode=async"),
    "webhook-batch": (_POLICY, "--audit-webhook-config-file={webhook}", "--audit-webhook-batch-max-size=0"),
}
