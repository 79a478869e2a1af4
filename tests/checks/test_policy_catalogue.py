"""The rules about names of groups, resources, users and groups of users."""

from __future__ import annotations

import pytest

from auditlint import lint
from auditlint.checks.policy import catalogue as rules_of_names
from auditlint.kubernetes import catalogue, well_known
from auditlint.kubernetes.catalogue import Resource
from auditlint.kubernetes.cluster import Cluster
from auditlint.kubernetes.policy import GroupResources, Policy, PolicyRule
from auditlint.kubernetes.releases import KNOWN, NEWEST, OLDEST
from auditlint.lint import Source
from auditlint.settings import Settings
from tests.checks.policies import CLOSING, as_text, findings, only, rules

MINORS = KNOWN
NAMES = ("unknown-group", "unknown-resource", "unknown-subresource", "removed-resource", "singular-resource")
"""The rules about names in entries of `resources`."""


def of_entries(*entries: GroupResources, minor: int = NEWEST, rule: PolicyRule | None = None) -> dict[str, str]:
    """Return what is found in a rule with these entries: by pointer below the rule, name and severity of the rule."""
    one = rule or PolicyRule("Metadata")
    text = as_text(Policy((one._replace(resources=entries), PolicyRule("Metadata"))))
    return {
        finding.pointer.removeprefix("/rules/0"): f"{finding.rule} {finding.severity.word}"
        for finding in findings(text, minor=minor)
        if finding.category == rules_of_names.rule.name
    }


def of_name(group: str, name: str, minor: int = NEWEST) -> str:
    """Return what is found in one entry with one resource, "" for nothing."""
    found = of_entries(GroupResources(group, (name,)), minor=minor)
    assert len(found) < 2
    return "".join(found.values())


def message(group: str, *names: str, minor: int = NEWEST) -> str:
    """Return the message of the one finding in an entry, with its help."""
    text = as_text(Policy((PolicyRule("Metadata", resources=(GroupResources(group, names),)), PolicyRule("Metadata"))))
    (found,) = [one for one in findings(text, minor=minor) if one.category == rules_of_names.rule.name]
    assert len(found.message) < 150
    return f"{found.message}. {found.help}"


WRONG_GROUPS = {
    "core": '""',
    "v1": '""',
    "v1beta1": '""',
    "app": '"apps"',
    "aps": '"apps"',
    "autoscalling": '"autoscaling"',
    "polcy": '"policy"',
    "rbac": '"rbac.authorization.k8s.io"',
    "networking": '"networking.k8s.io"',
    "deployments": '"apps"',
    "deployment": '"apps"',
    "sts": '"apps"',
    "pods": '""',
    "rbac.authorisation.k8s.io": '"rbac.authorization.k8s.io"',
    "rbac.authorization": '"rbac.authorization.k8s.io"',
    "authorization.rbac.k8s.io": '"rbac.authorization.k8s.io"',
    "networking.k8.io": '"networking.k8s.io"',
    "networking.k8s.oi": '"networking.k8s.io"',
    "netwoking.k8s.io": '"networking.k8s.io"',
    "storages.k8s.io": '"storage.k8s.io"',
    "nodes.k8s.io": '"node.k8s.io"',
    "apps.v1": '"apps"',
    "v1.apps": '"apps"',
    "deployments.apps": '"apps"',
    "leases.coordination.k8s.io": '"coordination.k8s.io"',
}


@pytest.mark.parametrize(("group", "meant"), WRONG_GROUPS.items(), ids=WRONG_GROUPS.keys())
def test_unknown_group(group: str, meant: str) -> None:
    assert of_entries(GroupResources(group)) == {"/resources/0/group": "unknown-group error"}
    assert message(group).endswith(f"Write `group: {meant}`")


LIVING_GROUPS = (  # noqa: SIM905  (a long list reads best so)
    "acme widgets.example.com apps.example.com batch.example.com networking.istio.io security.istio.io "
    "batch.volcano.sh scheduling.volcano.sh policy.open-cluster-management.io apps.open-cluster-management.io "
    "metrics.k8s.io custom.metrics.k8s.io external.metrics.k8s.io snapshot.storage.k8s.io "
    "groupsnapshot.storage.k8s.io gateway.networking.k8s.io policy.networking.k8s.io autoscaling.k8s.io "
    "poc.autoscaling.k8s.io app.k8s.io csi.storage.k8s.io migration.k8s.io node.kubernetes.io topology.node.k8s.io "
    "cluster.x-k8s.io scheduling.x-k8s.io kueue.x-k8s.io leaderworkerset.x-k8s.io inference.networking.x-k8s.io "
    "infrastructure.cluster.x-k8s.io multicluster.x-k8s.io scheduling.sigs.k8s.io storage.x-k8s.io "
    "secrets-store.csi.x-k8s.io apps.openshift.io authorization.openshift.io network.openshift.io "
    "rbac.istio.io policy.linkerd.io networking.gke.io autoscaling.gke.io apps.kruise.io core.oam.dev "
    "core.gardener.cloud "
    "batch.sdk.com nodes.io storage.io events.io app.io resources.io samplecontroller.k8s.io wardle.example.com "
    "apiserver.k8s.io admission.k8s.io imagepolicy.k8s.io client.authentication.k8s.io networking.k8s.com "
    "configuration.konghq.com operator.tigera.io crd.projectcalico.org projectcalico.org jobset.x-k8s.io "
    "lws.x-k8s.io nfd.k8s-sigs.io longhorn.io serving.knative.dev eventing.knative.dev apps.k8s.io batch.k8s.io"
).split()


@pytest.mark.parametrize("group", LIVING_GROUPS)
@pytest.mark.parametrize("minor", [OLDEST, 29, NEWEST])
def test_groups_that_may_be_somebodys(group: str, minor: int) -> None:
    entry = GroupResources(group, ("widgets", "widgets/status", "*", "widgets/*", "*/status"))
    assert not of_entries(entry, GroupResources(group), minor=minor)


