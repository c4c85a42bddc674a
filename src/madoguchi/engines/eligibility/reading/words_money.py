"""Rules on income, tax, public assistance and other schemes: amounts with 未満/以下, tables, received or never received.

A limit without an amount and a scheme without a name stay for a person. Knows no figures of its own.
"""

import re

from madoguchi.engines.eligibility.reading.folding import number
from madoguchi.engines.eligibility.reading.hits import Family, Hit, Pattern, Scene, says
from madoguchi.engines.eligibility.reading.proposal import Sense

_SIGNS = {
    "未満": "<",
    "に満たない": "<",
    "以下": "<=",
    "以内": "<=",
    "以上": ">=",
    "を超え": ">",
    "超": ">",
    "を超える": ">",
}
_AMOUNT = r"(?P<oku>\d+億)?(?:(?P<man>[\d,]+(?:\.\d+)?)万)?(?P<sen>\d千)?(?P<yen>[\d,]*)円"
_OP = r"(?P<op>未満|に満たない|以下|以内|以上|を超える|を超え|超)"
_BASES = (
    r"(?P<basis>(?:(?:保護者|父母|扶養義務者|夫婦|世帯員?|世帯全員|世帯主|申請者|妻|本人|ご?夫婦|生計中心者"
    r"|養育者)[^、。所収]{0,12}?)?(?:の)?(?:前年分?の?|前々年の?|合計|総)*(?:所得割(?:課税)?額|(?:合計|総)?所得(?:金額|額)?))"
)
_INCOME = re.compile(
    rf"(?:前年分?の?|前々年の?)?(?:(?:特別)?[市区町村都住]+民税(?:の)?)?{_BASES}(?:の合計(?:額)?|の?合算(?:額)?|の年額)?(?:が|は"
    rf"|で)?(?:、)?(?:年間|年額|おおむね|合わせて|合計で?|[^、。\d]{{0,6}})?{_AMOUNT}(?:\([^()]*\))?{_OP}"
)


def _yen(match: "re.Match[str]") -> int:
    value = number(match["oku"][:-1]) * 100_000_000 if match["oku"] else 0
    if match["man"]:
        value += int(float(match["man"].replace(",", "")) * 10_000)
    value += number(match["sen"][:-1]) * 1_000 if match["sen"] else 0
    return value + (int(match["yen"].replace(",", "")) if match["yen"].strip(",") else 0)


def _income(match: "re.Match[str]", scene: Scene) -> "Hit | None":
    basis, yen = match.group(), _yen(match)
    sign = _SIGNS[match["op"]]
    if not yen:
        return None
    if "所得割" in basis:
        test = f"世帯.住民税所得割額 {sign} {yen}"
    elif re.search(r"世帯(?!主)|夫婦|父母", basis):
        test = f"世帯.世帯所得 {sign} {yen}"
    else:
        test = scene.adult(f"所得 {sign} {yen}")
    return Hit(match.start(), match.end(), Family.MONEY, "income", (test,), confidence=0.92)


_TABLE = re.compile(
    r"(?P<table>児童育成手当|児童扶養手当|特別児童扶養手当|特別障害者手当|障害児福祉手当)(?:\([^()]*\))?(?:の)?"
    r"(?:支給)?(?:に係る)?(?:所得(?:制限)?(?:の)?(?:限度)?(?:基準)?額?|制限額|限度額)(?:の?(?:限度|制限)額)?(?P<op>未満|以下|以内|と同じ"
    r"|を超えない|内|の範囲内|の水準|と同様|と同等|に準じる|以上|を超え)"
)


def _table(match: "re.Match[str]", scene: Scene) -> "Hit | None":
    names = [name for name in scene.vocabulary.tables if name.split("_")[0] == match["table"]]
    if not names:
        return None
    exact = (
        match["table"] if match["table"] in names else next((n for n in names if "一部" in n or "本人" in n), names[0])
    )
    sign = {"以下": "<=", "以内": "<=", "を超えない": "<=", "以上": ">=", "を超え": ">"}.get(match["op"], "<")
    test = f"申請者.所得 {sign} 限度額表('{exact}', 申請者.扶養親族等の数)"
    return Hit(match.start(), match.end(), Family.MONEY, "income-table", (test,), confidence=0.8)


