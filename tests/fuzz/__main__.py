"""Fuzz for some minutes: `tools/dev fuzz [MINUTES] [SEED]`; a case that fails is told with the seed that repeats it."""

from __future__ import annotations

import random
import sys
import time
import traceback
from collections import Counter

from tests.fuzz.targets import TARGETS


def main() -> int:
    """Run cases until the time is up; return 1 if one failed."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 5
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 32)
    names = [name for name, (_, share) in TARGETS.items() for _ in range(share)]
    end, ran, failed = time.monotonic() + minutes * 60, Counter[str](), Counter[str]()
    while time.monotonic() < end:
        dice = random.Random(seed)
        name = dice.choice(names)
        try:
            TARGETS[name][0](dice)
        except Exception as error:  # noqa: BLE001 -- it is what is looked for
            last = traceback.extract_tb(error.__traceback__)[-1]
            cause = f"{name}: {type(error).__name__} at {last.filename.rpartition('/')[2]}:{last.lineno}"
            failed[cause] += 1
            if failed[cause] == 1:
                traceback.print_exc()
                print(f"to repeat it: tools/dev fuzz 0.01 {seed}", flush=True)
        ran[name] += 1
        seed += 1
    print(", ".join(f"{number} {name}" for name, number in sorted(ran.items())), "cases")
    for cause, number in failed.most_common():
        print(f"failed {number} times: {cause}")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
