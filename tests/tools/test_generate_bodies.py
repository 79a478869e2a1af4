"""What requests and responses carry is read out of an OpenAPI document, and told per release."""

from __future__ import annotations

import json
from typing import Any

from generate_bodies import kind, named_in, operations, reached, short, written

REF = {"$ref": "#/definitions/io.k8s.api.core.v1.PodSpec"}
DEFINITIONS: dict[str, Any] = {
    "io.k8s.api.core.v1.Pod": {"properties": {"spec": REF, "kind": {"type": "string"}}},
    "io.k8s.api.core.v1.PodSpec": {
        "properties": {
            "hostPID": {"type": "boolean"},
            "volumes": {"type": "array", "items": {"$ref": "#/definitions/io.k8s.api.core.v1.Volume"}},
            "nodeSelector": {"type": "object", "additionalProperties": {"type": "string"}},
            "startTime": {"$ref": "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.Time"},
            "raw": {"$ref": "#/definitions/io.k8s.apimachinery.pkg.runtime.RawExtension"},
        }
    },
    "io.k8s.api.core.v1.Volume": {"properties": {"inside": {"$ref": "#/definitions/io.k8s.api.core.v1.Volume"}}},
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": {"type": "string"},
    "io.k8s.apimachinery.pkg.runtime.RawExtension": {"type": "object"},
    "io.k8s.api.core.v1.Unused": {"properties": {"x": {"type": "string"}}},
}
POD = {"$ref": "#/definitions/io.k8s.api.core.v1.Pod"}
DOCUMENT: dict[str, Any] = {
    "paths": {
        "/api/v1/namespaces/{namespace}/pods": {
            "parameters": [{"in": "path", "name": "namespace"}],
            "post": {
                "x-kubernetes-action": "post",
                "parameters": [{"in": "body", "schema": POD}],
                "responses": {"201": {"schema": POD}, "401": {"description": "Unauthorized"}},
            },
        },
        "/api/v1/namespaces/{namespace}/pods/{name}/exec": {
            "get": {"x-kubernetes-action": "connect", "responses": {"200": {"schema": {"type": "string"}}}}
        },
        "/version": {"get": {"responses": {}}},
    },
    "definitions": DEFINITIONS,
}


def test_operations_with_their_objects() -> None:
    assert list(operations(DOCUMENT)) == [("/pods/", "create", ["core.v1.Pod"], ["core.v1.Pod"])]


def test_objects_are_followed_to_their_ends() -> None:
    assert reached(DEFINITIONS, {"core.v1.Pod"}) == {
        "core.v1.Pod": {"spec": "core.v1.PodSpec", "kind": ""},
        "core.v1.PodSpec": {
            "hostPID": "",
            "volumes": "[]core.v1.Volume",
            "nodeSelector": "{}",
            "startTime": "",
            "raw": "*",
        },
        "core.v1.Volume": {"inside": "core.v1.Volume"},
    }


def test_names_lose_what_stands_before_all_of_them() -> None:
    assert short(REF["$ref"]) == "core.v1.PodSpec"
    assert named_in([POD, {"type": "string"}, POD]) == ["core.v1.Pod"]
    assert kind({"x-kubernetes-preserve-unknown-fields": True}, {}) == "*"


def test_the_file_tells_releases_only_where_they_differ() -> None:
    objects = {"a": {"x": {"": [18, 19]}, "y": {"": [19]}, "z": {"": [18], "[]": [19]}}}
    document = json.loads(written({"/pods/": {"a": [18, 19]}}, {"/pods/": {"get": {"a": [19]}}}, objects))
    assert document["sent"] == {"/pods/": {"a": ["1.18-1.19"]}}
    assert document["returned"] == {"/pods/": {"get": {"a": ["1.19-1.19"]}}}
    assert document["objects"]["a"] == {
        "x": "",
        "y": {"": ["1.19-1.19"]},
        "z": {"": ["1.18-1.18"], "[]": ["1.19-1.19"]},
    }
