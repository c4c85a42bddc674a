"""On the device: the browser's engine against the server's, for BENCH_HOUSEHOLDS (10,000) households and every programme.

Target: no verdict differs. Also the size of the book and the time for one household on the device.
"""

import gzip
import json
import os
import sys
import time
from pathlib import Path

from _setup import report, start

sys.path.insert(0, str(Path(__file__).parents[1]))
COUNT = int(os.environ.get("BENCH_HOUSEHOLDS", "10000"))
SEED = int(os.environ.get("BENCH_SEED", "6"))


def main() -> None:
    start()
    from django.test import Client
    from playwright.sync_api import sync_playwright
    from tests.opendata.matcher.comparing import differences, on_the_device, on_the_server, open_engine, shown
    from tests.opendata.matcher.households import Palette, households
    from tests.site.browser import ARGUMENTS, CHROMIUM

    from madoguchi.apps.registry import catalogue

    raw = Client().get("/api/v1/conditions", headers={"Host": "localhost"}).content
    book, shelf = json.loads(raw), catalogue.current()
    rules = [shelf.rules[item["id"]] for item in book["conditions"]]
    homes = households(Palette.of(book), COUNT, seed=SEED)
    begun = time.perf_counter()
    server = on_the_server(homes, rules, shelf.book)
    server_seconds = time.perf_counter() - begun
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page()
        open_engine(page, book)
        begun = time.perf_counter()
        device = on_the_device(page, homes)
        device_seconds = time.perf_counter() - begun
        browser.close()
    found = list(differences(homes, rules, server, device))
    for item in found[:3]:
        print(shown(item), file=sys.stderr)
    verdicts = "".join(server)
    report(
        "on_device",
        {
            "households": COUNT,
            "programmes": len(rules),
            "judged": sum(verdicts.count(code) for code in "012"),
            "verdicts": {
                name: verdicts.count(code) for code, name in zip("012", ("no", "possible", "yes"), strict=True)
            },
            "different": len(found),
            "book_bytes": len(raw),
            "book_gzip_bytes": len(gzip.compress(raw, 6)),
            "server_seconds": round(server_seconds, 1),
            "device_seconds": round(device_seconds, 1),
            "device_ms_per_household": round(1000 * device_seconds / COUNT, 2),
        },
    )


if __name__ == "__main__":
    main()
