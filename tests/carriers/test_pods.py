"""Pods, what makes Pods, and parts of Pods; and the files of static Pods."""

from __future__ import annotations

import json

import pytest

from auditlint.kubernetes.mounts import Part
from auditlint.kubernetes.releases import NEWEST, NEWEST_KNOWN
from auditlint.lint.summaries import of_subject
from auditlint.report.model import SubjectSummary
from auditlint.subjects.model import ApiServer, ManifestFile
from tests.carriers.recognition import POLICY, found, only, pod, subjects, texts

RUN = "command: [kube-apiserver, --audit-log-path=/a]"
CONTAINER = "{image: 'x/kube-apiserver:v1.30.0', command: [kube-apiserver, --audit-log-path=/a]}"


@pytest.mark.parametrize(
    ("document", "carrier", "base"),
    [
        (f"kind: Pod\nspec: {{containers: [{CONTAINER}]}}", "static-pod", "/spec/containers/0"),
        (f"kind: Pod\nspec: {{initContainers: [{CONTAINER}]}}", "static-pod", "/spec/initContainers/0"),
        (
            f"kind: Deployment\nspec: {{template: {{spec: {{containers: [{{}}, {CONTAINER}]}}}}}}",
            "workload",
            "/spec/template/spec/containers/1",
        ),
        (
            f"kind: CronJob\nspec: {{jobTemplate: {{spec: {{template: {{spec: {{containers: [{CONTAINER}]}}}}}}}}}}",
            "workload",
            "/spec/jobTemplate/spec/template/spec/containers/0",
        ),
        (
            f"kind: PodTemplate\ntemplate: {{spec: {{containers: [{CONTAINER}]}}}}",
            "workload",
            "/template/spec/containers/0",
        ),
        (f"kind: Pod\ncontainers: [{CONTAINER}]", "fragment", "/containers/0"),
        (f"spec: {{containers: [{CONTAINER}]}}", "fragment", "/spec/containers/0"),
        (f"containers: [{CONTAINER}]", "fragment", "/containers/0"),
        (f"- {CONTAINER}", "fragment", "/0"),
        (f"# {{}}\n{CONTAINER}", "fragment", ""),
        ("kind: Pod\nspec: {containers: [{command: [kube-apiserver]}]}", "fragment", "/spec/containers/0"),
        ("kind: Pod\nspec: {containers: [{name: kube-apiserver, volumeMounts: []}]}", "fragment", "/spec/containers/0"),
        ("command: [kube-apiserver]", "fragment", ""),
        ("args:\n- --audit-log-path=/a", "fragment", ""),
        ("volumeMounts: [{name: audit, mountPath: /a}]", "fragment", ""),
        ("volumes: [{name: x, hostPath: {path: /etc/audit}}]", "fragment", ""),
    ],
)
def test_where_containers_stand(document: str, carrier: str, base: str) -> None:
    server = only(ApiServer, document)
    assert (server.carrier, server.places.pointer(server.base)) == (carrier, base)


@pytest.mark.parametrize(
    "document",
    [
        "volumeMounts: [{name: data, mountPath: /a}]\n# audit",
        "kind: Pod\nspec: {containers: [{name: audit, command: [x]}]}",
        "kind: Foo\ncommand: [kube-apiserver]",
        "args: [--audience=x]  # audit",
    ],
)
def test_documents_about_something_else(document: str) -> None:
    assert subjects(document) == ()


def test_a_fragment_as_a_pod_is_a_static_pod() -> None:
    server = only(ApiServer, "spec: {containers: [{command: [kube-apiserver]}]}", as_kind="pod")
    assert server.carrier == "static-pod"


def test_something_else_as_a_pod_is_nothing() -> None:
    assert subjects(POLICY, as_kind="pod") == ()


def test_json() -> None:
    container = {"image": "kube-apiserver:v1.31.0", "command": ["kube-apiserver", "--audit-log-path=/a"]}
    text = json.dumps({"kind": "Pod", "spec": {"containers": [{}, container]}}, indent=1)
    server = only(ApiServer, text)
    assert (server.base, server.minor, texts(server)) == (("spec", "containers", 1), 31, ["--audit-log-path=/a"])


def test_several_containers_and_documents() -> None:
    deployment = f"kind: Deployment\nspec: {{template: {{spec: {{containers: [{CONTAINER}, {{}}, {CONTAINER}]}}}}}}\n"
    servers = subjects("kind: Service\n---\n" + deployment)
    assert [(server.document, server.base) for server in servers if isinstance(server, ApiServer)] == [
        (1, ("spec", "template", "spec", "containers", 0)),
        (1, ("spec", "template", "spec", "containers", 2)),
    ]


def test_what_surrounds_the_arguments() -> None:
    container = f"""{RUN}
securityContext: {{readOnlyRootFilesystem: true}}
volumeMounts:
- {{name: audit, mountPath: /a, readOnly: true, subPath: b}}"""
    spec = """hostNetwork: true
securityContext: {runAsUser: 65532}
volumes:
- {name: audit, hostPath: {path: /c, type: File}}
- name: tmp
- {name: all, projected: {sources: [{secret: {}}, {configMap: {}}]}}"""
    server = only(ApiServer, pod(container, spec=spec))
    assert (server.read_only_root, server.run_as_user, server.host_network) == (True, 65532, True)
    (mount,) = server.mounts
    assert (mount.name, mount.mount_path, mount.read_only, mount.sub_path) == ("audit", "/a", True, "b")
    assert [(volume.name, volume.kind, volume.host_path, volume.host_path_type) for volume in server.volumes] == [
        ("audit", "hostPath", "/c", "File"),
        ("tmp", "emptyDir", "", ""),
        ("all", "projected", "", ""),
    ]
    assert server.volumes[2].projected == ("secret", "configMap")
    assert server.mount_path(mount, Part.SUB_PATH) == ("spec", "containers", 0, "volumeMounts", 0, "subPath")
    assert server.volume_path(server.volumes[0], Part.HOST_PATH_TYPE) == ("spec", "volumes", 0, "hostPath", "type")
    assert server.volume_path(server.volumes[2], Part.SOURCE, "projected") == ("spec", "volumes", 2, "projected")