def test_a_group_below_the_community_domain_that_begins_like_a_built_in_one_with_its_resource() -> None:
    assert of_name("apps.k8s.io", "deployments") == "unknown-group error"
    assert of_name("batch.kubernetes.io", "jobs/status") == "unknown-group error"
    assert of_name("core.k8s.io", "pods") == "unknown-group error"
    assert of_name("apps.k8s.io", "applications") == ""
    assert of_name("batch.example.com", "jobs") == ""


@pytest.mark.parametrize("group", ["audit.k8s.io", "kubeadm.k8s.io", "kubelet.config.k8s.io"])
def test_groups_of_configuration_files(group: str) -> None:
    assert of_entries(GroupResources(group), GroupResources("apps")) == {"/resources/0/group": "unknown-group error"}
    assert message(group).endswith(
        "is for configuration files and not served, so this matches nothing. Delete the rule"
    )


def test_unknown_group_looks_at_the_resources() -> None:
    assert 'Write `group: "apps"`' in message("v1", "deployments")
    assert 'Write `group: "events.k8s.io"`' in message("events", "events")
    several = message("core", "pods", "deployments", "*")
    assert '`- {group: "", resources: ["pods", "*"]}` and `- {group: "apps", resources: ["deployments"]}`' in several


def test_unknown_group_hides_its_resources() -> None:
    assert of_entries(GroupResources("core", ("pod", "deployments", "foo"))) == {
        "/resources/0/group": "unknown-group error"
    }


def test_a_group_that_is_meant_and_gone() -> None:
    assert message("extension").endswith('; group "extensions" ended with 1.21. Delete the rule')
    assert 'Write `group: "extensions"`' in message("extension", minor=21)


WRONG_RESOURCES = {
    ("", "deployments"): 'Write `group: "apps"`',
    ("", "deployments/scale"): 'Write `group: "apps"`',
    ("", "Deployment"): '`group: "apps"` and `resources: ["deployments"]`',
    ("", "deploy"): '`group: "apps"` and `resources: ["deployments"]`',
    ("apps", "events"): '"events" is in the core group ("") and group "events.k8s.io", not in group "apps"',
    ("apps", "ingresses"): '`group: "networking.k8s.io"`',
    ("", "Pod"): 'Write `"pods"`',
    ("", "pod"): 'Write `"pods"`',
    ("", "po"): 'Write `"pods"`',
    ("", "PODS"): 'Write `"pods"`',
    ("", " pods"): 'Write `"pods"`',
    ("", "pod/exec"): 'Write `"pods/exec"`',
    ("", "Pod/execs"): 'Write `"pods/exec"`',
    ("", "pod/*"): 'Write `"pods/*"`',
    ("", "cm"): 'Write `"configmaps"`',
    ("", "endpoint"): 'Write `"endpoints"`',
    ("", "secerts"): 'Write `"secrets"`',
    ("", "config-maps"): 'Write `"configmaps"`',
    ("", "replicacontrollers"): 'Write `"replicationcontrollers"`',
    ("", "deploymnets"): 'Write `group: "apps"` and `resources: ["deployments"]`',
    ("", "deployments.apps"): '`group: "apps"` and `resources: ["deployments"]`',
    ("", "apps/deployments"): '`group: "apps"` and `resources: ["deployments"]`',
    ("apps", "v1/deployments"): 'Write `"deployments"`',
    ("", "exec"): 'Write `"pods/exec"`',
    ("", "logs"): 'Write `"pods/log"`',
    ("apps", "scale"): 'Write `"*/scale"`',
    ("authentication.k8s.io", "tokenrequests"): '`group: ""` and `resources: ["serviceaccounts/token"]`',
    ("", "users"): "exists in RBAC only, for impersonation",
    ("certificates.k8s.io", "signers"): "exists in RBAC only",
    ("", "all"): 'Write `"*"`',
    ("admissionregistration.k8s.io", "validatingadmissionwebhooks"): 'Write `"validatingwebhookconfigurations"`',
    ("", "mutatingwebhook"): '`group: "admissionregistration.k8s.io"`',
    ("", "foo"): "kubectl api-resources",
    ("storage.k8s.io", "volumesnapshots"): 'Write `group: "snapshot.storage.k8s.io"`',
    ("", "podpresets"): 'of group "settings.k8s.io" ended with 1.19',
}


@pytest.mark.parametrize(("where", "advice"), WRONG_RESOURCES.items(), ids=map("-".join, WRONG_RESOURCES))
def test_unknown_resource(where: tuple[str, str], advice: str) -> None:
    assert of_name(*where) == "unknown-resource error"
    assert advice in message(*where)


NOT_JUDGED = ["*", "", "pods/", "/exec", "pods/log/x", "pod*", "*/*", "po*/exec", "pods/ex*", "pods/*", "${NAME}"]


@pytest.mark.parametrize("name", NOT_JUDGED)
def test_resources_of_other_rules(name: str) -> None:
    assert not set(of_entries(GroupResources("", (name,))).values())


NAMED_ALREADY = {
    '{group: "", resources: [secrets, serviceaccounts/token, tokenrequests]}': "serviceaccounts/token",
    '{group: "", resources: [pods, Pod]}': "pods",
    '{group: apps, resources: [deployments]}\n  - {group: "", resources: [deployments]}': "deployments",
    '{group: apps, resources: ["*"]}\n  - {group: "", resources: [deployments]}': "deployments",
    '{group: apps}\n  - {group: "", resources: [deployments]}': "deployments",
    '{group: "", resources: [pods/*, exec]}': "pods/exec",
}


@pytest.mark.parametrize(("entries", "name"), NAMED_ALREADY.items(), ids=NAMED_ALREADY.keys())
def test_what_the_same_rule_names_already_is_not_to_be_written_again(entries: str, name: str) -> None:
    text = rules(f"- level: Metadata\n  verbs: [create]\n  resources:\n  - {entries}\n{CLOSING}")
    help = only(text, "unknown-resource").help
    assert help in {f'{what}: line 7 has "{name}" already' for what in ("Delete it", "Delete this entry")}


