"""Hypothesis strategies for arguments of kube-apiserver: right, nearly right, and wrong in the ways people write."""

from __future__ import annotations

from hypothesis import strategies as st

from auditlint.kubernetes.audit_options import MODES
from auditlint.kubernetes.known_flags import audit_flags
from auditlint.kubernetes.releases import NEWEST

AUDIT_NAMES = sorted({name for minor in (18, 20, NEWEST) for name in audit_flags(minor)})
OTHER_NAMES = ["etcd-prefix", "allow-privileged", "event-ttl", "goaway-chance", "kubelet-port", "tls-cert-file"]
UNKNOWN_NAMES = [
    "audit-log-maxbackups",
    "audit-policy",
    "no-audit-log-compress",
    "audit-log-path:x",
    "audit-log-maxage 3",
]
INTEGERS = ["0", "1", "30", "-1", "+5", "0x1e", "030", "089", "1_000", "1__0", "0b11", "1.5", "30d", "", " 30", '"30"']
LARGE = ["9223372036854775807", "9223372036854775808", "-9223372036854775808", "99999999999999999999z", "1e3", "٣"]
BOOLEANS = ["true", "True", "TRUE", "t", "1", "false", "F", "0", "yes", "on", "tRUE", "'true'", "no"]
DURATIONS = ["5s", "1h2m", "1.5h", "5", "0", "-3s", "5 s", "5d", ".5s", "1µs", "1e3s", "10000000h", "s", "."]
FLOATS = ["10", "0.5", "-0.5", "1e6", "1e39", "1e-60", "inf", "NaN", "0x1p4", "0x1", "1_0", "1_", "+0", "1."]
WORDS = [
    *MODES,
    "Batch",
    "json",
    "legacy",
    "JSON",
    "text",
    "audit.k8s.io/v1",
    "audit.k8s.io/v1beta1",
    "v1",
    "a/b/c",
    "/",
]
PATHS = ["/x", "-", "/var/log/a b", '"/x"', "~/x", "--audit-log-maxage=3", "--audit-log-path", "é", "\t", "\u200b\\"]

values = st.sampled_from(INTEGERS + LARGE + BOOLEANS + DURATIONS + FLOATS + WORDS + PATHS) | st.text(
    st.characters(exclude_categories=["Cs", "Cn"]), max_size=6
)
names = st.sampled_from(AUDIT_NAMES) | st.sampled_from(OTHER_NAMES + UNKNOWN_NAMES)
dashes = st.sampled_from(["--"] * 12 + ["-", "---", "", "—", " --", "--no-"])
spelled = names | names.map(lambda name: name.replace("-", "_")) | names.map(str.upper)
joined = st.builds("{}{}={}".format, dashes, spelled, values)
pairs = st.builds(lambda dash, name, value: [f"{dash}{name}", value], dashes, spelled, values)
lone = st.sampled_from(
    ["--", "-", "", "-v", "-v=4", "-v4", "-v=", "-vv", "-test.v", "-x", "-é", "true", "# x", "--=x", "-v=x"]
)
bare = st.builds("{}{}".format, dashes, names)
items = st.one_of(joined.map(lambda item: [item]), pairs, bare.map(lambda item: [item]), lone.map(lambda item: [item]))


def _backend(parts: tuple[list[str], list[list[str]]]) -> list[str]:
    switches, rest = parts
    return [*switches, *(argument for item in rest for argument in item)]


switches = st.lists(
    st.sampled_from(
        [
            "--audit-log-path=/x",
            "--audit-webhook-config-file=/w",
            "--audit-log-mode=batch",
            "--audit-log-batch-throttle-enable",
            "--audit-log-batch-throttle-qps=1",
            "--audit-webhook-mode=blocking",
            "--audit-dynamic-configuration",
        ]
    ),
    max_size=5,
    unique=True,
)
wild = st.tuples(switches, st.lists(items, max_size=5)).map(_backend)
"""Any arguments: most lists of them are refused while they are parsed."""


def _fitting(name: str) -> st.SearchStrategy[str]:
    kind = audit_flags(20 if name != "audit-dynamic-configuration" else 18)[name].type
    choices = {
        "int": INTEGERS[:7],
        "int64": [*INTEGERS[:7], "102400", "102401", "10485760"],
        "bool": BOOLEANS[:8],
        "duration": ["5s", "1h2m", "0", "-3s", ".5s", "1µs", "1h0.5s", "100ms"],
        "float32": ["10", "0.5", "-0.5", "1e6", "NaN", "+Inf", "0", "1e-60", "16777217", "0.1"],
        "string": [*WORDS, "", "/x"],
    }[kind]
    return st.sampled_from(choices).map(lambda value: f"--{name}={value}")


plausible = st.tuples(switches, st.lists(st.sampled_from(AUDIT_NAMES).flatmap(_fitting).map(lambda x: [x]), max_size=6))
valid = plausible.map(_backend)
"""Arguments that parse: what is refused here is refused by the checks between flags."""

arguments = wild | valid
