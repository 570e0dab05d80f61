"""Thousands of random documents and rewritten runbooks through the parser: `make fuzz`.

Every failure is written to `tests/corpus/`, where a test replays it from then on.

    python tools/fuzz.py [COUNT] [SEED]
"""

import random
import sys
import time
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.properties.documents import PIECES, problem  # noqa: E402
from tests.properties.rewrites import REWRITES  # noqa: E402
from tests.properties.targets import FIRST, PARTS, dropped, line  # noqa: E402
from tests.properties.test_typography import PLAIN, TEXTS, difference, model  # noqa: E402

CORPUS = ROOT / "tests" / "corpus"
MOST_PIECES = 60


def main(arguments: list[str]) -> int:
    """Run COUNT documents from SEED; 1 where one of them failed."""
    count = int(arguments[0]) if arguments else 10_000
    seed = int(arguments[1]) if len(arguments) > 1 else 1
    chance, failures, began = random.Random(seed), 0, time.monotonic()  # noqa: S311
    for number in range(count):
        text, found = KINDS[number % len(KINDS)](chance)
        if found:
            failures += 1
            name = CORPUS / f"{sha256(text.encode('utf-8', 'replace')).hexdigest()[:12]}.md"
            name.write_bytes(text.encode("utf-8", "replace"))
            print(f"document {number} of seed {seed}: {found} -> {name}")
    print(f"{count} documents, {failures} failures, {time.monotonic() - began:.0f} s, seed {seed}")
    return 1 if failures else 0


def _random(chance: random.Random) -> tuple[str, str]:
    pieces = [_piece(chance) for _ in range(chance.randrange(MOST_PIECES))]
    text = "".join(pieces)
    return text, problem(text)


def _piece(chance: random.Random) -> str:
    if chance.random() < 0.8:
        return chance.choice(PIECES)
    return "".join(
        chr(chance.choice((32, 42, 58, 96, 233, 8203, chance.randrange(55000)))) for _ in "abc"
    )


def _rewritten(chance: random.Random) -> tuple[str, str]:
    name = chance.choice(sorted(TEXTS))
    chosen = {chance.choice(sorted(REWRITES)) for _ in range(chance.randrange(1, 7))}
    text = TEXTS[name]
    for rewrite in sorted(chosen, key=list(REWRITES).index):
        text = REWRITES[rewrite](text)
    changed = difference(PLAIN[name], model(text))
    return text, f"{name} by {sorted(chosen)}: {changed}" if changed else problem(text)


def _targets(chance: random.Random) -> tuple[str, str]:
    """Lines that name an action: each is read or told."""
    lines = [
        line(FIRST + n, tuple(map(chance.choice, PARTS))) for n in range(chance.randrange(1, 5))
    ]
    missing = dropped(lines)
    return "\n\n".join(lines), f"dropped in silence: {missing[0]!r}" if missing else ""


KINDS = (_rewritten, _random, _targets, _random)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