@pytest.mark.parametrize(
    "entries",
    [
        '{group: "", resources: [secrets, tokenrequests]}',
        '{group: "", resources: [serviceaccounts, tokenrequests]}',
        '{group: "", resources: [pods], resourceNames: [a]}\n  - {group: "", resources: [Pod]}',
    ],
)
def test_what_the_same_rule_does_not_name_is_to_be_written(entries: str) -> None:
    text = rules(f"- level: Metadata\n  verbs: [create]\n  resources:\n  - {entries}\n{CLOSING}")
    assert only(text, "unknown-resource").help.startswith("Write ")


def test_one_finding_for_each_value() -> None:
    entries = (GroupResources("", ("pods", "pod", "svc", "podz/execs")), GroupResources("apps", ("deploy",)))
    assert of_entries(*entries) == dict.fromkeys(
        (
            "/resources/0/resources/1",
            "/resources/0/resources/2",
            "/resources/0/resources/3",
            "/resources/1/resources/0",
        ),
        "unknown-resource error",
    )


def test_places() -> None:
    text = rules('- level: None\n  resources:\n  - group: core\n  - group: ""\n    resources: [pods, "pod/exec"]\n')
    lines = [(found.rule, found.span.line, found.span.column) for found in findings(text) if found.rule in NAMES]
    assert lines == [("unknown-group", 6, 12), ("unknown-resource", 8, 23)]


ANY_GROUP = {
    "pods": "",
    "widgets": "",
    "widget": "",
    "pods/execs": "",
    "*/status": "",
    "limits": "",
    "endpoints": "",
    "podsecuritypolicies": "",
    "foo": "",
    "podz": "",
    "Pod": "unknown-resource error",
    "pod": "unknown-resource error",
    "pod/exec": "unknown-resource error",
    "deploy": "unknown-resource error",
    "ns": "unknown-resource error",
}


@pytest.mark.parametrize(("name", "found"), ANY_GROUP.items(), ids=ANY_GROUP.keys())
def test_names_in_any_group(name: str, found: str) -> None:
    assert of_name("*", name) == found


SUBRESOURCES = {
    ("", "pods/execs"): 'Write `"pods/exec"`',
    ("", "pods/logs"): 'Write `"pods/log"`',
    ("", "pods/port-forward"): 'Write `"pods/portforward"`',
    ("", "pods/shell"): 'Write `"pods/attach"`, `"pods/binding"`, ',
    (
        "",
        "configmaps/status",
    ): 'serves no "configmaps/status" in the core group, so this matches nothing. Delete the rule',
    ("apps", "*/scales"): 'Write `"*/scale"`',
    (
        "rbac.authorization.k8s.io",
        "*/stauts",
    ): 'serves no "*/stauts" in group "rbac.authorization.k8s.io", so this matches nothing. Delete the rule',
    ("", "nodes/metrics"): 'Write `"nodes/proxy"`',
    ("", "nodes/log"): "the kubelet's own port",
    ("", "services/finalizers"): "exists in RBAC only",
    ("apps", "*/finalizers"): "exists in RBAC only",
    ("", "endpoints/restricted"): "exists in RBAC only",
}


@pytest.mark.parametrize(("where", "advice"), SUBRESOURCES.items(), ids=map("-".join, SUBRESOURCES))
def test_unknown_subresource(where: tuple[str, str], advice: str) -> None:
    assert of_name(*where) == "unknown-subresource error"
    assert advice in message(*where)


@pytest.mark.parametrize("name", ["*/status", "*/scale"])
def test_wildcards_that_people_write_for_every_group(name: str) -> None:
    assert of_name("rbac.authorization.k8s.io", name) == "unknown-subresource info"
    assert of_name("apps", name) == ""


REMOVED = [
    ("policy", "podsecuritypolicies", 24, 25),
    ("networking.k8s.io", "clustercidrs", 28, 29),
    ("networking.k8s.io", "networkpolicies/status", 27, 28),
    ("resource.k8s.io", "podschedulings", 26, 27),
]
ADDED = [
    ("", "pods/resize", 31, 32),
    ("storage.k8s.io", "csistoragecapacities", 18, 19),
    ("networking.k8s.io", "networkpolicies/status", 23, 24),
    ("admissionregistration.k8s.io", "validatingadmissionpolicies", 25, 26),
    ("admissionregistration.k8s.io", "*/status", 26, 27),
]


@pytest.mark.parametrize(("group", "name", "last", "first"), REMOVED)
def test_removed_resource(group: str, name: str, last: int, first: int) -> None:
    assert of_name(group, name, last) == ""
    assert of_name(group, name, first) == "removed-resource info"
    words = message(group, name, minor=first)
    assert f"ended with 1.{last}, so this matches nothing in 1.{first}" in words


@pytest.mark.parametrize(("group", "name", "last", "first"), ADDED)
def test_resource_of_newer_servers(group: str, name: str, last: int, first: int) -> None:
    assert of_name(group, name, last) == "removed-resource info"
    assert of_name(group, name, first) == ""
    assert f"comes with 1.{first}, so" in message(group, name, minor=last)


def test_removed_group() -> None:
    entry = GroupResources("extensions", ("ingresses", "deployments", "foo"))
    assert of_entries(entry) == {"/resources/0/group": "removed-resource info"}
    words = message("extensions", "ingresses", "deployments")
    assert 'group "extensions" ended with 1.21' in words
    assert '`- {group: "networking.k8s.io", resources: ["ingresses"]}`' in words
    assert '`- {group: "apps", resources: ["deployments"]}`' in words
    assert of_entries(entry, minor=21) == {
        "/resources/0/resources/1": "removed-resource info",
        "/resources/0/resources/2": "unknown-resource error",
    }


