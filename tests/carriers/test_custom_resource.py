"""CustomResourceDefinitions in a run: what they define, which are read, and that nothing is said of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from auditlint import lint
from auditlint.carriers.custom_resource import Definitions, defined
from auditlint.carriers.recognise import link
from auditlint.kubernetes.catalogue import Resource
from auditlint.kubernetes.cluster import Cluster
from auditlint.settings import Settings
from auditlint.subjects.model import PolicySubject
from auditlint.text import reader
from auditlint.text.plain import plain
from tests.carriers.recognition import POLICY, found, only

if TYPE_CHECKING:
    from pathlib import Path

    from auditlint.report.model import Report

V1 = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Cluster
  names: {plural: widgets, singular: widget, kind: Widget, shortNames: [wd, wdg]}
  versions:
  - name: v1alpha1
    served: true
    subresources: {status: {}, scale: {specReplicasPath: .spec.replicas}}
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    schema:
      openAPIV3Schema: {type: object}
  - name: v2
    served: false
    subresources: {scale: {}}
"""
V1BETA1 = """\
apiVersion: apiextensions.k8s.io/v1beta1
kind: CustomResourceDefinition
spec:
  group: old.example.com
  version: v1beta1
  names: {plural: gadgets, kind: Gadget}
  subresources: {status: {}}
"""
OTHER = V1.replace("example.com", "else.example.org").replace("widget", "thing").replace("Widget", "Thing")
LIMITED = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n  resources:\n  - {group: %s}\n"


def of_text(content: str) -> list[Resource]:
    return [one for document in reader.read(content.encode()).documents for one in defined(plain(document.root))]


def known(policy: str, *definitions: str, cluster: Cluster | None = None) -> dict[str, Resource]:
    """Return the custom resources that a policy's cluster has in a run with files of definitions, by their names."""
    files = [Definitions(f"{index}.yaml", content.encode()) for index, content in enumerate(definitions)]
    (linked,) = link([only(PolicySubject, policy)], cluster or Cluster(), files).subjects
    assert isinstance(linked, PolicySubject)
    return {f"{one.name}.{one.group}": one for one in linked.cluster.custom}


def test_what_version_v1_defines() -> None:
    main, status, scale = of_text(V1)
    assert main == Resource(
        "example.com",
        "widgets",
        namespaced=False,
        kind="Widget",
        singular="widget",
        short_names=("wd", "wdg"),
        verbs=("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"),
        versions=(("v1", ()), ("v1alpha1", ())),
    )
    assert (status.name, status.kind, status.verbs) == ("widgets/status", "Widget", ("get", "patch", "update"))
    assert (scale.name, scale.kind, scale.versions) == ("widgets/scale", "Scale", (("v1alpha1", ()),))
    assert not any(one.short_names or one.singular or one.namespaced for one in (status, scale))


def test_what_version_v1beta1_defines() -> None:
    main, status = of_text(V1BETA1)
    assert (main.singular, main.namespaced, main.versions) == ("gadget", True, (("v1beta1", ()),))
    assert status.name == "gadgets/status"


def test_lists_of_definitions() -> None:
    items = [json.loads(json.dumps({"spec": {"group": "a.io", "names": {"plural": name}}})) for name in ("as", "bs")]
    assert [one.resource for one in of_text(json.dumps({"kind": "CustomResourceDefinitionList", "items": items}))] == [
        "as",
        "bs",
    ]
    whole = [{"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", **item} for item in items]
    listed = {"apiVersion": "v1", "kind": "List", "items": [*whole, {"kind": "Secret", "spec": items[0]["spec"]}]}
    assert [one.resource for one in of_text(json.dumps(listed))] == ["as", "bs"]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "kind: CustomResourceDefinition",
        V1.replace("apiextensions.k8s.io", "example.com"),
        V1.replace("CustomResourceDefinition", "CustomResource"),
        V1.replace("group: example.com", "group: 5"),
        V1.replace("plural: widgets, ", ""),
        "kind: List\nitems: 5",
    ],
)
def test_what_defines_nothing(content: str) -> None:
    assert of_text(content) == []


def test_versions_come_in_the_order_in_which_clients_prefer_them() -> None:
    names = ["v1alpha1", "b", "v2", "v1", "v10beta2", "v10beta3", "a", "v0"]
    versions = "".join(f"  - {{name: {name}, served: true}}\n" for name in names)
    (main,) = of_text(V1.split("  - name", maxsplit=1)[0] + versions)
    assert [version for version, _ in main.versions] == ["v2", "v1", "v10beta3", "v10beta2", "v1alpha1", "a", "b", "v0"]


def test_a_version_with_a_number_of_many_digits() -> None:
    (main,) = of_text(V1.split("  - name", maxsplit=1)[0] + f"  - {{name: v{'9' * 4400}, served: true}}\n")
    assert [version for version, _ in main.versions] == ["v" + "9" * 4400]


