"""Reads which office is responsible, its telephone number, and where one must live, out of a page's units."""

import re
from collections.abc import Iterator

from madoguchi.engines.revising.findings import Found, Scene
from madoguchi.engines.revising.layout import Unit
from madoguchi.engines.revising.model import Field

_ASK = re.compile(
    r"お?問い?合わ?せ(?:先|窓口)?|担当(?:課|部署|窓口|係|部|所管)?|連絡先|所管(?:課)?|受付(?:窓口|場所)|申請(?:窓口|先|場所)|窓口|作成|発信元|どこ|ご相談"
)
_UNIT = r"[一-龥ァ-ヶーぁ-ん・A-Za-z0-9]{1,16}?"
_OFFICE = re.compile(
    r"(?P<office>(?:[一-龥]{1,4}[区市町村都](?:役所)?\s?)?(?:[一-龥ァ-ヶーぁ-んA-Za-z]{2,12}(?:部|局|室)\s?|[一-龥]{2,8}(?:保健所|福祉事務所|センター)\s?(?=[一-龥ァ-ヶーぁ-ん]{2,10}課))?(?:[一-龥ァ-ヶーぁ-ん]{2,16}(?:課|センター|福祉事務所|保健所|推進室|対策室|事務局))"
    r"(?:\s?[一-龥ァ-ヶーぁ-ん0-9・]{1,14}?(?:係|グループ|担当|班|チーム|窓口))?)"
)
_TRIM = re.compile(
    r"^(?:は|が|の|に|へ|で|を|から|または|又は|及び|および|詳しくは|担当|お問い合わせは|問い合わせ先|申請先|窓口|受付|本庁舎|区役所|市役所|(?:\d階)?(?:[0-9]+番)?(?:窓口)?)+"
)
_HOME = re.compile(r"^[一-龥ヶ]{1,4}[区市町村](?:役所|役場)?\s*(?=[一-龥ァ-ヶーぁ-ん]{2})|^東京都\s")
_PHONE = re.compile(r"(?<![\d-])(?P<phone>0\d{1,4}[-(]\d{1,4}[-)]\d{3,4}|0\d{9,10})(?![\d-])")
_FAX = re.compile(r"(?:FAX|ファクス|ファックス|ファクシミリ|Fax|fax|F)[^\d]{0,8}$")
_SWITCH = re.compile(r"代表|救急|夜間|休日|警察|消防|\(代\)|聴覚")


def find_offices(scene: Scene) -> Iterator[Found]:
    """Yield the responsible office and its telephone number from the parts on asking and applying."""
    for unit in scene.units:
        asked = bool(_ASK.search(" ".join((*unit.headings[-2:], unit.row, unit.column))))
        if asked or re.search(
            r"問い?合わ?せ|担当は|までご(?:連絡|相談)|所管|が担当|課(?:へ|に|で)(?:申請|提出|お申|お越し|ご相談|届)",
            unit.text,
        ):
            yield from _offices(unit, asked=asked)
            yield from _phones(unit)


def _offices(unit: Unit, *, asked: bool) -> Iterator[Found]:
    for match in _OFFICE.finditer(unit.text):
        office = match["office"]
        lead = _TRIM.match(office)
        start = match.start() + (lead.end() if lead else 0)
        name = _HOME.sub("", unit.text[start : match.end()].strip())
        name = re.sub(r"^(?:.*(?:は|へは|先は|窓口は))(?=[一-龥ァ-ヶ])", "", name)
        if len(name) < 3 or re.search(r"コール|お近く|各|住所地|お住まい|医療機関", name):
            continue
        start = unit.text.rindex(name, 0, match.end())
        yield Found(Field.OFFICE, name, unit, start, match.end(), 0.8 if asked else 0.65)
        return


def _phones(unit: Unit) -> Iterator[Found]:
    for match in _PHONE.finditer(unit.text):
        before = unit.text[max(match.start() - 14, 0) : match.start()]
        if _FAX.search(before) or _SWITCH.search(before) or re.match(r"\s?\((?:代表|代)\)", unit.text[match.end() :]):
            continue
        yield Found(Field.PHONE, re.sub(r"[()]", "-", match["phone"]).strip("-"), unit, match.start(), match.end(), 0.8)
        return


_LIVES = re.compile(
    r"(?P<area>[区市町村]内|都内|東京都内|東京都|(?:日本)?国内|[一-龥ヶ]{1,4}?[区市町村](?=に(?:住|お住|居)))(?:に|へ|の)?(?:、)?(?:引き続き|継続して|現に|現在|\d{1,2}(?:年|か月)以上(?:前から)?|親子ともに|ともに)*(?:に|、)?"
    r"(?P<live>在住(?:で|の|する|している)?|住所(?:が|を|の)(?:あり|ある|有し|有する|お持ち)|住民登録(?:が|を|の)?(?:ある|あり|して|されて)|お?住まいの?|お住まい|住んで|住む|居住(?:する|し|して)?|住民票(?:が|を|の)?(?:ある|あり|有)|在勤|在学)"
    r"(?P<more>(?:・|、|または|又は|か|もしくは)*(?:[区市町村]内)?(?:に)?(?:在勤|在学|通勤|通学)(?:(?:・|、|または|又は|か|もしくは)*(?:在学|在勤|通学))?)?"
)
_TARGET = re.compile(r"対象|どんな人|だれ|誰|要件|資格|条件|住所|居住|受給|利用できる|受けられる|方$")
_OUT = re.compile(r"転出|対象外|除[きく]|限りません|問いません|かかわらず|医療機関|施設に|店舗|事業所|お勤め|会場|協力")


def find_residence(scene: Scene) -> Iterator[Found]:
    """Yield where one must live: 区内在住, 都内在住, 国内居住, with 在勤 and 在学 where they are enough."""
    for unit in scene.units:
        if not (_TARGET.search(unit.label) or re.search(r"対象|方(?:が|に|は|で)|お子さん|児童", unit.text)):
            continue
        for match in _LIVES.finditer(unit.text):
            if _OUT.search(unit.text[match.end() : match.end() + 16]) or _OUT.search(
                unit.text[max(match.start() - 6, 0) : match.start()]
            ):
                continue
            sure = bool(_TARGET.search(unit.label)) or bool(re.search(r"対象", unit.text))
            why = (
                "居住の期間の条件があります。"
                if re.search(r"\d(?:年|か月)以上", match.group())
                else ""
                if sure
                else "対象の条件か確かめてください。"
            )
            yield Found(Field.RESIDENCE, residence_text(match), unit, match.start(), match.end(), 0.8, why=why)
            break


def residence_text(match: "re.Match[str]") -> str:
    """Write where one must live as it is shown: 区内在住, 区内在住・在勤."""
    area = match["area"]
    place = "国内" if "国内" in area else "都内" if area.startswith(("都", "東京")) else "区市町村内"
    words = match["live"] + (match["more"] or "")
    parts = ["在住"] if not re.match(r"在勤|在学", match["live"]) else []
    parts += [word for word, pattern in (("在勤", "在勤|通勤"), ("在学", "在学|通学")) if re.search(pattern, words)]
    return place + "・".join(parts)
