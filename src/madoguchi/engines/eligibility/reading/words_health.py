"""Rules on certificates, illness, care, pregnancy and birth, vaccination: what they are called and which test they mean.

Attribute names are the pack's; a test whose attribute the vocabulary does not know is dropped later.
"""

import re

from madoguchi.engines.eligibility.reading.folding import NUMBER, number
from madoguchi.engines.eligibility.reading.hits import Family, Hit, Pattern, Scene, listed, says

_HELD = (
    r"(?:の(?:交付|所持)|を|等を)?(?:現に)?(?:交付)?(?:を)?(?:所持|お持ち|持つ|持って|有する|有し|取得|受けて(?:い|お)|受けた)?(?:する"
    r"|している|し|の|いる)*"
)
_GRADE = (
    r"(?:\s*[\(の]?(?:おおむね|概ね)?(?:判定が?|程度が?|等級が?)?(?P<grades>[1-6一二三四五六]"
    r"(?:種)?[1-6級度、・,~\-からまたは又は及び\s]*[級度](?![^、。]{0,3}種)(?:程度)?)(?P<up>\s*以上|より重)?(?:程度)?(?:の)?(?:方|者)?\)?)?"
)


_PARENT = r"(?P<parent>(?:父(?:又は|または|若しくは|もしくは|か)?母?|母|保護者|養育者)(?:が|に))?"


def _certificate(name: str, attribute: str, words: str) -> Pattern:
    pattern = re.compile(
        rf"(?P<parent>(?:父(?:又は|または|若しくは|もしくは|か)?母?|母|保護者|養育者)(?:が|に))?(?:{words})(?:\([^()\d]{{0,12}}\))?{_GRADE}{_HELD}"
    )

    def make(match: "re.Match[str]", scene: Scene) -> Hit:
        known = scene.vocabulary.attributes.get(attribute)
        values = known.values if known else ()
        held = [value for value in values if value != "なし"]
        grades = _grades(match["grades"] or "", held, bool(match["up"]))
        test = listed(attribute, grades) if grades else f"{attribute} <> 'なし'"
        about = scene.adult if match["parent"] else scene.child
        return Hit(match.start(), match.end(), Family.CERTIFICATE, name, (about(test),), confidence=0.92)

    return Pattern(name, pattern, make)


def _grades(text: str, held: "list[str]", upward: bool) -> "list[str]":
    """Return the grades that a text names; 「3級以上」 means the heavier ones too."""
    marks = re.findall(r"[1-6一二三四五六]|~|-|から", text)
    chosen: set[int] = set()
    span = False
    last = 0
    for mark in marks:
        if mark in ("~", "-", "から"):
            span = True
            continue
        value = number(mark)
        chosen |= set(range(last, value + 1)) if span else {value}
        last, span = value, False
    if upward and chosen:
        chosen = set(range(1, max(chosen) + 1))
    return [value for value in held if value[:1].isdigit() and int(value[0]) in chosen]


def _care(match: "re.Match[str]", scene: Scene) -> Hit:
    known = scene.vocabulary.attributes.get("要介護度")
    values = [value for value in (known.values if known else ()) if value != "なし"]
    level, up = match["level"], bool(match["up"])
    chosen = values
    if level:
        exact = f"{match['kind']}{level}"
        chosen = values[values.index(exact) :] if up and exact in values else [v for v in values if v == exact]
    test = listed("要介護度", chosen) if level and chosen else "要介護度 <> 'なし'"
    return Hit(match.start(), match.end(), Family.HEALTH, "care-level", (scene.child(test),))


