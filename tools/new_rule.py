"""Makes what a new rule needs: one function in `checks/`, one page in `rules/`, both to be filled in."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
_DECLARED = re.compile(r'^(\w+) = Category\("([\w-]+)", (.+)\)$', re.MULTILINE)
_NAME = re.compile(r"[a-z]+(-[a-z]+)+")

FUNCTION = '''

@{decorator}("{name}", severity=Severity.WARNING, summary="SAY WHAT IS WRONG")
def {function}({argument}: {subject}, context: Context) -> Iterator[Finding]:
    """Report SAY WHAT."""
    yield context.key({argument}.base, "SAY WHAT THE SERVER DOES", help="SAY WHAT TO WRITE")
'''

PAGE = """# {name}

warning · SAY WHAT THE SERVER DOES · write SAY WHAT

## Bad

```yaml file=audit-policy.yaml
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
  - level: Metadata
```

```output
```

## Good

```yaml file=audit-policy.yaml
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
  - level: Metadata
```

## Source

- NAME THE KUBERNETES FILE OR DOCUMENT
"""


class Room(NamedTuple):
    """A module that holds the rules of a category."""

    path: Path
    decorator: str
    subject: str


def rooms(root: Path) -> dict[str, Room]:
    """Return the module of each category; where several hold its rules, the one with the most of them."""
    found: dict[str, list[tuple[int, Room]]] = {}
    for path in sorted((root / "auditlint" / "checks").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for decorator, category, subject in _DECLARED.findall(text):
            found.setdefault(category, []).append((text.count(f"@{decorator}("), Room(path, decorator, subject)))
    return {category: max(held, key=lambda one: one[0])[1] for category, held in found.items()}


def function(name: str, room: Room) -> str:
    """Return the text of the new rule's function."""
    subject = room.subject.strip("()").replace(", ", " | ")
    argument = "policy" if subject == "PolicySubject" else "server" if subject == "ApiServer" else "subject"
    return FUNCTION.format(
        decorator=room.decorator, name=name, function=name.replace("-", "_"), argument=argument, subject=subject
    )


def make(root: Path, name: str, category: str) -> list[Path]:
    """Write the function and the page of a rule; return the files. ValueError where that cannot be."""
    known = rooms(root)
    if not _NAME.fullmatch(name):
        raise ValueError(f'"{name}" is not a name for a rule: lower-case words joined by dashes, such as unknown-verb')
    if category not in known:
        raise ValueError(f'"{category}" is not a category; there are {", ".join(sorted(known))}')
    page = root / "rules" / f"{name}.md"
    if page.exists():
        raise ValueError(f"{page.relative_to(root)} is there already")
    room = known[category]
    with room.path.open("a", encoding="utf-8") as module:
        module.write(function(name, room))
    page.write_text(PAGE.format(name=name), encoding="utf-8")
    return [room.path, page]


def main() -> int:
    """Make what the command line names; exit code 2 where that cannot be."""
    if len(sys.argv) != 3:  # noqa: PLR2004
        print("usage: tools/dev new-rule NAME CATEGORY", file=sys.stderr)
        return 2
    try:
        made = make(ROOT, *sys.argv[1:])
    except ValueError as error:
        print(f"tools/dev new-rule: {error}", file=sys.stderr)
        return 2
    print("fill in:", *(path.relative_to(ROOT) for path in made))
    return 0


if __name__ == "__main__":
    sys.exit(main())
