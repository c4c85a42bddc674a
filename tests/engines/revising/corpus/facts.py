"""Draws a record of the pack, what the page about it says, and the differences between the two.

The truth of a page never comes from the engine: ages, sums and days stand in the table of seeds below.
"""

from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[4]
TODAY = date(2026, 11, 24)
READ_ON = date(2026, 11, 20)

Age = tuple[str, int, int]
"""('fy', 0, 18) 18歳の年度末まで; ('fyrange', 7, 15); ('lt', 0, 20); ('ge', 65, 0); ('range', 18, 39) both included; ('months', 2, 90)."""
Amount = tuple[str, str, int]
"""What it is for, per (月額, 年額, 1回, 1時間 or empty), yen."""


@dataclass(frozen=True)
class Seed:
    """A programme of the pack with what its record says, in the corpus's own terms."""

    id: str
    age: Age | None = None
    amounts: tuple[Amount, ...] = ()
    days: tuple[str, int] | None = None
    limit: str = ""
    who: str = "方"


SEEDS = (
    Seed(
        "jidou-teate", ("fy", 0, 18),
        (("3歳未満", "月額", 15000), ("3歳から高校生年代まで", "月額", 10000), ("第3子以降", "月額", 30000)), ("出生", 15), who="児童",
    ),
    Seed("jidou-ikusei-teate", ("fy", 0, 18), (("児童1人につき", "月額", 13500),), who="児童"),
    Seed("018-support", ("fy", 0, 18), (("", "月額", 5000),), who="子ども"),
    Seed("jidou-ikusei-shougai-teate", ("lt", 0, 20), (("児童1人につき", "月額", 15500),), who="児童"),
    Seed("tokubetsu-jidou-fuyou-teate", ("lt", 0, 20), (("1級", "月額", 58450), ("2級", "月額", 38930)), who="児童"),
    Seed("shougaiji-fukushi-teate", ("lt", 0, 20), (("", "月額", 16560),), who="児童"),
    Seed("maru-nyu", ("fy", 0, 6), (("自己負担", "1回", 200),), who="お子さん"),
    Seed("maru-ko", ("fyrange", 7, 15), (("自己負担", "1回", 200),), who="お子さん"),
    Seed("maru-ao", ("fyrange", 16, 18), (("自己負担", "1回", 200),), who="お子さん"),
    Seed("kodomo-iryou-itabashi", ("fy", 0, 18), limit="所得制限なし", who="お子さん"),
    Seed("kodomo-iryou-adachi", ("fy", 0, 18), limit="所得制限なし", who="お子さん"),
    Seed("kodomo-iryou-setagaya", ("fy", 0, 18), limit="所得制限なし", who="お子さん"),
    Seed("sango-kea-chofu", None, (("宿泊型", "日額", 6000), ("日帰り型", "1回", 2500))),
    Seed("tokubetsu-shougaisha-teate", ("ge", 20, 0), (("", "月額", 30450),)),
    Seed("juudo-shinshin-shougaisha-teate", None, (("", "月額", 60000),)),
    Seed("ranshi-touketsu", ("range", 18, 39), (("凍結した年度", "", 200000), ("保管", "年額", 20000))),
    Seed("funin-tokutei", ("lt", 0, 43), (("", "1回", 150000),)),
    Seed("ninpu-shien-1", None, (("妊婦1人につき", "", 50000),), ("妊娠の確認", 730)),
    Seed("shussan-ikuji-ichijikin", None, (("産科医療補償制度の対象の出産", "", 500000), ("それ以外の出産", "", 488000)), ("出産", 730)),
    Seed("babysitter-ichiji", ("fy", 0, 6), (("児童1人", "1時間", 2500),), who="お子さん"),
    Seed("family-support", None, (("", "1時間", 800),), who="お子さん"),
    Seed("vaccine-5in1", ("months", 2, 90), who="お子さん"),
    Seed("silver-pass", ("ge", 70, 0), (("住民税課税の方", "", 12000), ("住民税非課税の方", "", 1000))),
    Seed("hochouki-josei", ("ge", 60, 0), (("", "", 144900),)),
    Seed("kinkyuu-tsuuhou", ("ge", 65, 0), (("利用料", "月額", 500),)),
    Seed("ninchishou-kenshin", ("ge", 50, 0)),
    Seed("sousaihi-maisouryou", None, (("葬祭を行った方に", "", 70000),), ("死亡", 730)),
    Seed("tennyu-todoke", None, (), ("転入", 14)),
    Seed("shussei-todoke", None, (), ("出生", 14)),
    Seed("juukyo-kakuho", None, (("単身", "月額", 53700), ("2人世帯", "月額", 64000), ("3人から5人の世帯", "月額", 69800))),
    Seed("shuugaku-enjo", ("fyrange", 7, 15), (("小学1年生の新入学学用品費", "", 64300), ("中学1年生の新入学学用品費", "", 81000)), who="児童・生徒"),
    Seed("gakusei-nofu", None, (), None, "所得1,660,000円以下"),
    Seed("hitorioya-koutou-shokugyou", None, (("住民税非課税世帯", "月額", 100000), ("住民税課税世帯", "月額", 70500))),
    Seed("jukensei-challenge", None, (("塾代", "", 300000), ("大学の受験料", "", 120000))),
)  # fmt: skip
PAPER_NAMES = {
    "mynumber": ("マイナンバーが分かるもの", "個人番号カード"), "id_card": ("本人確認書類", "運転免許証など本人確認ができるもの"),
    "bank_account": ("振込先口座が分かるもの", "通帳またはキャッシュカードの写し"), "insurance": ("健康保険の資格確認書", "資格確認書または資格情報のお知らせ"),
    "income_certificate": ("所得が分かるもの", "所得証明書"), "tax_certificate": ("課税（非課税）証明書", "住民税の課税証明書"),
    "family_register": ("戸籍謄本", "戸籍全部事項証明書"), "residence_certificate": ("住民票の写し", "世帯全員の住民票"),
    "maternal_handbook": ("母子健康手帳", "母子手帳"), "medical_certificate": ("診断書", "所定の診断書"),
    "medical_opinion": ("医師の意見書", "意見書（所定の様式）"),
    "disability_certificate": ("障害者手帳", "身体障害者手帳または愛の手帳"), "lease": ("賃貸借契約書", "賃貸借契約書の写し"),
    "receipt": ("領収書", "領収書の原本"),
    "employment_certificate": ("就労証明書", "離職票など"), "birth_certificate": ("出生証明書", "出生証明書"),
    "death_certificate": ("死亡診断書", "死亡診断書"),
    "school_certificate": ("在学証明書", "学生証の写し"), "pension_book": ("基礎年金番号が分かるもの", "年金手帳など"),
    "photo": ("顔写真（縦4センチ×横3センチ）", "写真1枚"), "residence_card": ("在留カード", "在留カード"),
}  # fmt: skip
PLACES = (
    ("131199", "板橋区"),
    ("131211", "足立区"),
    ("132080", "調布市"),
    ("131121", "世田谷区"),
    ("131016", "千代田区"),
)
OFFICES = (
    "子育て支援課 手当係",
    "子ども家庭課 給付係",
    "障害福祉課 管理係",
    "健康推進課",
    "福祉課 庶務係",
    "高齢福祉課 支援係",
    "保健予防課",
    "戸籍住民課",
)


