"""Reading free text: precision, recall and F1 per kind of test on the labelled records, and what was left uncovered.

`reading.py gold_dev` measures one file; without a name the development and the held-out records. The published samples are
measured when BENCH_REGISTRY_SAMPLES names their file. Nothing is loaded but the pack's lists.
"""

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from _setup import percentile, report

ROOT = Path(__file__).resolve().parent.parent
GOLD = ROOT / "tests" / "engines" / "eligibility" / "reading"
PACK = ROOT / "packs" / "tokyo"
BOUNDS = {"lessThan": "lt", "lessThanOrEqualTo": "lte", "greaterThanOrEqualTo": "gte", "greaterThan": "gt"}


def vocabulary() -> Any:
    """Return the vocabulary of Tokyo's pack, read from its files."""
    sys.path.insert(0, str(ROOT / "src"))
    from madoguchi.engines.eligibility import Vocabulary

    def listed(name: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = yaml.safe_load((PACK / f"{name}.yaml").read_text(encoding="utf-8"))[name]
        return items

    codes = [str(item["code"]) for item in listed("organisations") if item["kind"] == "municipality"]
    return Vocabulary.from_pack(attributes=listed("attributes"), municipalities=codes, tables=listed("income_tables"))


def gold(name: str) -> list[dict[str, Any]]:
    """Return the labelled records of one file."""
    items: list[dict[str, Any]] = yaml.safe_load((GOLD / f"{name}.yaml").read_text(encoding="utf-8"))["records"]
    return items


def samples(path: str) -> list[dict[str, Any]]:
    """Return the published samples in gold form: texts and bounds from their file, labels from ours."""
    published = {
        item["institutionName"]["shortName"]: item for item in json.loads(Path(path).read_text("utf-8"))["records"]
    }
    return [_as_gold(published[label["short_name"]], label) for label in gold("gold_samples")]


def _as_gold(raw: Mapping[str, Any], label: Mapping[str, Any]) -> dict[str, Any]:
    target, name = raw["target"], raw["institutionName"]
    ages = {BOUNDS[key]: (target[key]["targetAge"], target[key]["targetAgeOfMonths"]) for key in BOUNDS}
    return {
        "short_name": label["short_name"],
        "municipality": raw["area"]["areaCode"].split(";")[0],
        "title": f"{name['canonicalName']} {name['shortName']}",
        "target_persons": target.get("targetPersons"),
        "conditions": target.get("conditions"),
        "summary": raw.get("summary"),
        "structured": {key: pair for key, pair in ages.items() if pair != (None, None)},
        "gold": label["gold"],
    }


def measure(name: str, items: Sequence[Mapping[str, Any]], words: Any) -> None:
    """Print the figures of one set of records."""
    from madoguchi.engines.eligibility.reading import read
    from madoguchi.engines.eligibility.reading.scoring import record_of, score

    found = score(items, words)
    seconds = []
    for item in items:
        begun = time.perf_counter()
        read(record_of(item), words)
        seconds.append(time.perf_counter() - begun)
    report(
        f"reading:{name}",
        {
            "records": found.records,
            "overall": _figures(found.atoms),
            "kinds": {kind: _figures(found.kinds[kind]) for kind in sorted(found.kinds)},
            "review_classes": _figures(found.classes),
            "contradictions": _figures(found.contradictions),
            "restrictions": found.restrictions,
            "restrictions_taken_as_no_condition": found.uncovered,
            "restrictions_dropped_silently": found.silent,
            "subjects_right": found.right_subjects,
            "joined_conditions": found.conditions,
            "joined_conditions_right": found.right_conditions,
            "median_ms": round(percentile(seconds, 0.5) * 1_000, 2),
            "p95_ms": round(percentile(seconds, 0.95) * 1_000, 2),
        },
    )


def _figures(tally: Any) -> dict[str, Any]:
    def rounded(value: float | None) -> float | None:
        return None if value is None else round(value, 3)

    return {
        "precision": rounded(tally.precision),
        "recall": rounded(tally.recall),
        "f1": rounded(tally.f1),
        "right": tally.right,
        "extra": tally.extra,
        "missed": tally.missed,
    }


def main() -> None:
    words = vocabulary()
    for name in sys.argv[1:] or ["gold_dev", "gold_heldout", "gold_second"]:
        measure(name, gold(name), words)
    path = os.environ.get("BENCH_REGISTRY_SAMPLES", "")
    if path and Path(path).exists():
        measure("published_samples", samples(path), words)


if __name__ == "__main__":
    main()