def test_one_finding_for_each_removed_group() -> None:
    text = rules(
        "- level: None\n  resources: [{group: extensions, resources: [deployments]}, {group: apps}]\n"
        "- level: Request\n  verbs: [get]\n  resources: [{group: extensions, resources: [ingresses, deployments]}]\n"
        + CLOSING
    )
    found = only(text, "removed-resource")
    assert found.pointer == "/rules/0/resources/0/group"
    assert [(one.span.line, one.message) for one in found.related] == [(8, "named here too")]
    assert found.help == 'Delete this entry: line 5 has "deployments" already'


def test_one_finding_for_each_removed_resource() -> None:
    entry = "[{group: policy, resources: [podsecuritypolicies]}]"
    text = rules(
        f"- level: None\n  verbs: [get]\n  resources: {entry}\n- level: Request\n  resources: {entry}\n{CLOSING}"
    )
    found = only(text, "removed-resource")
    assert found.span.line == 6
    assert [one.span.line for one in found.related] == [8]
    other = text.replace("podsecuritypolicies", "podsecuritypolicies/status", 1)
    assert [one.span.line for one in findings(other, "removed-resource")] == [6, 8]


def test_group_of_newer_servers() -> None:
    assert of_entries(GroupResources("resource.k8s.io"), minor=25) == {"/resources/0/group": "removed-resource info"}
    assert of_entries(GroupResources("resource.k8s.io"), minor=26) == {}


@pytest.mark.parametrize(
    ("group", "name"),
    [
        ("extensions", "deployments/scale"),
        ("extensions", "replicationcontrollers/scale"),
        ("apps", "deployments/rollback"),
        ("admissionregistration.k8s.io", "initializerconfigurations"),
    ],
)
def test_what_older_releases_than_the_oldest_had(group: str, name: str) -> None:
    assert of_name(group, name, OLDEST) == "removed-resource info"
    assert "ended with 1.17" in message(group, name, minor=OLDEST)


@pytest.mark.parametrize(
    "name", ["machineconfig", "machineconfig/status", "MachineConfig", "proxy", "gateway", "box", "wd", "equipment"]
)
def test_singular_resource(name: str) -> None:
    """Nobody knows the plural: none is invented."""
    assert of_name("machineconfiguration.openshift.io", name) == "singular-resource info"
    word = name.partition("/")[0]
    assert message("machineconfiguration.openshift.io", name) == (
        f'"{word}" looks like a singular or a kind, and only the plural, as in URLs, matches requests. '
        "Write the plural, which `kubectl api-resources` prints first, unless this is it"
    )


def test_a_group_whose_plurals_are_the_kinds_in_lower_case() -> None:
    assert of_name("constraints.gatekeeper.sh", "k8spspprivilegedcontainer") == ""
    assert of_name("constraints.gatekeeper.sh", "K8sPSPPrivilegedContainer") == "singular-resource info"


@pytest.mark.parametrize(
    ("group", "name", "meant"),
    [
        ("", "v1/secrets", "secrets"),
        ("", "core/pods", "pods"),
        ("apps", "apps/deployments", "deployments"),
        ("apps", "deployments.apps", "deployments"),
        ("events.k8s.io", "v1/events", "events"),
        ("apps", "v1/deployments", "deployments"),
    ],
)
def test_a_resource_with_its_group_or_version(group: str, name: str, meant: str) -> None:
    assert message(group, name).endswith(f'so this matches nothing. Write `"{meant}"`')


def test_a_resource_with_the_version_of_another_group() -> None:
    told = message("apps", "v1/secrets")
    assert told.startswith('"secrets" is in the core group (""), not in group "apps"')
    assert told.endswith('Write `group: ""` and `resources: ["secrets"]`')


@pytest.mark.parametrize("name", ["widgets", "widgets/scale", "*", "*/status", "metadata", "Widgets", "dns"])
def test_plural_of_a_custom_group(name: str) -> None:
    assert of_name("example.com", name) == ""


@pytest.mark.parametrize("group", ["custom.metrics.k8s.io", "external.metrics.k8s.io"])
def test_names_of_metrics(group: str) -> None:
    assert of_name(group, "queue_length") == ""


def test_plain_names_are_served_with_the_usual_verbs_by_every_release() -> None:
    for minor in MINORS:
        known = catalogue.of_release(minor)
        for one in known.served:
            entry = GroupResources(one.group, (one.name,))
            if rules_of_names._is_well_known(entry):
                assert rules_of_names._USUAL_VERBS.issubset(one.verbs), one
            if rules_of_names._is_well_known_in_namespaces(entry):
                assert one.namespaced, one
        for group in ("", *well_known.OTHERS):
            if rules_of_names._is_well_known(GroupResources(group)):
                assert any(rules_of_names._USUAL_VERBS.issubset(one.verbs) for one in known.in_group(group)), group
        plain = [(group, name) for group, names in well_known.OTHERS.items() for name in names.split()]
        plain += [("", name) for name in (*well_known.CORE, *rules_of_names._ALWAYS_SERVED)]
        assert not [where for where in plain if not known.get(where[0], *where[1].split("/"))]


@pytest.mark.parametrize("minor", MINORS)
def test_everything_is_called_right(minor: int) -> None:
    """What a release serves draws nothing; what only others serve is removed-resource."""
    known = catalogue.of_release(minor)
    for group in sorted(known.built_in_groups):
        every = sorted({one.name for one in known.ever_in_group(group)})
        wild = [f"*/{one.partition('/')[2]}" for one in every if "/" in one] + [f"{one}/*" for one in every]
        names = tuple(dict.fromkeys((*every, *(one for one in wild if one.count("/") == 1))))
        gone = {
            f"/resources/0/resources/{position}": "removed-resource info"
            for position, name in enumerate(names)
            if not _is_served(known, group, name)
        }
        if group not in known.groups:
            gone = {"/resources/0/group": "removed-resource info"}
        assert of_entries(GroupResources(group, names), minor=minor) == gone


def _is_served(known: catalogue.Catalogue, group: str, name: str) -> bool:
    resource, _, subresource = name.partition("/")
    if resource == "*":
        return any(one.subresource == subresource for one in known.in_group(group))
    return known.get(group, resource, "" if subresource == "*" else subresource) is not None