@dataclass(frozen=True)
class Facts:
    """What a page says. Empty or None: the page says nothing about it."""

    name: str
    place: str
    who: str = "方"
    age: Age | None = None
    amounts: tuple[Amount, ...] = ()
    limit: str = ""
    opens: date | None = None
    closes: date | None = None
    days: tuple[str, int] | None = None
    documents: tuple[str, ...] = ()
    dropped: str = ""
    online: bool | None = None
    ways: tuple[str, ...] = ()
    office: str = ""
    phone: str = ""
    begins: date | None = None
    ends: date | None = None
    ended: bool = False
    residence: str = ""
    old_name: str = ""
    former_age: Age | None = None
    former_amounts: tuple[Amount, ...] = ()
    changed_on: date | None = None


@dataclass(frozen=True)
class Case:
    """A page with its record and the changes that a reader must find: (field, new value, old value or empty)."""

    id: str
    text: str
    title: str
    record: dict[str, Any]
    expected: tuple[tuple[str, Any], ...]
    other: bool = False
    facts: Facts | None = field(default=None, compare=False)


def programmes() -> dict[str, dict[str, Any]]:
    """Return the pack's programmes by id, dates as text."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((ROOT / "packs" / "tokyo" / "programmes").glob("*.yaml")):
        for item in yaml.safe_load(path.read_text(encoding="utf-8"))["programmes"]:
            found[item["id"]] = _plain(item)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def age_text(age: Age) -> str:
    """Write an age as a change shows it."""
    kind, low, high = age
    if kind == "fy":
        return f"{high}歳の年度末まで"
    if kind == "fyrange":
        return f"年度年齢{low}歳以上{high}歳の年度末まで"
    if kind == "lt":
        return f"{high}歳未満"
    if kind == "ge":
        return f"{low}歳以上"
    if kind == "range":
        return f"{low}歳以上{high + 1}歳未満"
    return (
        f"生後{low}か月以上{high // 12}歳{high % 12}か月未満" if high % 12 else f"生後{low}か月以上{high // 12}歳未満"
    )


def amount_text(amount: Amount) -> str:
    """Write a figure as a change shows it."""
    return f"{amount[1]}{amount[2]:,}円"


_AGES = {
    "fy": ((0, 18), (0, 15), (0, 6), (0, 12)), "fyrange": ((7, 15), (7, 18), (7, 12), (16, 18)),
    "lt": ((0, 20), (0, 18), (0, 43), (0, 40)), "ge": ((65, 0), (70, 0), (60, 0), (75, 0), (20, 0), (50, 0)),
    "range": ((18, 39), (20, 39), (18, 42), (18, 44)), "months": ((2, 90), (3, 90), (2, 60), (6, 90)),
}  # fmt: skip
_SENTENCES = {"月額": "月", "年額": "年", "1回": "1回", "1時間": "1時間", "日額": "1日"}


def base(seed: Seed, random: Random, known: dict[str, dict[str, Any]]) -> tuple[dict[str, Any], Facts]:
    """Return the record of a seed, made one municipality's in half of the cases, and a page that says the same."""
    record = deepcopy(known[seed.id])
    record.pop("amount", None)
    code, place = random.choice(PLACES)
    municipal = isinstance(record["area"], list)
    if municipal:
        code = record["area"][0]
        place = dict(PLACES).get(code, "板橋区")
    elif random.random() < 0.5:
        municipal = True
        record["area"] = [code]
        record["condition"] = record["condition"].replace("都内()", f"自治体コード = '{code}'")
    office = random.choice(OFFICES)
    phone = f"03-{random.randint(3000, 3999)}-{random.randint(1000, 9999)}"
    if municipal:
        record["office"] = {"ja": f"{place} {office}（電話 {phone}）", "en": "Section"}
    record["how"] = {"ja": "担当の窓口で申請します。", "en": "Apply at the counter."}
    if seed.amounts:
        parts = [
            f"{label + 'は' if label else ''}{_SENTENCES.get(per, '')}{yen:,}円" for label, per, yen in seed.amounts
        ]
        record["benefit_text"] = {"ja": "、".join(parts) + "です。", "en": "…"}
    if seed.days is None:
        window: dict[str, Any] = {"kind": "anytime", "ja": "随時申請できます。", "en": "At any time."}
        if random.random() < 0.6:
            window = {
                "kind": "period",
                "ja": "期間があります。",
                "en": "A period.",
                "opens": "2026-04-01",
                "closes": random.choice(("2027-01-29", "2027-02-26", "2027-03-31")),
            }
        record["window"] = window
    facts = Facts(
        name=record["name"]["ja"], place=place, who=seed.who, age=seed.age, amounts=seed.amounts, limit=seed.limit,
        opens=_day(record["window"].get("opens")), closes=_day(record["window"].get("closes")), days=seed.days,
        documents=tuple(record.get("documents") or ()), online=record.get("online"), ways=("窓口",),
        office=office, phone=phone if municipal else "", residence=_residence(record, municipal=municipal),
    )  # fmt: skip
    return record, facts


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _residence(record: dict[str, Any], *, municipal: bool) -> str:
    if municipal and "自治体コード" in record["condition"]:
        return "区市町村内在住"
    if "都内()" in record["condition"]:
        return "都内在住"
    return "国内在住" if "国内居住" in record["condition"] else ""