_SERIES = (
    "おたふくかぜ",
    "日本脳炎",
    "ロタ",
    "B型肝炎",
    "小児用肺炎球菌",
    "高齢者肺炎球菌",
    "五種混合",
    "四種混合",
    "二種混合",
    "BCG",
    "水痘",
    "HPV",
    "帯状疱疹",
    "インフルエンザ",
    "風しん",
    "麻しん",
    "ヒブ",
    "MR",
)
_ALIASES = {
    "おたふく": "おたふくかぜ",
    "流行性耳下腺炎": "おたふくかぜ",
    "水ぼうそう": "水痘",
    "子宮頸がん": "HPV",
    "ヒトパピローマ": "HPV",
    "麻しん風しん": "MR",
    "麻疹": "麻しん",
    "風疹": "風しん",
    "ロタウイルス": "ロタ",
    "Hib": "ヒブ",
}
_NAMES = "|".join(sorted([*_SERIES, *_ALIASES], key=len, reverse=True))
_NOT_DONE = re.compile(
    rf"(?:過去に|これまでに|以前に|まだ|一度も|当該|同じ|この)*(?P<name>{_NAMES})?(?:ウイルス|感染症)?(?:の)?(?:定期|任意)?(?:ワクチン"
    rf"|予防接種|接種)(?:の接種)?(?:を|が)?(?:全く|まだ|一度も|(?P<n>{NUMBER})回)?(?:の接種)?"
    rf"(?:して|受けて|接種して|完了して|終えて|終了して|受けたこと|接種したこと)(?:い|が|は)?(?:な(?:い|く)|ません)"
)
_UNFINISHED = re.compile(
    rf"(?P<n>{NUMBER})回(?:の|目の)?接種(?:が|を)?(?:すべて|全て)?(?:完了|終了|終え|受け終わ)[^、。]{{0,6}}ない(?:方|者)?"
)
_DOSES_LEFT = re.compile(rf"接種(?:回数)?が?(?P<n>{NUMBER})回(?:未満|に満たない)(?:の)?(?:方|者)?")


def _series(name: "str | None", title: str) -> str:
    """Return the series that is meant: the one named, else the one of the title."""
    for text in (name or "", title):
        for word in sorted([*_SERIES, *_ALIASES], key=len, reverse=True):
            if word in text:
                return _ALIASES.get(word, word)
    return ""


def _doses(match: "re.Match[str]", scene: Scene) -> "Hit | None":
    named = match.groupdict()
    series = _series(named.get("name"), scene.title)
    if not series:
        return None
    count = number(named.get("n") or "1")
    test = f"接種済回数('{series}') < {count}"
    return Hit(match.start(), match.end(), Family.HEALTH, "doses", (scene.child(test),), settled=True, confidence=0.85)


def _weight(match: "re.Match[str]", scene: Scene) -> Hit:
    sign = {"以下": "<=", "未満": "<", "以上": ">="}[match["op"]]
    test = f"出生体重グラム {sign} {number(match['n'])}"
    return Hit(match.start(), match.end(), Family.HEALTH, "birth-weight", (scene.child(test),), confidence=0.95)


def _weeks(match: "re.Match[str]", scene: Scene) -> Hit:
    sign = {"未満": "<", "まで": "<=", "以内": "<=", "以下": "<=", "以前": "<="}.get(match["op"] or "以上", ">=")
    test = f"妊娠週数 {sign} {number(match['n'])}"
    return Hit(match.start(), match.end(), Family.HEALTH, "weeks-of-pregnancy", (scene.adult(test),))


def _after_birth(match: "re.Match[str]", scene: Scene) -> Hit:
    """産後1年 (12か月) is the attribute; any other length is the age of the youngest child."""
    count, unit = number(match["n"]), match["unit"]
    months = count * (12 if unit == "年" else 1)
    if months == 12:
        tests: tuple[str, ...] = (scene.adult("出産後一年未満"),)
    else:
        sign = "<" if match["op"] in ("未満", "に満たない") else "<="
        tests = (f"存在(子, 月齢 {sign} {months})",)
    return Hit(match.start(), match.end(), Family.MATERNITY, "after-birth", tests, confidence=0.85)