@pytest.mark.parametrize("minor", [OLDEST, 24, NEWEST])
def test_other_names_of_resources(minor: int) -> None:
    """Kind, singular and short names of what a release serves lead to the plural, from its own group and any other."""
    known = catalogue.of_release(minor)
    for one in known.served:
        others = {one.kind, one.singular, *one.short_names} - {"", one.resource}
        for other in others if not one.subresource else ():
            if known.ever(one.group, other) is None:
                assert of_name(one.group, other, minor) == "unknown-resource error", other
                assert f'Write `"{one.resource}"`' in message(one.group, other, minor=minor)
            elsewhere = "node.k8s.io" if one.group != "node.k8s.io" else "batch"
            assert f'"{one.resource}"' in message(elsewhere, other, minor=minor) or other in {"pc", "events", "Event"}


NODES = GroupResources("", ("nodes", "nodes/status"))
NAMESPACES = GroupResources("", ("namespaces",))
SCOPES: list[tuple[tuple[GroupResources, ...], tuple[str, ...], tuple[str, ...], bool]] = [
    ((NODES,), ("prod",), (), True),
    ((NODES, GroupResources("rbac.authorization.k8s.io", ("clusterroles",))), ("prod", "dev"), (), True),
    ((GroupResources("", ("nodes/*",)),), ("prod",), (), True),
    ((GroupResources("apiextensions.k8s.io"),), ("prod",), (), True),
    ((GroupResources("apiextensions.k8s.io", ("*",)),), ("prod",), (), True),
    ((GroupResources("policy", ("podsecuritypolicies",)),), ("prod",), (), True),
    ((NAMESPACES,), ("prod",), ("list", "create"), True),
    ((NODES,), (), (), False),
    ((NODES,), ("",), (), False),
    ((NODES,), ("", "prod"), (), False),
    ((NODES, GroupResources("", ("pods",))), ("prod",), (), False),
    ((GroupResources("", ("nodes", "pods")),), ("prod",), (), False),
    ((NODES, GroupResources("example.com", ("widgets",))), ("prod",), (), False),
    ((GroupResources("", ("nodes", "nodez")),), ("prod",), (), False),
    ((GroupResources(""),), ("prod",), (), False),
    ((GroupResources("*", ("nodes",)),), ("prod",), (), False),
    ((GroupResources("rbac.authorization.k8s.io"),), ("prod",), (), False),
    ((NAMESPACES,), ("prod",), (), False),
    ((NAMESPACES,), ("prod",), ("list", "get"), False),
    ((NAMESPACES,), ("prod",), ("watch",), False),
    ((GroupResources("", ("namespaces/status",)),), ("prod",), ("create",), False),
    ((), ("prod",), (), False),
]


@pytest.mark.parametrize(("entries", "namespaces", "verbs", "is_wrong"), SCOPES)
def test_cluster_scoped_namespace(
    entries: tuple[GroupResources, ...], namespaces: tuple[str, ...], verbs: tuple[str, ...], *, is_wrong: bool
) -> None:
    rule = PolicyRule("Metadata", namespaces=namespaces, verbs=verbs)
    found = of_entries(*entries, rule=rule)
    assert (found.get("/namespaces") == "cluster-scoped-namespace error") == is_wrong


def test_cluster_scoped_namespace_stands_at_the_value() -> None:
    text = rules("- level: None\n  namespaces:\n  - prod\n  resources: [{resources: [nodes]}]\n" + CLOSING)
    found = only(text, "cluster-scoped-namespace")
    assert (found.span.line, found.span.column) == (6, 3)


VERBS: list[tuple[tuple[GroupResources, ...], tuple[str, ...], int, bool]] = [
    ((GroupResources("authentication.k8s.io", ("tokenreviews",)),), ("get", "list"), NEWEST, True),
    ((GroupResources("authentication.k8s.io"),), ("get",), NEWEST, True),
    ((GroupResources("authentication.k8s.io"),), ("get", "create"), NEWEST, False),
    ((GroupResources("", ("pods/log",)),), ("list", "create"), NEWEST, True),
    ((GroupResources("", ("pods/log", "pods/exec")),), ("create",), NEWEST, False),
    ((GroupResources("", ("pods/log",)), GroupResources("", ("pods/exec",))), ("create",), NEWEST, False),
    ((GroupResources("", ("pods/*",)),), ("deletecollection",), NEWEST, False),
    ((GroupResources("", ("*/exec",)),), ("get",), NEWEST, False),
    ((GroupResources("", ("*/exec",)),), ("list",), NEWEST, True),
    ((GroupResources("", ("namespaces",)),), ("deletecollection",), NEWEST, True),
    ((GroupResources("", ("services",)),), ("deletecollection",), 22, True),
    ((GroupResources("", ("services",)),), ("deletecollection",), 23, False),
    ((GroupResources("certificates.k8s.io", ("certificatesigningrequests/approval",)),), ("patch",), 18, True),
    ((GroupResources("certificates.k8s.io", ("certificatesigningrequests/approval",)),), ("patch",), 19, False),
    ((GroupResources("", ("pods/log", "pods/foo")),), ("create",), NEWEST, False),
    ((GroupResources("", ("pods/log",)), GroupResources("example.com", ("widgets",))), ("create",), NEWEST, False),
    ((GroupResources("*", ("pods",)),), ("create",), NEWEST, False),
    ((GroupResources(""),), ("get",), NEWEST, False),
    ((GroupResources("", ("pods/log",)),), (), NEWEST, False),
    ((GroupResources("policy", ("podsecuritypolicies",)),), ("get",), NEWEST, False),
]


@pytest.mark.parametrize(("entries", "verbs", "minor", "is_wrong"), VERBS)
def test_unsupported_verb(
    entries: tuple[GroupResources, ...], verbs: tuple[str, ...], minor: int, *, is_wrong: bool
) -> None:
    found = of_entries(*entries, rule=PolicyRule("Metadata", verbs=verbs), minor=minor)
    assert (found.get("/verbs") == "unsupported-verb info") == is_wrong