SCHEMES: tuple[str, ...] = (
    "児童手当",
    "児童扶養手当",
    "特別児童扶養手当",
    "児童育成手当",
    "障害児福祉手当",
    "特別障害者手当",
    "就学援助",
    "障害年金",
    "遺族年金",
    "就学奨励費",
    "特別支援教育就学奨励費",
    "出産育児一時金",
    "小児慢性特定疾病医療費助成",
    "自立支援医療",
    "住居確保給付金",
    "育児休業給付金",
    "傷病手当金",
    "教育訓練給付金",
    "教育訓練支援給付金",
    "自立支援教育訓練給付金",
    "高等職業訓練促進給付金",
    "高等学校等就学支援金",
    "高等学校等奨学給付金",
    "ひとり親家庭等医療費助成",
    "心身障害者福祉手当",
    "心身障害者医療費助成",
    "重度心身障害者手当",
    "国民健康保険",
    "施設型給付",
    "児童育成手当(障害手当)",
)
_GENERIC = r"(?!(?:他|同種|同様|類似|国|都|当該|この|本|各種)の?)[一-龥々ァ-ヶーA-Z0-9]{2,18}(?:手当金?|給付金|年金|奨学金|支援金|一時金|修学資金)"
_RECEIVE = (
    r"(?:(?:等|など)?(?:の(?:支給|受給|認定|給付|支援)|を)?(?:を|も)?(?:現に|既に|すでに|同時に|併せて|重ねて)?"
    r"(?:受給|受け(?:て|る|た)|支給されて|認定されて|利用して|受けることが?(?:でき|可能)|給付されて)(?:し(?:て)?|を受けて)?(?:い"
    r"|お)?(?P<tail>[^、。()]{0,10}?(?=[、。()\n]|$|方|者|世帯|場合|保護者|こと|か又は|か、|父|母|ひとり親|家庭|児童|とき))"
    r"|(?:の)?(?:支給|受給)対象(?:児童|者|となる)|(?:の)?受給(?:者|世帯|家庭|中|資格者)(?P<tail2>))"
)
_VAGUE = re.compile(r"(?:他の|ほかの|同じ|同種|同様|類似|別の|国や|この)")


def _receives(names: str) -> "re.Pattern[str]":
    name = rf"(?>(?:{names}|生活保護)(?:\([^()]*\)|の[一-龥]{{2,6}}(?:手当|扶助|扶養))?(?:制度|事業|証書?)?)"
    return re.compile(
        rf"(?P<names>{name}(?:(?:、|・|及び|および|または|又は|もしくは|若しくは|や|と){name}){{0,8}}+){_RECEIVE}"
    )


def scheme_patterns(names: "tuple[str, ...]") -> "tuple[Pattern, ...]":
    """Return the rules that read 受給 of these schemes, longest name first; unknown ones by their ending."""
    known = "|".join(re.escape(name) for name in sorted({*SCHEMES, *names}, key=len, reverse=True))
    single = re.compile(rf"({known}|生活保護|{_GENERIC})(?:\([^()]*\)|の[一-龥]{{2,6}}(?:手当|扶助))?")

    def make(match: "re.Match[str]", scene: Scene) -> "Hit | None":
        listed = match["names"]
        found = [item[1] for item in single.finditer(listed)]
        if set(found) == {"生活保護"}:
            return None
        tail = (match["tail"] or "") if match["tail"] is not None else ""
        once = (
            bool(re.search(r"受けた(?!い)|受給した|ことが(?:な|あ)", match.group()))
            or "過去" in scene.text[max(0, match.start() - 12) : match.start()]
        )
        ahead = re.match(r"ことが(?:ない|ありません)", scene.text[match.end() :])
        not_received = bool(ahead or re.search(r"ない|なく|ません|いず|おらず", match.group()[len(listed) :] + tail))
        sense = Sense.EXCLUDES if not_received else Sense.REQUIRES
        if once and (not_received or re.search(r"受けた(?!い)", match.group())):
            return Hit(
                match.start(),
                match.end(),
                Family.NEED,
                "received-once",
                category="他制度",
                scheme=found[0],
                sense=sense,
                now=False,
            )
        tests = tuple(dict.fromkeys("世帯.生活保護" if name == "生活保護" else f"受給('{name}')" for name in found))
        if "年金" in listed and re.search(r"公的年金|老齢", listed):
            tests = (scene.adult("年金受給中"),)
        if not_received:
            tests = (" AND ".join(f"NOT {test}" for test in tests),)
        return Hit(
            match.start(),
            match.end(),
            Family.NEED,
            "receives",
            tests,
            scheme="、".join(found),
            sense=sense,
            confidence=0.88,
            settled=True,
        )

    return (Pattern("receives", _receives(f"{known}|{_GENERIC}"), make),)


