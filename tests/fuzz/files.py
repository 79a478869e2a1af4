"""A file of any kind, changed by chance: what most targets begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.carriers import registry
from tests.fuzz import corpus
from tests.fuzz.corpus import Seed
from tests.fuzz.mutation import ENDINGS, mutated, wrapped

if TYPE_CHECKING:
    from random import Random


def file_of(dice: Random) -> tuple[bytes, str, str | None]:
    """Return a text, the name of its file, and what it is taken for."""
    seed = dice.choice(corpus.files())
    name, text = Seed(seed.name, mutated(dice, seed.text, corpus.files()))
    while dice.random() < 0.25:
        name, text = wrapped(dice, Seed(name, text))
        text = mutated(dice, text, corpus.files()) if dice.random() < 0.3 else text
    if dice.random() < 0.1:
        name = f"x{dice.choice(ENDINGS)}"
    codec = dice.choice(("utf-8", "utf-8", "utf-8", "utf-8", "utf-16", "utf-16-be", "latin-1"))
    kind = dice.choice(registry.names()) if dice.random() < 0.2 else None
    return text.encode(codec, "surrogatepass" if codec != "latin-1" else "replace"), name, kind