def test_unsupported_verb_says_what_is_served() -> None:
    text = rules('- level: None\n  verbs: [get]\n  resources: [{group: "", resources: [pods/binding]}]\n' + CLOSING)
    found = only(text, "unsupported-verb")
    assert (found.span.line, found.span.column) == (5, 10)
    assert 'no get of "pods/binding"' in found.message
    assert found.help == 'Delete the rule, or write `verbs: ["create"]` to silence these'
    for name, help in (
        ("pods/binding", 'Write `verbs: ["create"]`'),
        ("serviceaccounts/token", 'Write `verbs: ["create"]` and `level: Metadata`'),
    ):
        logged = text.replace("level: None", "level: Request").replace("pods/binding", name)
        assert only(logged, "unsupported-verb").help == help


@pytest.mark.parametrize("verb", ["GET", "connect", "proxy", "*"])
def test_unsupported_verb_gives_way_to_what_is_no_verb(verb: str) -> None:
    rule = PolicyRule("Metadata", verbs=(verb,))
    assert not of_entries(GroupResources("", ("pods/exec",)), rule=rule)


@pytest.mark.parametrize("verb", ["lst", "post", "*"])
def test_what_is_no_verb_matches_no_request_not_even_one_that_fails(verb: str) -> None:
    rule = PolicyRule("Metadata", verbs=(verb,))
    for entry in (GroupResources("apps"), GroupResources("apps", ("deployments",))):
        text = as_text(Policy((rule._replace(resources=(entry,)), PolicyRule("Metadata"))))
        told = {note.rule for finding in findings(text) for note in finding.related}
        assert "never-matching-rule" in told
        assert "unsupported-verb" not in told


@pytest.mark.parametrize("minor", [OLDEST, 27, NEWEST])
def test_served_verbs_draw_nothing(minor: int) -> None:
    for one in catalogue.of_release(minor).served:
        for verb in one.verbs:
            rule = PolicyRule("Metadata", verbs=(verb,))
            assert not of_entries(GroupResources(one.group, (one.name,)), rule=rule, minor=minor), one


DEAD_USERS = {
    "system:masters": 'userGroups: ["system:masters"]',
    "system:nodes": 'userGroups: ["system:nodes"]',
    "system:authenticated": "is a group",
    "kubeadm:cluster-admins": "is a group",
    "system:bootstrappers:kubeadm:default-node-token": "is a group",
    "system:serviceaccounts": 'userGroups: ["system:serviceaccounts"]',
    "system:serviceaccounts:ci": 'userGroups: ["system:serviceaccounts:ci"]',
    "system:serviceaccounts:ci:robot": 'Write `"system:serviceaccount:ci:robot"`',
    "system:serviceaccount": 'userGroups: ["system:serviceaccounts"]',
    "system:serviceaccount:": 'Write `"system:serviceaccount:NAMESPACE:NAME"`',
    "system:serviceaccount:ci": 'userGroups: ["system:serviceaccounts:ci"]',
    "system:serviceaccount:ci:": 'Write `"system:serviceaccount:NAMESPACE:NAME"`',
    "system:serviceaccount:ci:a:b": 'Write `"system:serviceaccount:NAMESPACE:NAME"`',
    "system:serviceaccount:Ci:a": 'Write `"system:serviceaccount:NAMESPACE:NAME"`',
    "serviceaccount:ci:robot": 'Write `"system:serviceaccount:ci:robot"`',
    "system:node:": 'userGroups: ["system:nodes"]',
    "system:node": 'only the group "system:nodes"',
    "system:anonymus": 'only the user "system:anonymous"',
    "system:kube_proxy": 'only the user "system:kube-proxy"',
    "System:masters": 'only the group "system:masters"',
}
DEAD_GROUPS = {
    "system:anonymous": 'users: ["system:anonymous"]',
    "system:apiserver": "is a user",
    "system:unsecured": "gone since 1.20",
    "system:node:node-1": "is a user",
    "system:bootstrap:abcdef": "is a user",
    "system:kube-proxy": "unless your own certificates give it",
    "kubernetes-admin": "unless your own certificates give it",
    "system:serviceaccount:ci:robot": 'users: ["system:serviceaccount:ci:robot"]',
    "system:serviceaccounts:ci:robot": 'users: ["system:serviceaccount:ci:robot"]',
    "system:serviceaccount:ci": 'Write `"system:serviceaccounts:ci"`',
    "system:serviceaccount": 'Write `"system:serviceaccounts"`',
    "system:master": 'only the group "system:masters"',
}
LIVING_USERS = (  # noqa: SIM905  (a long list reads best so)
    "system:anonymous system:apiserver system:kube-proxy system:kube-scheduler system:serviceaccount:ci:robot "
    "system:serviceaccount:ci:robot.v1 system:node:node-1.example.com system:bootstrap:abcdef system:admin "
    "system:openshift-master system:cloud-controller-manager system:node-problem-detector kubernetes-admin bob "
    "kube:admin oidc:bob serviceaccounts cluster-admin system:konnectivity-server kubelet-api-client ci:robot"
).split()
LIVING_PEERS = (  # noqa: SIM905  (a long list reads best so)
    "system:nodes system:masters system:authenticated system:unauthenticated system:serviceaccounts "
    "system:serviceaccounts:ci system:bootstrappers system:bootstrappers:kubeadm:default-node-token system:monitoring "
    "kubeadm:cluster-admins system:authenticated:oauth system:admins developers kubelet oidc:devs system:node-proxier"
).split()


def identities(field: str, *names: str, minor: int = NEWEST, level: str = "Metadata") -> list[str]:
    """Return severity, line, message and help of what is found in a list of users or groups."""
    listed = "".join(f'  - "{name}"\n' for name in names)
    text = rules(f"- level: {level}\n  {field}:\n{listed}  verbs: [get]\n{CLOSING}")
    return [
        f"{one.severity.word} {one.span.line} {one.message}. {one.help}"
        for one in findings(text, "dead-identity", minor=minor)
    ]