def test_a_policy_that_names_the_group_knows_its_resources() -> None:
    assert list(known(LIMITED % "example.com", V1, OTHER)) == [
        "widgets.example.com",
        "widgets/status.example.com",
        "widgets/scale.example.com",
    ]


@pytest.mark.parametrize(
    "entry",
    ["{group: '', resources: [widgets]}", "{group: apps, resources: [Widget/status]}", "{group: '', resources: [wdg]}"],
)
def test_a_policy_that_looks_for_it_in_another_group_knows_it_too(entry: str) -> None:
    assert "widgets.example.com" in known((LIMITED % "x").replace("{group: x}", entry), V1)


@pytest.mark.parametrize(
    "entry",
    ["{group: '', resources: [pods, deployments, '*', '*/status']}", "{group: '*'}", "{group: apps}", "{group: b.org}"],
)
def test_other_policies_read_no_definitions(entry: str) -> None:
    assert known((LIMITED % "x").replace("{group: x}", entry), V1, OTHER) == {}


@pytest.mark.parametrize(
    "content",
    [
        V1BETA1 + "---\n" + V1,
        "--- # first\n" + V1 + "\n---\n\tbroken: [\n--- \n" + V1BETA1,
        V1.replace("\n", "\r\n"),
        "\ufeff" + V1,
        json.dumps({"apiVersion": "v1", "kind": "List", "items": [{"kind": "Secret"}]}) + "\n---\n" + V1,
    ],
)
def test_definitions_among_other_documents(content: str) -> None:
    assert "widgets.example.com" in known(LIMITED % "example.com", content)


def test_definitions_in_utf_16() -> None:
    files = [Definitions("crd.yaml", V1.encode("utf-16"))]
    (linked,) = link([only(PolicySubject, LIMITED % "example.com")], Cluster(), files).subjects
    assert isinstance(linked, PolicySubject)
    assert len(linked.cluster.custom) == 3


def test_a_definition_knows_more_than_the_configuration() -> None:
    cluster = Cluster(custom=(Resource("example.com", "widgets"), Resource("example.com", "gizmos")), aggregated=True)
    resources = known(LIMITED % "example.com", V1, cluster=cluster)
    assert resources["widgets.example.com"].kind == "Widget"
    assert resources["gizmos.example.com"] == Resource("example.com", "gizmos")
    (linked,) = link([only(PolicySubject, LIMITED % "example.com")], cluster, [Definitions("x", V1.encode())]).subjects
    assert isinstance(linked, PolicySubject)
    assert linked.cluster.aggregated


def test_the_same_definition_twice_is_one() -> None:
    assert len(known(LIMITED % "example.com", V1, V1.replace("Cluster", "Namespaced"))) == 3


def test_a_file_that_is_gone_defines_nothing(tmp_path: Path) -> None:
    subject = only(PolicySubject, LIMITED % "example.com")
    assert link([subject], Cluster(), [Definitions(str(tmp_path / "gone.yaml"))]).subjects == (subject,)


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize(
    ("content", "defines"),
    [
        (V1, True),
        (V1BETA1, True),
        (json.dumps({"kind": "CustomResourceDefinition"}), True),
        ("kind: CustomResourceDefinitionList\n", True),
        ("kind: Role\n# for a CustomResourceDefinition\n", False),
        ("kind: CustomResourceDefinitions\n", False),
        (POLICY + "---\n" + V1, True),
        (POLICY, False),
    ],
)
def test_which_files_define(content: str, defines: bool, named: bool) -> None:  # noqa: FBT001
    assert found(content, named=named).defines is defines


def test_a_file_taken_for_something_else_defines_nothing() -> None:
    assert not found(V1, as_kind="policy").defines


def run_over(folder: Path, **files: str) -> Report:
    for name, content in files.items():
        (folder / f"{name}.yaml").write_text(content)
    return lint.check([lint.Source(str(folder / f"{name}.yaml"), named=True) for name in files], Settings())


def test_nothing_is_said_of_definitions(tmp_path: Path) -> None:
    report = run_over(tmp_path, crd=V1, secret="kind: Secret\n", policy=LIMITED % "example.com")
    assert [subject.path for subject in report.subjects] == [str(tmp_path / "policy.yaml")]
    assert [notice.path for notice in report.notices] == [str(tmp_path / "secret.yaml")]
    assert (report.files, report.definitions, report.passed_over) == (3, 1, 1)
    assert not any(finding.path.endswith("crd.yaml") for finding in report.findings)


def test_a_file_with_a_policy_and_a_definition_is_both(tmp_path: Path) -> None:
    report = run_over(tmp_path, both=LIMITED % "example.com" + "---\n" + V1)
    assert (report.definitions, report.passed_over) == (1, 0)
    assert [subject.kind for subject in report.subjects] == ["policy"]
