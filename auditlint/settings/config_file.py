"""The configuration file: where it is found. What reads one is loaded only where there is one."""

from __future__ import annotations

import os

from auditlint.settings import Settings

NAMES = (".auditlint.yaml", ".auditlint.yml", "pyproject.toml")


def load(path: str | None, *, baseline: bool = True) -> Settings:
    """Return the settings of a file, or of the one found upward from here; ConfigError where it is bad.

    `baseline`: with the findings that the baseline which it names holds.
    """
    unused: tuple[str, ...] = ()
    if path is None:
        found, *others = find(os.getcwd()) or (None,)
        if found is None:
            return Settings()
        unused = tuple(f"{other} is not used, {os.path.basename(found)} beside it is" for other in others)
        path = found
    from auditlint.settings import document, values

    read = document.read(path)
    if read is None:
        return Settings(notices=unused)
    settings = values.settings_of(read)._replace(notices=unused)
    if baseline and "baseline" in read.values:
        from auditlint.settings import baselines

        settings = settings._replace(baseline=baselines.read(values.baseline_of(read)))
    return settings


def find(folder: str) -> list[str]:
    """Return the nearest configuration file, up to the repository's root, and those beside it, which are not used."""
    while True:
        paths = [os.path.join(folder, name) for name in NAMES]
        found = [path for path in paths if os.path.lexists(path) and _is_ours(path)]
        if found:
            return found
        parent = os.path.dirname(folder)
        if parent == folder or os.path.exists(os.path.join(folder, ".git")):
            return []
        folder = parent


def _is_ours(path: str) -> bool:
    if not path.endswith(".toml"):
        return True
    from auditlint.settings import document

    return document.says_something(path)
