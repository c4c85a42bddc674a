"""Builds the cases of the corpus: the same seed gives the same pages."""

from random import Random
from typing import Any

from tests.engines.revising.corpus import development, heldout
from tests.engines.revising.corpus.facts import SEEDS, Case, base, change, programmes
from tests.engines.revising.corpus.rendering import Bank, Layout, render

FIELDS = (
    "age", "amount", "limit", "closes", "opens", "days", "documents", "online", "how", "office", "phone", "begins", "ended",
    "residence", "name",
)  # fmt: skip
_CLASHES = {"ended": {"begins", "closes", "opens", "online"}, "name": {"age"}}
PER_LAYOUT = 8


def cases(half: str) -> list[Case]:
    """Return the pages of one half: `development` or `heldout`; one in six is about another programme."""
    module = development if half == "development" else heldout
    known = programmes()
    found: list[Case] = []
    for number, layout in enumerate(module.LAYOUTS):
        for turn in range(PER_LAYOUT):
            random = Random(f"{half}-{layout.name}-{turn}")
            seed = SEEDS[(number * PER_LAYOUT + turn + (7 if half == "heldout" else 0)) % len(SEEDS)]
            found.append(_case(f"{half}-{layout.name}-{turn}", layout, module.BANK, seed.id, known, random, turn))
    return found


def _case(
    name: str, layout: Layout, bank: Bank, seed_id: str, known: dict[str, dict[str, Any]], random: Random, turn: int
) -> Case:
    seed = next(seed for seed in SEEDS if seed.id == seed_id)
    record, facts = base(seed, random, known)
    wanted = 0 if turn == 0 else random.randint(1, 5) if turn < PER_LAYOUT - 1 else 2
    expected: list[tuple[str, Any]] = []
    done: set[str] = set()
    for field in random.sample(FIELDS, len(FIELDS)):
        if len(done) >= wanted or any(
            field in _CLASHES.get(item, ()) or item in _CLASHES.get(field, ()) for item in done
        ):
            continue
        result = change(field, facts, record, random)
        if result:
            facts, more = result
            done.add(field)
            expected += more
    title, text = render(layout, bank, facts, random)
    if turn == PER_LAYOUT - 1:
        return _other(name, title, text, seed_id, known, random)
    return Case(name, text, title, record, tuple(expected), facts=facts)


def _other(name: str, title: str, text: str, seed_id: str, known: dict[str, dict[str, Any]], random: Random) -> Case:
    """Return the page with the record of another programme: nothing may be proposed."""
    near = {
        "jidou-teate": "jidou-fuyou-teate", "tokubetsu-jidou-fuyou-teate": "jidou-fuyou-teate", "shougaiji-fukushi-teate": "tokubetsu-shougaisha-teate",
        "maru-nyu": "maru-ko", "kodomo-iryou-adachi": "kodomo-iryou-setagaya", "sango-kea-chofu": "sango-kea-adachi",
    }  # fmt: skip
    other = near.get(seed_id) or random.choice([seed.id for seed in SEEDS if seed.id[:4] != seed_id[:4]])
    record = dict(known[other])
    record.pop("amount", None)
    return Case(name, text, title, record, (), other=True)
