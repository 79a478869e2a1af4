"""A policy and the manifest that names it are found to belong together."""

from __future__ import annotations

from auditlint.carriers.recognise import link
from auditlint.subjects.model import ApiServer, PolicySubject
from tests.carriers.recognition import POLICY, found, pod

FLAGS = "command: [kube-apiserver, --audit-policy-file=/etc/kubernetes/audit/policy.yaml]\n"
MOUNT = "volumeMounts: [{name: audit, mountPath: /etc/kubernetes/audit}]"
VOLUME = "volumes: [{name: audit, hostPath: {path: /srv/audit}}]"


def run(**files: str) -> dict[str, ApiServer | PolicySubject]:
    """Return the linked subjects by path; in names `__` stands for `/`, `_y` for `.yaml`."""
    given = [
        subject
        for name, text in files.items()
        for subject in found(text, name.replace("__", "/").replace("_y", ".yaml")).subjects
    ]
    linked = link(given)
    assert [type(subject) for subject in linked] == [type(subject) for subject in given]
    return {subject.path: subject for subject in linked if isinstance(subject, ApiServer | PolicySubject)}


def policy(result: dict[str, ApiServer | PolicySubject], path: str) -> PolicySubject:
    subject = result[path]
    assert isinstance(subject, PolicySubject)
    return subject


def server(result: dict[str, ApiServer | PolicySubject], path: str) -> ApiServer:
    subject = result[path]
    assert isinstance(subject, ApiServer)
    return subject


def test_by_base_name() -> None:
    result = run(manifest_y=pod(FLAGS), policy_y=POLICY)
    assert server(result, "manifest.yaml").policies == (policy(result, "policy.yaml"),)
    judged = policy(result, "policy.yaml").server
    assert judged is not None
    assert judged.path == "manifest.yaml"


def test_the_name_on_the_host_counts() -> None:
    spec = VOLUME.replace("/srv/audit", "/srv/audit.yaml")
    mount = MOUNT.replace("/etc/kubernetes/audit", "/etc/kubernetes/audit/policy.yaml")
    result = run(manifest_y=pod(FLAGS + mount, spec=spec), policy_y=POLICY, audit_y=POLICY)
    assert server(result, "manifest.yaml").policies == (policy(result, "audit.yaml"),)


def test_a_sub_path_counts() -> None:
    mount = "volumeMounts: [{name: audit, mountPath: /etc/kubernetes/audit/policy.yaml, subPath: strict.yaml}]"
    result = run(manifest_y=pod(FLAGS + mount, spec=VOLUME), policy_y=POLICY, strict_y=POLICY)
    assert server(result, "manifest.yaml").policies == (policy(result, "strict.yaml"),)


def test_the_longest_tail_wins() -> None:
    result = run(manifest_y=pod(FLAGS + MOUNT, spec=VOLUME), audit__policy_y=POLICY, other__policy_y=POLICY)
    assert server(result, "manifest.yaml").policies == (policy(result, "audit/policy.yaml"),)
    assert policy(result, "other/policy.yaml").server is None


def test_of_equals_the_nearest_wins() -> None:
    result = run(a__manifest_y=pod(FLAGS), a__policy_y=POLICY, b__manifest_y=pod(FLAGS), b__policy_y=POLICY)
    assert server(result, "a/manifest.yaml").policies == (policy(result, "a/policy.yaml"),)
    assert server(result, "b/manifest.yaml").policies == (policy(result, "b/policy.yaml"),)


def test_of_equally_near_ones_none_does() -> None:
    result = run(manifest_y=pod(FLAGS), a__policy_y=POLICY, b__policy_y=POLICY)
    assert server(result, "manifest.yaml").policies == ()


def test_the_policy_takes_the_release_of_its_server() -> None:
    beta = POLICY.replace("/v1", "/v1beta1")
    image = "kube-apiserver:v1.21.0"
    result = run(manifest_y=pod(FLAGS, image=image), policy_y=beta)
    judged = policy(result, "policy.yaml")
    assert (judged.minor, judged.loaded.refused) == (21, False)
    assert server(result, "manifest.yaml").policies == (judged,)


def test_a_policy_under_another_name() -> None:
    result = run(d__manifest_y=pod(FLAGS), d__audit_y=POLICY, e__other_y=POLICY)
    judged = server(result, "d/manifest.yaml")
    assert judged.policies == ()
    assert judged.other_policies == (policy(result, "d/audit.yaml"),)


def test_a_policy_that_another_server_names_is_not_meant() -> None:
    second = pod(FLAGS.replace("policy.yaml", "nothing.yaml"))
    result = run(manifest_y=pod(FLAGS), second_y=second, policy_y=POLICY)
    assert server(result, "second.yaml").other_policies == ()


def test_snippets_and_later_documents_are_not_served() -> None:
    result = run(manifest_y=pod(FLAGS), policy_y="- level: None\n")
    assert server(result, "manifest.yaml").policies == ()
    assert server(result, "manifest.yaml").other_policies == ()
    bundle = run(manifest_y=pod(FLAGS), policy_y="kind: Service\n---\n" + POLICY)
    assert server(bundle, "manifest.yaml").policies == ()


def test_without_a_flag_nothing_is_linked() -> None:
    result = run(manifest_y=pod("command: [kube-apiserver]"), policy_y=POLICY)
    assert server(result, "manifest.yaml").other_policies == ()
    assert policy(result, "policy.yaml").server is None