@pytest.mark.parametrize(
    ("field", "name", "advice"),
    [("users", *pair) for pair in DEAD_USERS.items()] + [("userGroups", *pair) for pair in DEAD_GROUPS.items()],
)
def test_dead_identity(field: str, name: str, advice: str) -> None:
    (found,) = identities(field, "bob", name)
    assert found.startswith("error 7 ")
    assert advice in found
    assert f'"{name}"' in found


@pytest.mark.parametrize(("field", "names"), [("users", LIVING_USERS), ("userGroups", LIVING_PEERS)])
@pytest.mark.parametrize("minor", [OLDEST, NEWEST])
def test_living_identities(field: str, names: list[str], minor: int) -> None:
    assert identities(field, *names, minor=minor) == []


def test_names_that_no_longer_exist() -> None:
    assert identities("users", "system:unsecured", minor=19) == []
    (found,) = identities("users", "system:unsecured", minor=20)
    assert found.startswith("info 6 ")
    assert "gone since 1.20. Delete the rule" in found
    (found,) = identities("users", "kubelet", minor=OLDEST)
    assert found.startswith("info 6 ")


RULE = "- level: %s\n  %s\n  verbs: [get, list]\n"
MOVES = {
    ("users: [system:nodes]", ""): 'Write `userGroups: ["system:nodes"]` instead of `users`',
    ("users: [kubelet]", ""): 'Write `userGroups: ["system:nodes"]` instead of `users`',
    ("users: [kubelet, 'system:unsecured']", ""): 'Write `userGroups: ["system:nodes"]` instead of `users`',
    ("users: [system:nodes, system:serviceaccounts:ci]", ""): (
        'Write `userGroups: ["system:nodes", "system:serviceaccounts:ci"]` instead of `users`'
    ),
    ("users: [kubelet, bob]", ""): (
        'Move it to a second rule of the same level with `userGroups: ["system:nodes"]`; '
        "in this rule both lists would have to match"
    ),
    ("userGroups: [system:anonymous, devs]", ""): (
        'Move it to a second rule of the same level with `users: ["system:anonymous"]`; '
        "in this rule both lists would have to match"
    ),
    ("users: [system:nodes]\n  userGroups: [devs]", ""): (
        'Write `userGroups: ["devs", "system:nodes"]` instead of `users`'
    ),
    ("users: [system:nodes]\n  userGroups: [devs, system:nodes]", ""): (
        'Delete `users`: `userGroups` has "system:nodes" already'
    ),
    ("users: [kubelet, bob]", "userGroups: [system:nodes]"): (
        'Delete it: the rule in line 8 does the same for group "system:nodes"'
    ),
    ("users: [kubelet]", "userGroups: [devs, system:nodes]"): (
        'Delete the rule: the rule in line 8 does the same for group "system:nodes"'
    ),
    ("userGroups: [system:apiserver]", "users: [system:apiserver]"): (
        'Delete the rule: the rule in line 8 does the same for user "system:apiserver"'
    ),
    ("users: [kubelet, bob]", "userGroups: [system:nodes]\n  namespaces: [a]"): "Move it to a second rule",
    ("users: [kubelet, bob]", "userGroups: [system:nodes]\n  users: [bob]"): "Move it to a second rule",
    ("users: [bob, serviceaccount:ci:robot]", ""): 'Write `"system:serviceaccount:ci:robot"`',
    ("users: [system:masters]", "level"): 'Write `userGroups: ["system:masters"]` instead of `users`',
    ("users: [system:node]", ""): 'Write `userGroups: ["system:nodes"]` instead of `users`',
}
"""What to do with the first name, by the identities of its rule and those of a rule below that is alike."""


@pytest.mark.parametrize(("rule_texts", "advice"), MOVES.items(), ids=map(str, range(len(MOVES))))
def test_where_a_name_among_the_wrong_ones_belongs(rule_texts: tuple[str, str], advice: str) -> None:
    one, other = rule_texts
    alike = RULE % ("Metadata", other) if other not in {"", "level"} else ""
    if other == "level":
        alike = RULE % ("Request", "userGroups: [system:masters]")
    start = rules(RULE % ("Metadata", one))
    found = findings(start + alike + CLOSING, "dead-identity")
    line = start.count("\n") + 1
    assert advice.replace("line 8", f"line {line}") in found[0].help


SILENCED = {
    "users: [system:nodes]": (
        'Delete the rule, or write `userGroups: ["system:nodes"]` instead of `users` to silence that group'
    ),
    "users: [system:nodes, bob]": (
        'Delete it, or move it to a second rule of the same level with `userGroups: ["system:nodes"]` '
        "to silence that group"
    ),
    "users: [system:authenticated]": (
        "Delete the rule: among `userGroups` it would silence everybody who is logged in"
    ),
    "users: [bob, system:unauthenticated]": (
        "Delete it: among `userGroups` it would silence everybody who is not logged in"
    ),
    "users: [system:master]": "Delete the rule: among `userGroups` it would silence every administrator",
    "userGroups: [system:master]": 'Delete the rule: "system:masters" would silence every administrator',
    "userGroups: [system:serviceaccount:ci]": 'Write `"system:serviceaccounts:ci"`',
}


@pytest.mark.parametrize(("names", "advice"), SILENCED.items(), ids=SILENCED.keys())
def test_nobody_is_advised_to_silence_more_than_the_policy_does(names: str, advice: str) -> None:
    assert only(rules(RULE % ("None", names) + CLOSING), "dead-identity").help == advice


@pytest.mark.parametrize("name", ["", "system:nodes*", "system:serviceaccount:*", "system:serviceaccount:${NS}"])
def test_dead_identity_gives_way(name: str) -> None:
    assert identities("users", name) == []


WIDGETS = Resource(
    "example.com", "widgets", namespaced=False, kind="Widget", short_names=("wd",), verbs=("get", "list")
)
LONG = Resource("example.com", "machineconfig")


