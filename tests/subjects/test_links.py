"""A policy and the manifest that names it are found to belong together."""

from __future__ import annotations

from auditlint.carriers.recognise import link
from auditlint.subjects.model import ApiServer, PolicySubject, UnreadText
from tests.carriers.recognition import POLICY, found, pod

FLAGS = "command: [kube-apiserver, --audit-policy-file=/etc/kubernetes/audit/policy.yaml]\n"
MOUNT = "volumeMounts: [{name: audit, mountPath: /etc/kubernetes/audit}]"
VOLUME = "volumes: [{name: audit, hostPath: {path: /srv/audit}}]"


class Run:
    """What belongs together in a run, by the paths of its files."""

    def __init__(self, **files: str) -> None:
        """Link the subjects; in names `__` stands for `/`, `_y` for `.yaml`."""
        given = [
            subject
            for name, text in files.items()
            for subject in found(text, name.replace("__", "/").replace("_y", ".yaml")).subjects
        ]
        self.links = link(given)
        assert [type(subject) for subject in self.links.subjects] == [type(subject) for subject in given]
        self.by_path = {subject.path: subject for subject in self.links.subjects}

    def policy(self, path: str) -> PolicySubject:
        """Return a policy as its server has it."""
        subject = self.by_path[path]
        assert isinstance(subject, PolicySubject)
        return subject

    def server(self, path: str) -> ApiServer:
        """Return the server of a manifest."""
        subject = self.by_path[path]
        assert isinstance(subject, ApiServer)
        return subject

    def policy_of(self, path: str) -> PolicySubject | None:
        """Return the policy of a manifest's server."""
        return self.links.policy_of.get(self.server(path))

    def near(self, path: str) -> tuple[PolicySubject | UnreadText, ...]:
        """Return the policies beside a manifest that may be meant."""
        return self.links.near.get(self.server(path), ())

    def servers_of(self, path: str) -> tuple[ApiServer, ...]:
        """Return the servers that name a policy."""
        return self.links.servers_of.get(self.policy(path), ())


def test_by_base_name() -> None:
    result = Run(manifest_y=pod(FLAGS), policy_y=POLICY)
    assert result.policy_of("manifest.yaml") is result.policy("policy.yaml")
    assert result.servers_of("policy.yaml") == (result.server("manifest.yaml"),)


def test_the_name_on_the_host_counts() -> None:
    spec = VOLUME.replace("/srv/audit", "/srv/audit.yaml")
    mount = MOUNT.replace("/etc/kubernetes/audit", "/etc/kubernetes/audit/policy.yaml")
    result = Run(manifest_y=pod(FLAGS + mount, spec=spec), policy_y=POLICY, audit_y=POLICY)
    assert result.policy_of("manifest.yaml") is result.policy("audit.yaml")


def test_a_sub_path_counts() -> None:
    mount = "volumeMounts: [{name: audit, mountPath: /etc/kubernetes/audit/policy.yaml, subPath: strict.yaml}]"
    result = Run(manifest_y=pod(FLAGS + mount, spec=VOLUME), policy_y=POLICY, strict_y=POLICY)
    assert result.policy_of("manifest.yaml") is result.policy("strict.yaml")


def test_the_longest_tail_wins() -> None:
    result = Run(manifest_y=pod(FLAGS + MOUNT, spec=VOLUME), audit__policy_y=POLICY, other__policy_y=POLICY)
    assert result.policy_of("manifest.yaml") is result.policy("audit/policy.yaml")
    assert result.servers_of("other/policy.yaml") == ()


def test_of_equals_the_nearest_wins() -> None:
    result = Run(a__manifest_y=pod(FLAGS), a__policy_y=POLICY, b__manifest_y=pod(FLAGS), b__policy_y=POLICY)
    assert result.policy_of("a/manifest.yaml") is result.policy("a/policy.yaml")
    assert result.policy_of("b/manifest.yaml") is result.policy("b/policy.yaml")


def test_of_equally_near_ones_none_does() -> None:
    result = Run(manifest_y=pod(FLAGS), a__policy_y=POLICY, b__policy_y=POLICY)
    assert result.policy_of("manifest.yaml") is None


def test_the_policy_takes_the_release_of_its_server() -> None:
    beta = POLICY.replace("/v1", "/v1beta1")
    image = "kube-apiserver:v1.21.0"
    result = Run(manifest_y=pod(FLAGS, image=image), policy_y=beta)
    judged = result.policy("policy.yaml")
    assert (judged.minor, judged.kubernetes_from, judged.loaded.refused) == (21, "server", False)
    assert result.server("manifest.yaml").kubernetes_from == "file"
    assert result.policy_of("manifest.yaml") is judged


def test_each_server_has_the_policy_as_its_release_does() -> None:
    beta = POLICY.replace("/v1", "/v1beta1")
    old, new = pod(FLAGS, image="kube-apiserver:v1.21.0"), pod(FLAGS, image="kube-apiserver:v1.30.0")
    result = Run(old_y=old, new_y=new, policy_y=beta)
    first, second = result.policy_of("old.yaml"), result.policy_of("new.yaml")
    assert first is not None
    assert second is not None
    assert first is result.policy("policy.yaml")
    assert (first.minor, second.minor, second.loaded.refused) == (21, 30, True)
    assert result.links.refused_by(result.server("old.yaml")) == ("files",)
    assert result.links.refused_by(result.server("new.yaml")) == ("policy", "files")
    assert result.servers_of("policy.yaml") == (result.server("old.yaml"), result.server("new.yaml"))


