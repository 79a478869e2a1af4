"""What is looked at: the paths of a command expanded to files, folders searched, texts in the place of files."""

from __future__ import annotations

import os
from functools import partial

from auditlint.records import NamedTuple
from auditlint.text.source import BY_EXCLUDE
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from auditlint.settings import Settings
    from auditlint.text.gitignore import Patterns
    from auditlint.text.source import Telling


class Source(NamedTuple):
    """One file to look at."""

    path: str
    named: bool
    """It stands on the command line: it is read whatever its name, and unreadable text is its finding."""
    data: bytes | None = None
    """The content, where it is known already (standard input, an editor's buffer)."""
    beside: Callable[[], Iterable[Source]] | None = None
    """The files of its folder that a search does not look at; a kubelet reads all that lie beside a static Pod."""


class Scope(NamedTuple):
    """What of the paths of a command is looked at."""

    exclude: tuple[Patterns, ...] = ()
    """What a search passes over."""
    untrusted: bool = False
    """Nothing that the checked files say hides any of them, and no link leads to others."""
    force: bool = False
    """`exclude` holds for files that are named too."""

    def excludes(self, path: str) -> bool:
        """Tell whether a file is one that a search passes over."""
        return any(patterns.hold(path) for patterns in self.exclude)


def scope(settings: Settings, exclude: Sequence[str] = (), *, force: bool = False) -> Scope:
    """Return what settings let be looked at, and patterns relative to the working directory."""
    if not settings.exclude and not exclude:
        return Scope(untrusted=settings.untrusted)
    from auditlint.text import gitignore

    lists = ((settings.folder, settings.exclude), (".", exclude))
    return Scope(
        tuple(gitignore.listed(folder, tuple(patterns)) for folder, patterns in lists if patterns),
        settings.untrusted,
        force,
    )


def expand(paths: Sequence[str], scope: Scope, telling: Telling) -> Iterator[Source]:
    """Yield the sources that paths name: files as they are, folders searched; each file once."""
    seen: set[str] = set()
    for path in paths:
        for found in _search(path, scope, telling) if os.path.isdir(path) else (Source(path, named=True),):
            known = os.path.realpath(found.path) if len(paths) > 1 else found.path
            if known not in seen:
                seen.add(known)
                yield found


def allowed(sources: Iterable[Source], scope: Scope, telling: Telling) -> Iterator[Source]:
    """Yield the sources that are looked at though they are named, or links."""
    for given in sources:
        if scope.force and given.named and scope.excludes(given.path):
            telling.hidden(BY_EXCLUDE, given.path, False)  # noqa: FBT003
        elif not scope.untrusted or given.data is not None or _stays(given, telling):
            yield given


def _stays(given: Source, telling: Telling) -> bool:
    """Tell whether a file is in the tree that its path says, and not somewhere a link leads to; say so if not."""
    from auditlint.text import repository

    tree, path = _tree(os.getcwd()), os.path.abspath(given.path)
    if not path.startswith(tree.rstrip(os.sep) + os.sep):
        tree = _tree(os.path.dirname(path))
    if not repository.leads_out(path, tree):
        return True
    telling.noted(given.path, "a link leads out of the repository: not read under --untrusted", None)
    return False


def _tree(folder: str) -> str:
    """Return the repository that a folder is in, or the folder itself."""
    from auditlint.text import repository

    return repository.root(folder) or folder


def with_texts(sources: Iterable[Source], texts: Mapping[str, bytes]) -> Iterator[Source]:
    """Yield texts by their names, then the sources but for the files of those names: the texts replace them."""
    yield from (Source(name, named=True, data=data) for name, data in texts.items())
    replaced = {os.path.realpath(name) for name in texts}
    for source in sources:
        if not replaced or os.path.realpath(source.path) not in replaced:
            yield source


def with_contents(sources: Iterable[Source], contents: Mapping[str, bytes]) -> Iterator[Source]:
    """Yield sources with other contents, by their paths, then the files with other contents that lie beside them."""
    beside = dict(contents)
    for source in sources:
        beside.pop(source.path, None)
        yield source._replace(data=contents.get(source.path, source.data))
    yield from (Source(path, named=False, data=data) for path, data in beside.items())


def _search(folder: str, scope: Scope, telling: Telling) -> Iterator[Source]:
    from auditlint.carriers import registry
    from auditlint.text.folders import Wanted, search

    wanted = Wanted(registry.suffixes(), _is_of_kubelet, scope.exclude, scope.untrusted)
    for path in search(folder, wanted, telling):
        yield Source(path, named=False, beside=partial(_beside, path, scope, telling))


def _beside(path: str, scope: Scope, telling: Telling) -> Iterator[Source]:
    from auditlint.carriers import registry
    from auditlint.text.folders import beside

    for other in beside(path, scope.exclude, untrusted=scope.untrusted):
        given = Source(other, named=False)
        if not other.endswith(registry.suffixes()):
            yield from allowed([given], scope, telling)


def _is_of_kubelet(folder: str) -> bool:
    """Tell whether a kubelet reads every file of a folder, by its name: also in a checkout of such a tree."""
    path = os.path.abspath(folder).replace(os.sep, "/")
    return path.endswith(("/etc/kubernetes/manifests", "/agent/pod-manifests"))
