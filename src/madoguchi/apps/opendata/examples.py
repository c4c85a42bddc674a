"""The examples of the page for app makers, in curl, Python and JavaScript. A test takes them from the page and runs them.

They use nothing but what the language brings. `BASE` stands for the address of this platform.
"""

from dataclasses import dataclass

_HOUSEHOLD = '{"facts": {"自治体コード": "131199"}, "applicant": {"生年月日": "1992-05-10"}, "children": [{"生年月日": "2024-05-10"}]}'


@dataclass(frozen=True, slots=True)
class Example:
    """One copyable example: its step, its language and its text."""

    step: str
    language: str
    text: str


_LOOK = {
    "curl": "curl -s 'BASE/api/v1/programmes?municipality=131199&limit=3'",
    "Python": """import json, urllib.request

with urllib.request.urlopen("BASE/api/v1/programmes?municipality=131199&limit=3") as answer:
    for item in json.load(answer)["items"]:
        print(item["id"], item["record"]["name"]["ja"])""",
    "JavaScript": """const answer = await fetch("BASE/api/v1/programmes?municipality=131199&limit=3");
for (const item of (await answer.json()).items) console.log(item.id, item.record.name.ja);""",
}
_MATCH = {
    "curl": f"""curl -s 'BASE/api/v1/sandbox/match' -H 'Content-Type: application/json' \\
  -d '{{"on": "2026-11-24", "household": {_HOUSEHOLD}}}'""",
    "Python": f"""import json, urllib.request

body = {{"on": "2026-11-24", "household": json.loads('''{_HOUSEHOLD}''')}}
request = urllib.request.Request("BASE/api/v1/sandbox/match", json.dumps(body).encode(), {{"Content-Type": "application/json"}})
with urllib.request.urlopen(request) as answer:
    for item in json.load(answer)["items"]:
        if item["verdict"] == "eligible":
            print(item["name"])""",
    "JavaScript": f"""const household = {_HOUSEHOLD};
const answer = await fetch("BASE/api/v1/sandbox/match", {{
  method: "POST", headers: {{ "Content-Type": "application/json" }}, body: JSON.stringify({{ on: "2026-11-24", household }})
}});
for (const item of (await answer.json()).items) if (item.verdict === "eligible") console.log(item.name);""",
}
_DEVICE = {
    "curl": "curl -s --compressed 'BASE/api/v1/conditions' -o conditions.json",
    "Python": """import json, urllib.request

with urllib.request.urlopen("BASE/api/v1/conditions") as answer:
    book = json.load(answer)
print(len(book["conditions"]), book["conditions"][0]["text"])""",
    "JavaScript": """const book = await (await fetch("BASE/api/v1/conditions")).json();
console.log(book.conditions.length, book.conditions[0].text);""",
}
_CURRENT = {
    "curl": "curl -s 'BASE/api/v1/changes?since=0&limit=3'",
    "Python": """import json, urllib.request

with urllib.request.urlopen("BASE/api/v1/changes?since=0&limit=3") as answer:
    changes = json.load(answer)
print([item["programme"] for item in changes["items"]], changes["next_since"])""",
    "JavaScript": """const changes = await (await fetch("BASE/api/v1/changes?since=0&limit=3")).json();
console.log(changes.items.map((item) => item.programme), changes.next_since);""",
}
STEPS = {"look": _LOOK, "match": _MATCH, "device": _DEVICE, "current": _CURRENT}
HOOK = """curl -s 'BASE/api/v1/webhooks' -H 'Authorization: Bearer mdg_YOUR_KEY' \\
  -H 'Content-Type: application/json' -d '{"url": "https://app.example.jp/hook", "municipality": "131199"}'
# → {"id": "HOOK_ID", "secret": "whsec_…", "state": "unverified", …}
curl -s -X POST 'BASE/api/v1/webhooks/HOOK_ID/verify' -H 'Authorization: Bearer mdg_YOUR_KEY'"""
VERIFY = """import base64, hashlib, hmac, time

def is_genuine(secret, headers, body):
    \"\"\"secret: whsec_…  headers: of the call, small letters  body: bytes as they came\"\"\"
    if abs(time.time() - int(headers["webhook-timestamp"])) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f'{headers["webhook-id"]}.{headers["webhook-timestamp"]}.'.encode() + body
    mine = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(mine, theirs) for theirs in headers["webhook-signature"].split())"""
LINKED = """curl -s 'BASE/api/v1/programmes/jidou-teate.jsonld'
curl -s 'BASE/catalog.jsonld'"""
CKAN = """curl -s 'BASE/api/3/action/package_search?q=渋谷区&rows=1'"""


def of(step: str, base: str) -> list[Example]:
    """Return the examples of a step with the address of this platform."""
    return [Example(step, language, text.replace("BASE", base)) for language, text in STEPS[step].items()]