def test_linking_again_works_nothing_out_again() -> None:
    given = [*found(pod(FLAGS, image="kube-apiserver:v1.29.0"), "manifest.yaml").subjects]
    given += found(POLICY, "policy.yaml").subjects
    first, again = link(given), link(given)
    assert all(one is other for one, other in zip(first.subjects, again.subjects, strict=True))
    assert given[1] is not first.subjects[1]


def test_a_release_that_is_only_assumed_stays_so() -> None:
    result = Run(manifest_y=pod(FLAGS, image="kube-apiserver:latest"), policy_y=POLICY)
    assert result.server("manifest.yaml").kubernetes_from == "default"
    assert result.policy("policy.yaml").kubernetes_from == "default"


def test_a_policy_under_another_name() -> None:
    result = Run(d__manifest_y=pod(FLAGS), d__audit_y=POLICY, e__other_y=POLICY)
    assert result.policy_of("d/manifest.yaml") is None
    assert result.near("d/manifest.yaml") == (result.policy("d/audit.yaml"),)


def test_a_policy_that_another_server_names_is_not_meant() -> None:
    second = pod(FLAGS.replace("policy.yaml", "nothing.yaml"))
    result = Run(manifest_y=pod(FLAGS), second_y=second, policy_y=POLICY)
    assert result.near("second.yaml") == ()


def test_snippets_and_later_documents_are_not_served() -> None:
    result = Run(manifest_y=pod(FLAGS), policy_y="- level: None\n")
    assert result.policy_of("manifest.yaml") is None
    assert result.near("manifest.yaml") == ()
    bundle = Run(manifest_y=pod(FLAGS), policy_y="kind: Service\n---\n" + POLICY)
    assert bundle.policy_of("manifest.yaml") is None


def test_without_a_flag_nothing_is_linked() -> None:
    result = Run(manifest_y=pod("command: [kube-apiserver]"), policy_y=POLICY)
    assert result.near("manifest.yaml") == ()
    assert result.servers_of("policy.yaml") == ()


BROKEN = POLICY.replace("kind: Policy", "kind Policy")


def test_a_policy_is_that_of_the_manifests_nearest_to_it() -> None:
    result = Run(a__m__apiserver_y=pod(FLAGS), a__p__policy_y=POLICY, b__m__apiserver_y=pod(FLAGS), c__x_y=pod(FLAGS))
    assert result.policy_of("a/m/apiserver.yaml") is result.policy("a/p/policy.yaml")
    assert result.policy_of("b/m/apiserver.yaml") is None
    assert result.servers_of("a/p/policy.yaml") == (result.server("a/m/apiserver.yaml"),)


def test_a_foreign_policy_of_a_better_name_is_not_meant() -> None:
    result = Run(a__apiserver_y=pod(FLAGS), a__policy_y=POLICY, b__apiserver_y=pod(FLAGS), b__audit__policy_y=POLICY)
    assert result.policy_of("a/apiserver.yaml") is result.policy("a/policy.yaml")
    assert result.policy_of("b/apiserver.yaml") is result.policy("b/audit/policy.yaml")


def test_a_policy_above_is_that_of_all_below() -> None:
    result = Run(audit__policy_y=POLICY, a__apiserver_y=pod(FLAGS), b__apiserver_y=pod(FLAGS))
    assert len(result.servers_of("audit/policy.yaml")) == 2


def test_a_whole_way_comes_before_a_nearer_file() -> None:
    result = Run(m__apiserver_y=pod(FLAGS), m__policy_y=POLICY, etc__kubernetes__audit__policy_y=POLICY)
    assert result.policy_of("m/apiserver.yaml") is result.policy("etc/kubernetes/audit/policy.yaml")


def test_a_broken_policy_in_two_copies_is_that_of_each_manifest() -> None:
    result = Run(a__apiserver_y=pod(FLAGS), a__policy_y=BROKEN, b__apiserver_y=pod(FLAGS), b__policy_y=BROKEN)
    for folder in "ab":
        unread = result.links.unread_of[result.server(f"{folder}/apiserver.yaml")]
        assert unread is result.by_path[f"{folder}/policy.yaml"]


FILES = "write_files:\n- path: /etc/kubernetes/audit/policy.yaml\n  content: |\n"


def indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def test_of_what_one_file_writes_to_one_path_the_last_counts() -> None:
    first, last = POLICY.replace("Metadata", "None"), POLICY.replace("Metadata", "Request")
    written = FILES + indented(first) + FILES.removeprefix("write_files:\n") + indented(last)
    result = Run(apiserver_y=pod(FLAGS), user_data=written)
    found = result.policy_of("apiserver.yaml")
    assert found is not None
    assert [rule.level for rule in found.loaded.policy.rules] == ["Request"] if found.loaded.policy else False


def test_a_path_that_two_files_provide_is_that_of_neither() -> None:
    result = Run(apiserver_y=pod(FLAGS), one=FILES + indented(POLICY), two=FILES + indented(POLICY))
    assert result.policy_of("apiserver.yaml") is None


def test_a_broken_text_is_the_file_that_it_becomes() -> None:
    result = Run(apiserver_y=pod(FLAGS), user_data=FILES + indented(BROKEN))
    assert result.links.unread_of[result.server("apiserver.yaml")] is result.by_path["user_data"]
    fence = Run(README_y=pod(FLAGS.replace("policy.yaml", "user_data")), user_data=f"text\n```\n{BROKEN}```\n")
    assert not fence.links.unread_of