Change = tuple[str, Any]


def change(name: str, facts: Facts, record: dict[str, Any], random: Random) -> tuple[Facts, tuple[Change, ...]] | None:
    """Change one thing of the page and return the changes that must be found; None when the record has no such thing."""
    match name:
        case "age" if facts.age:
            pairs = [pair for pair in _AGES[facts.age[0]] if pair != facts.age[1:]]
            new = (facts.age[0], *random.choice(pairs))
            return replace(facts, age=new, former_age=facts.age), (("age", age_text(new)),)
        case "amount" if facts.amounts:
            at = random.randrange(len(facts.amounts))
            label, per, yen = facts.amounts[at]
            step = 50 if yen < 1000 else 500 if yen < 50000 else 5000
            new_amount = (label, per, yen + step * random.choice((1, 2, 3, -1)))
            amounts = (*facts.amounts[:at], new_amount, *facts.amounts[at + 1 :])
            return replace(facts, amounts=amounts, former_amounts=facts.amounts), (
                ("amount", (amount_text(new_amount), amount_text(facts.amounts[at]))),
            )
        case "limit":
            new_limit = random.choice(("所得制限なし", "所得6,220,000円未満", "所得3,604,000円以下"))
            said = "制限" in record["summary"]["ja"] + record["benefit_text"]["ja"]
            if (
                facts.limit == new_limit
                or ("所得" in record["condition"] and not facts.limit)
                or (said and not facts.limit)
            ):
                return None
            return (replace(facts, limit=new_limit), (("income_limit", new_limit),))
        case "closes" if facts.closes:
            new_day = random.choice((date(2027, 2, 15), date(2027, 3, 19), date(2026, 12, 28)))
            return replace(facts, closes=new_day), (("window.closes", new_day.isoformat()),)
        case "opens" if facts.opens:
            new_day = random.choice((date(2026, 5, 11), date(2026, 6, 1), date(2026, 4, 6)))
            return replace(facts, opens=new_day), (("window.opens", new_day.isoformat()),)
        case "days" if facts.days:
            new_days = random.choice([count for count in (10, 15, 20, 30, 60, 730, 365) if count != facts.days[1]])
            return replace(facts, days=(facts.days[0], new_days)), (("window.days", new_days),)
        case _:
            return _changed_ways(name, facts, record, random)