def with_cluster(cluster: Cluster, text: str) -> list[str]:
    source = Source("audit-policy.yaml", named=True, data=text.encode())
    report = lint.check([source], Settings(minor=NEWEST, cluster=cluster))
    return [
        f"{one.rule} {one.message}. {one.help}" for one in report.findings if one.category == rules_of_names.rule.name
    ]


def entry_text(group: str, name: str, more: str = "") -> str:
    return rules(f'- level: None\n{more}  resources: [{{group: "{group}", resources: ["{name}"]}}]\n{CLOSING}')


def test_custom_resources_are_known() -> None:
    cluster = Cluster(custom=(WIDGETS, LONG))
    assert with_cluster(cluster, entry_text("example.com", "machineconfig")) == []
    assert with_cluster(cluster, entry_text("example.com", "machineconfig/anything")) == []
    (found,) = with_cluster(cluster, entry_text("example.com", "widgets/anything"))
    assert found.startswith("unknown-subresource")
    (found,) = with_cluster(cluster, entry_text("example.com", "wd"))
    assert found.startswith("singular-resource")
    assert 'Write `"widgets"`' in found
    (found,) = with_cluster(cluster, entry_text("", "widgets"))
    assert 'group: "example.com"' in found
    (found,) = with_cluster(cluster, entry_text("example.com", "widgets", "  namespaces: [prod]\n"))
    assert found.startswith("cluster-scoped-namespace")
    (found,) = with_cluster(cluster, entry_text("example.com", "widgets", "  verbs: [delete]\n"))
    assert found.startswith("unsupported-verb")
    assert with_cluster(cluster, entry_text("example.com", "machineconfig", "  verbs: [delete]\n")) == []


DEFINED = (WIDGETS, WIDGETS._replace(subresource="status"), Resource("example.com", "tcproutes"))
MISSPELT = {
    "widgetz": 'unknown-resource no definition is known of "widgetz" in group "example.com"',
    "widgetss": 'Write `"widgets"`',
    "wigdets/status": 'Write `"widgets/status"`',
    "Widgets": 'Write `"widgets"`',
    "widget": "singular-resource",
    "tlsroutes": "",
    "gadgets": "",
    "widgets/status": "",
    "widgets/*": "",
    "*/status": "",
    "*/anything": "",
    "widgets/statsu": 'unknown-subresource the definition of "widgets.example.com" has no subresource "statsu"',
    "widgets/scale": "unknown-subresource",
    "tcproutes/scale": "",
}
"""What is found in a group of which some resources are known, others may be there too: "" for nothing."""


@pytest.mark.parametrize(("name", "words"), MISSPELT.items(), ids=MISSPELT.keys())
def test_names_in_a_group_of_which_some_resources_are_known(name: str, words: str) -> None:
    found = with_cluster(Cluster(custom=DEFINED), entry_text("example.com", name))
    assert len(found) == bool(words)
    assert words in "".join(found)


def test_a_subresource_in_the_configuration_is_below_its_resource() -> None:
    cluster = Cluster(custom=(Resource("example.com", "widgetdata", "scale"), Resource("apps", "deployments", "foo")))
    for name in ("widgetdata", "widgetdata/scale", "widgetdata/status"):
        assert with_cluster(cluster, entry_text("example.com", name)) == []
    (found,) = with_cluster(cluster, entry_text("example.com", "widgetdat"))
    assert found.startswith("unknown-resource")
    (found,) = with_cluster(cluster, entry_text("example.com", "widgetdata/scael"))
    assert 'Write `"widgetdata/scale"`' in found
    assert [one.is_custom for one in cluster.catalogue(NEWEST).served if one.name == "deployments"] == [False]


def test_custom_groups_are_known() -> None:
    app = Resource("app", "widgets")
    assert with_cluster(Cluster(custom=(app,)), entry_text("app", "widgets")) == []
    assert with_cluster(Cluster(), entry_text("app", "widgets")) != []
    volume = Resource("storage.k8s.io", "volumes")
    assert with_cluster(Cluster(custom=(volume,)), entry_text("storage.k8s.io", "volumes")) == []
    assert with_cluster(Cluster(custom=(volume,)), entry_text("storage.k8s.io", "*/anything")) == []
    assert with_cluster(Cluster(custom=(Resource("extensions", "foos"),)), entry_text("extensions", "foos")) == []


def test_an_aggregated_server_is_not_judged() -> None:
    text = entry_text("core", "pod", "  users: [system:nodes]\n  namespaces: [prod]\n  verbs: [delete]\n")
    assert with_cluster(Cluster(aggregated=True), text) == []
    assert with_cluster(Cluster(), text) != []


def test_refused_policies_are_not_judged() -> None:
    text = entry_text("core", "pod")
    assert findings(text.replace("level: None", "level: none"), "unknown-group") == []
    assert findings(text.replace("audit.k8s.io/v1", "audit.k8s.io/v9"), "unknown-group") != []


def test_a_snippet_is_judged() -> None:
    text = "- level: None\n  resources: [{group: core, resources: [pods]}]\n- level: Metadata\n"
    (found,) = findings(text, "unknown-group")
    assert found.pointer == "/0/resources/0/group"


@pytest.mark.parametrize("infix", ["sigs", "x", "a.b", "gateway"])
@pytest.mark.parametrize("minor", [24, NEWEST])
def test_a_group_below_a_domain_of_kubernetes_may_be_somebodys(infix: str, minor: int) -> None:
    """Projects of the community define resources called like built-in ones: podgroups in scheduling.sigs.k8s.io."""
    known: dict[str, list[str]] = {"scheduling": ["podgroups"]}
    for one in Cluster().catalogue(minor).served:
        known.setdefault(one.group.partition(".")[0] or "core", []).append(one.name)
    for head, names in known.items():
        for domain in ("k8s.io", "kubernetes.io"):
            assert not of_entries(GroupResources(f"{head}.{infix}.{domain}", tuple(names)), minor=minor), head