def mask_pattern(names: "tuple[str, ...]") -> "re.Pattern[str]":
    """Return what finds the names of schemes: words inside them say nothing about the person."""
    known = "|".join(re.escape(name) for name in sorted({*SCHEMES, *names}, key=len, reverse=True))
    return re.compile(
        rf"{known}|{_GENERIC}|(?:[ァ-ヶー一-龥々・]|ひとり親|こども|子ども|子育て){{2,24}}(?:助成制度|助成事業|支援事業|支援センター"
        rf"|医療証|受給者証|福祉資金|相談員|自立支援員)"
    )


_AID = (
    r"生活保護(?:法)?(?:\([^()]*\))?(?:による|の|における|に基づく)?(?:(?:教育|医療|住宅|出産|生業|生活)扶助|被保護者|被保護世帯"
    r"|保護)?(?:費)?(?:等)?(?:の)?(?:対象(?:と|に)?なる|対象)?(?:を|の)?(?:現に)?(?:受給(?:して(?:い|お)?|者|世帯|中)?|受けて(?:い|お)?"
    r"|適用を受けて(?:い)?|世帯|家庭)?(?:る|り)?(?:世帯|家庭|方|者)?"
)

PATTERNS: tuple[Pattern, ...] = (
    Pattern("income-table", _TABLE, _table),
    Pattern("income", _INCOME, _income),
    says("public-assistance", _AID, Family.NEED, "世帯.生活保護", confidence=0.95),
    says(
        "tax-exempt",
        (
            r"(?:世帯(?:全員|員全員|の全員)(?:が|の))?(?:[前今当該翌々]*年度分?の?|当該年度の?)?(?:(?:特別)?[市区町村都住]+民税?"
            r"|住民税)?(?:\([^()]*\))?(?:の?(?:均等割|所得割)(?:と|及び|・)?(?:所得割|均等割)?)?(?:が|の|も)?(?:課されていない|課税されていない"
            r"|非課税)(?:の?(?:世帯|方|者|家庭)|である|となる)?(?:世帯|方|者)?"
        ),
        Family.NEED,
        "世帯.住民税非課税",
        confidence=0.93,
    ),
    says(
        "taxed",
        r"(?:[前今当該]*年度分?の?)?(?:(?:特別)?[市区町村都]+民税|住民税)(?:が|の)?課税(?:され(?:ている)?|世帯|の世帯|である|者)(?:世帯|方)?",
        Family.NEED,
        "NOT 世帯.住民税非課税",
        confidence=0.9,
    ),
)
NO_LIMIT = re.compile(
    r"(?:所得|収入)(?:制限|による制限|の制限|要件|額?の?上限)?(?:は|が|を)?(?:ありません|なし|ない|あり?ません|設けて(?:い|お)り?ません"
    r"|問いません|撤廃)|所得(?:に|の額に)?(?:かかわらず|関係なく|関わらず|よらず)|(?:制限|要件|条件|定員)(?:は"
    r"|が)?(?:特に)?(?:ありません|なし$|ない$)"
    r"|問いません|問わず|問わない|どなたでも|だれでも|誰でも|制限はありません|も対象(?:です|になります|となります|とします)?。?$"
    r"|も利用できます|もご利用(?:に|い)|でも(?:ご)?(?:利用|相談|参加)|ても(?:対象|利用|相談|参加)"
)