MASKS = re.compile(
    r"妊婦健(?:康診査|診)|妊産婦健(?:康診査|診)|産婦健(?:康診査|診)|乳(?:幼)?児健(?:康診査|診)|母子(?:健康)?手帳|母子保健|母子生活支援施設"
    r"|母子・父子自立支援員|母子父子自立支援員|健康保険証|被保険者証|資格確認書|産後ケア(?!を?(?:必要|要))|産前産後(?:ヘルパー|サポート)"
    r"|妊婦(?:訪問|面談|面接|相談)|障害者総合支援法|児童福祉法|母子家庭等?就業|障害児(?:福祉サービス|通所支援|相談)"
    r"|(?:市|区|町|村|都|県|特別区)民税(?!の?(?:所得割|非課税|課税)|が(?:非)?課税)"
)

PATTERNS: tuple[Pattern, ...] = (
    says(
        "doctor",
        (
            r"(?:主治|担当|専門|指定)?医師?(?:が|の|に|から)(?:[^、。\n]{0,20}?)(?:認め(?:た|られ(?:た|る)?|る)|判断(?:した|され(?:た)?)?"
            r"|診断(?:した|され(?:た)?|を受け(?:た)?)|意見|指示)(?:もの)?"
        ),
        Family.REVIEW,
        category="医師判断",
    ),
    _certificate("physical-certificate", "身体障害者手帳", "身体障害者?手帳|身障手帳"),
    _certificate(
        "intellectual-certificate", "愛の手帳", r"愛の手帳(?:\(?(?:又は|または|や|・)?療育手帳(?:等)?\)?)?|療育手帳"
    ),
    _certificate("mental-certificate", "精神障害者保健福祉手帳", "精神障害者(?:保健福祉)?手帳|精神保健福祉手帳"),
    says(
        "certificates",
        r"(?:各種)?障害者?(?:児)?手帳(?:等)?(?:の交付)?を?(?:お?持ち?|所持|受けて)?",
        Family.CERTIFICATE,
        "身体障害者手帳 <> 'なし' OR 愛の手帳 <> 'なし' OR 精神障害者保健福祉手帳 <> 'なし'",
        about="child",
        confidence=0.7,
    ),
    says(
        "chronic-childhood-disease",
        r"小児慢性特定疾(?:病|患)(?:医療受給者証)?(?:を?(?:有する|お?持ち?)|に(?:かかって|罹患して)|の認定を受けて)?(?:いる|の)?",
        Family.HEALTH,
        "小児慢性特定疾病",
        about="child",
    ),
    says(
        "intractable-disease",
        (
            r"(?:指定難病|国や?都の?指定する難病|特定医療費(?:\(指定難病\))?受給者証|難病(?!等?の?医療))(?:に(?:かかって|罹患して)|の(?:患者"
            r"|認定))?(?:いる)?"
        ),
        Family.HEALTH,
        "指定難病",
        about="child",
    ),
    says(
        "mental-outpatient",
        r"精神(?:科|疾患)[^、。]{0,6}(?:通院)(?:して|中)?(?:いる)?",
        Family.HEALTH,
        "精神通院中",
        about="child",
    ),
    says(
        "severe-disability",
        r"常時(?:の|特別の|特別な)?介護(?:を|が)?(?:必要|要)(?:と?する|な)?[^、。]{0,8}(?:障害|状態)(?:に?ある)?",
        Family.CERTIFICATE,
        "常時介護が必要な重度障害",
        about="child",
    ),
    says(
        "development",
        (
            r"(?:(?:ことば|言葉|運動|心身|からだ|こころ|心|体|精神|身体|知的)[^、。\n]{0,8}?の?)?(?:発達|発育|成長)(?:の?(?:状態|面|段階"
            r"|状況)?)?(?:に|の|や|が|について)?[^、。次]{0,10}?(?:心配|不安|遅れ|気がかり|気になる|課題|偏り|つまずき)(?:が|の|を)?(?:見られる"
            r"|ある|あり|感じる|疑い(?:の|が)?ある|疑われる|な)*"
        ),
        Family.HEALTH,
        "発達の心配",
        about="child",
        confidence=0.85,
    ),
    says("dementia", r"認知症(?:の(?:症状|診断))?", Family.HEALTH, "認知症", about="child"),
    Pattern(
        "care-level",
        re.compile(
            r"(?P<kind>要介護|要支援)(?:認定|状態|度)?(?P<level>[1-5])?(?P<up>以上)?(?:の認定を受けて|と認定され|を受けて)?(?:いる)?"
        ),
        _care,
    ),
    Pattern(
        "birth-weight",
        re.compile(r"(?:出生時?の?|生まれた時の)?体重が?(?P<n>\d[\d,]*)(?:グラム|g|㌘)(?P<op>以下|未満|以上)"),
        _weight,
    ),
    Pattern("doses", _UNFINISHED, _doses),
    Pattern("doses", _NOT_DONE, _doses),
    Pattern("doses", _DOSES_LEFT, _doses),
    says(
        "fertility",
        r"(?:現に|特定)?不妊(?:症の?)?治療(?:及び不育症治療)?を?(?:現に)?(?:受けて(?:いる|おり|い)|受ける|行って(?:いる|い)|している|中の?)",
        Family.HEALTH,
        "不妊治療中",
        about="adult",
    ),
    Pattern(
        "weeks-of-pregnancy",
        re.compile(
            rf"妊娠(?:満)?(?P<n>{NUMBER})週(?:\([^()]*\))?(?P<op>以上|以降|以後|から|未満|まで|以内|以下|以前|を経過)"
        ),
        _weeks,
    ),
    says(
        "twins-before-birth",
        (
            r"(?:双子|ふたご|三つ子|多胎児?|双胎|2人以上)(?:など|等|以上)?(?:の|を)?(?:胎児を)?妊娠(?:して(?:いる|い)|中|された"
            r"|した)?(?:の)?(?:妊婦)?|(?:双子|多胎児?|三つ子)(?:以上)?(?:の|を)?(?:妊婦|妊娠)|多胎妊婦|多胎妊娠(?:中|して(?:いる|い))?(?:の妊婦)?"
        ),
        Family.MATERNITY,
        "胎児の数 >= 2",
        about="adult",
    ),
    Pattern(
        "after-birth",
        re.compile(
            rf"(?:産後|出産後|出産日から|出産の日から|分娩後)(?:の)?(?P<n>{NUMBER})(?P<unit>年|か月)(?:を経過|が経過)?(?P<op>未満|以内|まで"
            rf"|に満たない|を経過する(?:日)?まで|し(?:てい)?ない|頃まで|以下)?(?:の(?:産婦|母親?|女性|方|母子))?"
        ),
        _after_birth,
    ),
    says("mother-to-be-or-mother", r"妊産婦(?:さん)?", Family.MATERNITY, "申請者.妊娠中", "申請者.出産後一年未満"),
    says(
        "pregnancy-notice",
        r"妊娠(?:の)?届(?:出)?(?:書)?(?:を|の)?(?:提出|届出|届け出|出)(?:し(?:た)?|され(?:た)?|済み)?(?:出を(?:した|され))?",
        Family.MATERNITY,
        "妊娠中",
        about="adult",
        confidence=0.75,
    ),
    says(
        "pregnant",
        (
            r"妊婦(?:さん|の方)?|妊娠(?:中|して(?:いる|おり|い)|されて(?:いる|い)|された|している)(?:の)?(?:方|女性)?"
            r"|母子健康手帳の交付を受けた(?:妊婦)?|プレママ"
        ),
        Family.MATERNITY,
        "妊娠中",
        about="adult",
    ),
    says(
        "mother",
        (
            r"産婦(?!人科)(?:さん)?|産後(?:の|間もない)?(?:お母さん|母親|母子|女性|の?方|ママ)|出産(?:した|された|後の)(?:方|女性|母親|産婦)"
            r"|産褥婦"
        ),
        Family.MATERNITY,
        "出産後一年未満",
        about="adult",
    ),
)
