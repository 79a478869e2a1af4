"""How the catalogue of resources is made of what Kubernetes' sources say, on sources small enough to see through."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import generate_resources as tool

from auditlint.kubernetes.releases import NEWEST_KNOWN, OLDEST

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

POD = ("", "pods", "")
SWAGGER = {
    "paths": {
        "/api/v1/pods": {
            "get": {"x-kubernetes-action": "list", "x-kubernetes-group-version-kind": {"kind": "Pod"}},
            "parameters": [],
        },
        "/api/v1/namespaces/{namespace}/pods": {
            "post": {"x-kubernetes-action": "post", "x-kubernetes-group-version-kind": {"kind": "Pod"}},
            "delete": {"x-kubernetes-action": "deletecollection"},
        },
        "/api/v1/watch/namespaces/{namespace}/pods": {"get": {"x-kubernetes-action": "watchlist"}},
        "/api/v1/namespaces/{namespace}/pods/{name}/proxy/{path}": {
            "put": {"x-kubernetes-action": "connect", "x-kubernetes-group-version-kind": {"kind": "PodProxyOptions"}},
            "options": {"x-kubernetes-action": "connect"},
        },
        "/api/v1/namespaces/{name}/status": {"put": {"x-kubernetes-action": "put"}},
        "/apis/batch/v1/jobs": {
            "get": {"x-kubernetes-action": "list", "x-kubernetes-group-version-kind": {"kind": "Job"}}
        },
        "/apis/batch/v1beta1/jobs": {
            "get": {"x-kubernetes-action": "list", "x-kubernetes-group-version-kind": {"kind": "OldJob"}},
        },
        "/apis/batch/v1/": {"get": {"operationId": "getBatchV1APIResources"}},
        "/version/": {"get": {}},
    }
}


def served(**changes: Any) -> tool.Served:
    plain = {"namespaced": True, "kind": "Pod", "verbs": ("get",), "versions": ("v1",)}
    return tool.Served(**{**plain, **changes})


def test_what_a_release_serves() -> None:
    assert tool.served(tool.operations(SWAGGER)) == {
        POD: served(verbs=("create", "deletecollection", "list", "watch")),
        ("", "pods", "proxy"): served(kind="PodProxyOptions", verbs=("update",)),
        ("", "namespaces", "status"): served(namespaced=False, kind="", verbs=("update",)),
        ("batch", "jobs", ""): served(namespaced=False, kind="Job", verbs=("list",), versions=("v1", "v1beta1")),
    }


def test_versions_as_clients_prefer_them() -> None:
    versions = ["v1alpha1", "v1", "v2beta1", "v2beta2", "v10", "v2"]
    assert sorted(versions, key=tool.preference) == ["v10", "v2", "v1", "v2beta2", "v2beta1", "v1alpha1"]


def test_names_in_a_discovery_document() -> None:
    document = {
        "groupVersion": "apps/v1",
        "resources": [
            {"name": "deployments", "singularName": "deployment", "shortNames": ["deploy"]},
            {"name": "deployments/scale", "singularName": ""},
            {"name": "controllerrevisions", "singularName": "controllerrevision"},
        ],
    }
    assert tool.names_in(document) == {
        ("apps", "deployments", ""): tool.Names("deployment", ("deploy",)),
        ("apps", "controllerrevisions", ""): tool.Names("controllerrevision"),
    }
    assert ("", "deployments", "") in tool.names_in({**document, "groupVersion": "v1"})


def test_names_that_code_registers() -> None:
    literals = """
        restStorageMap := map[string]rest.Storage{
\t\t"pods":             podStorage.Pod,
\t\t"pods/attach":      podStorage.Attach,
\t}
\trestStorageMap["pods/ephemeralcontainers"] = podStorage.EphemeralContainers
\tstorage["jobs"] = jobsStorage
"""
    variables = """
	if resource := "nodes"; enabled(resource) {
		storage[resource] = nodeStorage.Node
		storage[resource+"/proxy"] = nodeStorage.Proxy
	}
	if resource := "events"; enabled(resource) {
		storage[resource+"/status"].Destroy()
	}