def _changed_ways(
    name: str, facts: Facts, record: dict[str, Any], random: Random
) -> tuple[Facts, tuple[Change, ...]] | None:
    """Change papers, ways, offices, beginnings and ends, the place or the name."""
    municipal = isinstance(record["area"], list)
    match name:
        case "documents":
            return _papers(facts, random)
        case "online":
            new_online = not facts.online
            return replace(facts, online=new_online), (("online", new_online),)
        case "how":
            return replace(facts, ways=("窓口", "郵送")), (("how", "窓口・郵送"),)
        case "office" if municipal:
            other = random.choice([office for office in OFFICES if office != facts.office])
            return replace(facts, office=other), (("office", other),)
        case "phone" if facts.phone:
            number = f"03-{random.randint(3000, 3999)}-{random.randint(1000, 9999)}"
            return replace(facts, phone=number), (("phone", number),)
        case "begins":
            days = (date(2026, 4, 1), date(2026, 10, 1), date(2026, 7, 1))
            day = random.choice([day for day in days if day.isoformat() != record.get("effective_from")])
            return replace(facts, begins=day, changed_on=day), (("effective_from", day.isoformat()),)
        case "ended":
            day = random.choice((date(2026, 9, 30), date(2026, 3, 31)))
            return replace(facts, ended=True, ends=day), (("ended", True), ("effective_to", day.isoformat()))
        case "residence" if facts.residence == "区市町村内在住":
            new_place = random.choice(("区市町村内在住・在勤", "区市町村内在住・在勤・在学"))
            return replace(facts, residence=new_place), (("residence", new_place),)
        case "name":
            new_name = {"jidou": "こども", "maru-": "こども"}.get(record["id"][:5], "新") + facts.name.split(" ")[
                -1
            ].split("（")[0]
            return replace(facts, old_name=facts.name, name=new_name), (("name.ja", new_name),)
        case _:
            return None


_MORE_PAPERS = (
    "income_certificate", "residence_certificate", "family_register", "id_card", "receipt", "tax_certificate", "photo",
    "medical_certificate",
)  # fmt: skip


def _papers(facts: Facts, random: Random) -> tuple[Facts, tuple[Change, ...]]:
    if facts.documents and random.random() < 0.3:
        gone = random.choice(facts.documents)
        kept = tuple(item for item in facts.documents if item != gone)
        return replace(facts, documents=kept, dropped=gone), (("documents", f"-{gone}"),)
    more = random.choice([item for item in _MORE_PAPERS if item not in facts.documents])
    return replace(facts, documents=(*facts.documents, more)), (("documents", f"+{more}"),)
