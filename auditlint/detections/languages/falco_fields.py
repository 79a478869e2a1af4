"""The fields of Falco's plugin for audit events, and the fields of the event that they read.

Source: falcosecurity/plugins, plugins/k8saudit/pkg/k8saudit/fields.go and extract.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.detections.events import FREE, RAW_TIME
from auditlint.detections.unreadable import UnreadableError

if TYPE_CHECKING:
    from auditlint.detections.condition import Field

_SPEC = ("requestObject", "spec")
_SECURITY = (*_SPEC, "securityContext")
_RULES = ("requestObject", "rules")
_SUBJECTS = ("requestObject", "subjects")
_VOLUMES = (*_SPEC, "volumes")
_CONTAINER: dict[str, Field] = {
    "args": ("args",),
    "command": ("command",),
    "name": ("name",),
    "image": ("image",),
    "image.repository": ("image", "#repository"),
    "host_port": ("ports", "hostPort"),
    "privileged": ("securityContext", "privileged"),
    "allow_privilege_escalation": ("securityContext", "allowPrivilegeEscalation"),
    "read_only_fs": ("securityContext", "readOnlyRootFilesystem"),
    "run_as_user": ("securityContext", "runAsUser"),
    "eff_run_as_user": ("securityContext", "runAsUser"),
    "run_as_group": ("securityContext", "runAsGroup"),
    "eff_run_as_group": ("securityContext", "runAsGroup"),
    "proc_mount": ("securityContext", "procMount"),
    "add_capabilities": ("securityContext", "capabilities", "add"),
}
_LISTS = ("containers", "initContainers", "ephemeralContainers")
_FIELDS: dict[str, Field] = {
    "ka.auditid": ("auditID",),
    "ka.stage": ("stage",),
    "ka.auth.decision": ("annotations", "authorization.k8s.io/decision"),
    "ka.auth.reason": ("annotations", "authorization.k8s.io/reason"),
    "ka.auth.openshift.decision": ("annotations", "authentication.openshift.io/decision"),
    "ka.auth.openshift.username": ("annotations", "authentication.openshift.io/username"),
    "ka.validations.admission.policy.failure": (
        "annotations",
        "validation.policy.admission.k8s.io/validation_failure",
    ),
    "ka.security.pod.violations": ("annotations", "pod-security.kubernetes.io/audit-violations"),
    "ka.cluster.name": ("annotations", "cluster_name"),
    "ka.user.name": ("user", "username"),
    "ka.user.groups": ("user", "groups"),
    "ka.impuser.name": ("impersonatedUser", "username"),
    "ka.verb": ("verb",),
    "ka.uri": ("requestURI",),
    "ka.target.name": ("objectRef", "name"),
    "ka.target.namespace": ("objectRef", "namespace"),
    "ka.target.resource": ("objectRef", "resource"),
    "ka.target.subresource": ("objectRef", "subresource"),
    "ka.target.pod.name": ("responseObject", "metadata", "name"),
    "ka.req.binding.subjects": _SUBJECTS,
    "ka.req.binding.subjects.user_names": (*_SUBJECTS, "name", "#User"),
    "ka.req.binding.subjects.serviceaccount_names": (*_SUBJECTS, "name", "#ServiceAccount"),
    "ka.req.binding.subjects.serviceaccount_ns_names": (*_SUBJECTS, "name", "#NamespacedServiceAccount"),
    "ka.req.binding.subjects.group_names": (*_SUBJECTS, "name", "#Group"),
    "ka.req.binding.role": ("requestObject", "roleRef", "name"),
    "ka.req.configmap.name": ("objectRef", "name"),
    "ka.req.configmap.obj": ("requestObject", "data"),
    "ka.req.container.image": (*_SPEC, "containers", "image", "#first"),
    "ka.req.container.image.repository": (*_SPEC, "containers", "image", "#repository"),
    "ka.req.container.host_network": (*_SPEC, "hostNetwork"),
    "ka.req.container.privileged": (*_SPEC, "containers", "securityContext", "privileged"),
    "ka.req.pod.host_ipc": (*_SPEC, "hostIPC"),
    "ka.req.pod.host_network": (*_SPEC, "hostNetwork"),
    "ka.req.pod.host_pid": (*_SPEC, "hostPID"),
    "ka.req.pod.run_as_user": (*_SECURITY, "runAsUser"),
    "ka.req.pod.run_as_group": (*_SECURITY, "runAsGroup"),
    "ka.req.pod.fs_group": (*_SECURITY, "fsGroup"),
    "ka.req.pod.supplemental_groups": (*_SECURITY, "supplementalGroups"),
    "ka.req.pod.volumes.hostpath": (*_VOLUMES, "hostPath", "path"),
    "ka.req.pod.volumes.flexvolume_driver": (*_VOLUMES, "flexVolume", "driver"),
    "ka.req.pod.volumes.volume_type": (*_VOLUMES, "#types"),
    "ka.req.role.rules": _RULES,
    "ka.req.role.rules.apiGroups": (*_RULES, "apiGroups"),
    "ka.req.role.rules.nonResourceURLs": (*_RULES, "nonResourceURLs"),
    "ka.req.role.rules.verbs": (*_RULES, "verbs"),
    "ka.req.role.rules.resources": (*_RULES, "resources"),
    "ka.req.service.type": (*_SPEC, "type"),
    "ka.req.service.ports": (*_SPEC, "ports"),
    "ka.resp.name": ("responseObject", "metadata", "name"),
    "ka.response.code": ("responseStatus", "code"),
    "ka.response.reason": ("responseStatus", "reason"),
    "ka.useragent": ("userAgent",),
    "ka.sourceips": ("sourceIPs",),
    "jevt.rawtime": (RAW_TIME,),
    "jevt.time": (RAW_TIME,),
    "jevt.time.iso8601": (RAW_TIME,),
}
_LISTED = frozenset(
    {
        "ka.user.groups",
        "ka.sourceips",
        "ka.req.binding.subjects",
        "ka.req.service.ports",
        "ka.req.pod.supplemental_groups",
    }
)


def field_of(name: str, argument: str | None) -> Field:
    """Return what a field of a condition reads of the event; UnreadableError where that is not known."""
    if name in {"jevt.value", "json.value"} and argument:
        return tuple(_unescaped(key) for key in argument.strip("/").split("/"))
    if name == "ka.uri.param" and argument:
        return FREE, "requestURI", argument
    for group in _LISTS:
        prefix = f"ka.req.pod.{group}."
        if name.startswith(prefix) and name.removeprefix(prefix) in _CONTAINER:
            return (*_SPEC, group, *_CONTAINER[name.removeprefix(prefix)])
    if name not in _FIELDS:
        raise UnreadableError(f"`{name}`, which is no field of audit events that auditlint knows")
    return _FIELDS[name]


def is_list(name: str) -> bool:
    """Tell whether a field holds a list, of which `in` asks that all are listed."""
    inside = (f"ka.req.pod.{group}." for group in _LISTS)
    return name in _LISTED or name.startswith((*inside, "ka.req.pod.volumes.", "ka.req.role.", "ka.req.binding.sub"))


def fields_printed(output: str) -> tuple[Field, ...]:
    """Return the fields of requests' and responses' objects that an output shows (`%ka.resp.name`)."""
    import re

    found = []
    for match in re.finditer(r"%([a-z][\w.]*\w)(?:\[([^\]]*)\])?", output[:20_000]):
        try:
            field = field_of(match[1], match[2])
        except UnreadableError:
            continue
        if field[0] in {"requestObject", "responseObject"}:
            found.append(field)
    return tuple(found)


def _unescaped(key: str) -> str:
    return key.replace("~1", "/").replace("~0", "~")