"""
    assert set(tool.names_registered(literals)) == {"pods", "pods/attach", "pods/ephemeralcontainers", "jobs"}
    assert set(tool.names_registered(variables)) == {"nodes", "nodes/proxy", "events"}


def test_short_names_in_code() -> None:
    code = """
\t\tDefaultQualifiedResource: policy.Resource("podsecuritypolicies"),
func (r *REST) ShortNames() []string {
\treturn []string{"psp", "psps"}
}
"""
    assert tool.short_names_of(code, "policy") == {
        ("policy", "podsecuritypolicies", ""): tool.Names(short=("psp", "psps"))
    }
    assert tool.short_names_of(code.replace("ShortNames", "Categories"), "policy") == {}


def test_groups_of_folders(tmp_path: Path) -> None:
    file = tmp_path / "pkg" / "apis" / "events" / "register.go"
    file.parent.mkdir(parents=True)
    file.write_text('package events\n\nconst GroupName = "events.k8s.io"\n')
    assert tool.group_of(tmp_path, "events") == "events.k8s.io"


def test_what_is_hidden_is_as_the_next_release_that_documents_it_has_it() -> None:
    gated, gone = ("", "pods", "resize"), ("policy", "podsecuritypolicies", "")
    releases = {18: {POD: served()}, 19: {gone: served()}, 20: {gated: served(kind="A")}, 21: {gated: served(kind="B")}}
    assert tool.hidden({POD, gated}, 18, releases) == {gated: served(kind="A")}
    assert tool.hidden({gone}, 20, releases) == {}


def test_records_differ_where_facts_do() -> None:
    with_patch = served(verbs=("get", "patch"))
    releases = {
        18: {POD: served(versions=("v1beta1",))},
        19: {POD: served(versions=("v1", "v1beta1"))},
        20: {POD: with_patch},
        21: {},
        22: {POD: served()},
    }
    found = tool.joined(releases, {POD: tool.Names("pod", ("po",))})
    common = {"group": "", "resource": "pods", "subresource": "", "namespaced": True, "kind": "Pod"}
    names = {"singular": "pod", "shortNames": ["po"]}
    assert found == [
        {
            **common,
            **names,
            "verbs": ["get"],
            "releases": ["1.18-1.19", "1.22-1.22"],
            "versions": {"v1": ["1.19-1.19", "1.22-1.22"], "v1beta1": ["1.18-1.19"]},
        },
        {
            **common,
            **names,
            "verbs": ["get", "patch"],
            "releases": ["1.20-1.20"],
            "versions": {"v1": ["1.20-1.20"]},
        },
    ]
    assert tool.records(tool.written(found)) == found


def test_ranges_there_and_back() -> None:
    minors = {18, 19, 21, 30, 31, 32}
    assert tool.ranges(minors) == ["1.18-1.19", "1.21-1.21", "1.30-1.32"]
    assert tool.minors_of(tool.ranges(minors)) == minors


def test_differences_in_words() -> None:
    record = tool.joined({18: {POD: served()}, 19: {POD: served()}}, {})[0]
    other = {**record, "releases": ["1.19-1.20"], "verbs": ["list"], "versions": {}}
    assert list(tool.differences([record], [other])) == [
        "core pods: releases: 1.18-1.19 here, 1.19-1.20 there",
        "core pods: verbs, 1.19-1.19: ['get'] here, ['list'] there",
    ]
    assert list(tool.differences([record], [])) == ["core pods: releases: 1.18-1.19 here, none there"]
    assert list(tool.differences([record], [record])) == []


def test_comparing_the_committed_file_with_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [json.dumps(record) + "\n" for record in tool.records(tool.DATA.read_text())]
    same, fewer = tmp_path / "same.jsonl", tmp_path / "fewer.jsonl"
    same.write_text("".join(lines))
    fewer.write_text("".join(lines[1:]))
    tool.main(["--compare", str(same)])
    assert capsys.readouterr().out.strip() == ""
    tool.main(["--compare", str(fewer)])
    assert capsys.readouterr().out.startswith(f"core bindings: releases: 1.{OLDEST}-1.{NEWEST_KNOWN} here, none there")