def test_the_container_decides_on_its_user() -> None:
    container = f"{RUN}\nsecurityContext: {{runAsUser: 0}}"
    assert only(ApiServer, pod(container, spec="securityContext: {runAsUser: 1}")).run_as_user == 0


def test_mounts_of_other_containers() -> None:
    document = f"kind: Pod\nspec: {{containers: [{CONTAINER}, {{volumeMounts: [{{name: a, mountPath: /b}}]}}]}}"
    server = only(ApiServer, document)
    assert [mount.mount_path for mount in server.other_mounts] == ["/b"]


def test_templates_among_mounts_make_all_of_them_unknown() -> None:
    container = f"{RUN}\nvolumeMounts: [{{name: a, mountPath: /b}}, {{name: c, mountPath: '{{{{ .dir }}}}'}}]"
    server = only(ApiServer, pod(container))
    assert server.mounts == ()
    assert server.opaque


@pytest.mark.parametrize(
    ("image", "minor", "notices"),
    [
        ("k8s.gcr.io/kube-apiserver:v1.19.3", 19, 0),
        ("localhost:5000/kube-apiserver:v1.30.0-rc.1@sha256:00", 30, 0),
        ("localhost:5000/kube-apiserver", NEWEST, 0),
        ("kube-apiserver@sha256:00", NEWEST, 0),
        ("kube-apiserver:latest", NEWEST, 0),
        ("kube-apiserver:v1.13.2", 18, 1),
        ("kube-apiserver:v1.99.0", NEWEST_KNOWN, 1),
    ],
)
def test_the_image_tells_the_release(image: str, minor: int, notices: int) -> None:
    result = found(pod(RUN, image=image))
    assert [server.minor for server in result.subjects if isinstance(server, ApiServer)] == [minor]
    assert len(result.notices) == notices


def test_a_given_release_wins() -> None:
    result = found(pod(RUN, image="kube-apiserver:v1.13.2"), minor=22)
    assert [server.minor for server in result.subjects if isinstance(server, ApiServer)] == [22]
    assert result.notices == ()


def manifest(text: str) -> ManifestFile | None:
    return next((subject for subject in subjects(text) if isinstance(subject, ManifestFile)), None)


def test_later_documents_of_a_static_pod() -> None:
    file = manifest(pod(RUN) + "---\n# nothing\n---\nkind: Service\nspec: 1\n---\n" + POLICY)
    assert file is not None
    assert [(document, span.start) for document, span in file.ignored] == [(2, (12, 1)), (3, (15, 1))]
    assert not file.is_list


def test_a_static_pod_behind_another_document() -> None:
    file = manifest("kind: Service\n---\n" + pod(RUN))
    assert file is not None
    assert [document for document, _ in file.ignored] == [1]


def test_a_static_pod_in_a_list() -> None:
    item = pod(RUN).replace("\n", "\n  ")
    result = subjects(f"apiVersion: v1\nkind: List\nitems:\n- {item}")
    server, file = result
    assert isinstance(server, ApiServer)
    assert isinstance(file, ManifestFile)
    assert (server.base, server.carrier) == (("items", 0, "spec", "containers", 0), "static-pod")
    assert file.is_list


@pytest.mark.parametrize("text", [pod(RUN), pod(RUN) + "---\n", "---\n" + pod(RUN), POLICY + "---\n" + pod(RUN)])
def test_files_as_they_should_be(text: str) -> None:
    assert manifest(text) is None


def test_an_aliased_container_is_judged_once() -> None:
    document = f"kind: List\nitems:\n- &pod\n  kind: Pod\n  spec: {{containers: [&c {CONTAINER}, *c]}}\n- *pod\n"
    servers = [subject for subject in subjects(document) if isinstance(subject, ApiServer)]
    assert [server.base for server in servers] == [("items", 0, "spec", "containers", 0)]


def test_summary() -> None:
    server = only(ApiServer, pod("command: [kube-apiserver, --audit-log-maxage=x, --audit-log-path=/a]"))
    assert of_subject(server) == SubjectSummary(
        path="file.yaml",
        carrier="static-pod",
        document=0,
        pointer="/spec/containers/0",
        line=6,
        kubernetes="1.29",
        kubernetes_from="file",
        refused_by=("flags",),
    )


def test_places_count_what_is_no_mount() -> None:
    container = f"{RUN}\nvolumeMounts: [x, {{name: audit, mountPath: /a}}]"
    server = only(ApiServer, pod(container, spec="volumes: [null, {name: audit, emptyDir: {}}]"))
    assert server.mount_path(server.mounts[0], Part.NAME) == ("spec", "containers", 0, "volumeMounts", 1, "name")
    assert server.volume_path(server.volumes[0], Part.NAME) == ("spec", "volumes", 1, "name")
