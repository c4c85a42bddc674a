"""Reads which papers are asked for and by which ways one applies (online.py reads 電子申請), out of a page's units and a record's texts."""

import re
from collections.abc import Iterator, Mapping

from madoguchi.engines.revising.dates import read_days
from madoguchi.engines.revising.findings import Found, Scene
from madoguchi.engines.revising.layout import Unit
from madoguchi.engines.revising.model import Field

PAPERS: Mapping[str, str] = {
    "mynumber": r"マイナンバー(?!カードの申請)|個人番号|マイナンバーカード",
    "id_card": r"本人確認|身分証|運転免許証|免許証",
    "bank_account": r"(?:振込先|振り込み先|受取|指定)?の?(?:口座|通帳|キャッシュカード)|口座情報",
    "insurance": r"(?:健康)?保険証|資格確認書|資格情報のお知らせ|健康保険の資格(?!喪失)|保険の(?:加入|資格(?!喪失))",
    "income_certificate": r"所得(?:・収入)?(?:を|が|の)?(?:証明|確認|分か|わか)|所得証明|収入(?:を|が|の)?(?:証明|分か|わか)|源泉徴収票|給与明細",
    "tax_certificate": r"(?:住民税|市町村民税|特別区民税)?(?:の)?(?:非?課税)(?:\(非課税\))?(?:・非課税)?証明書?",
    "family_register": r"戸籍(?:謄本|抄本|全部事項|の|\()",
    "residence_certificate": r"住民票",
    "maternal_handbook": r"母子(?:健康)?手帳",
    "medical_certificate": r"(?<!死亡)診断書(?!・死体)",
    "medical_opinion": r"意見書",
    "disability_certificate": r"(?:身体|精神)?障(?:害|がい)者(?:保健福祉)?手帳|愛の手帳|療育手帳",
    "lease": r"賃貸借契約書|賃貸契約書",
    "receipt": r"領収(?:書|証)|レシート",
    "employment_certificate": r"就労証明|離職票|雇用(?:証明|主の証明)|在職証明|勤務証明",
    "birth_certificate": r"出生証明書?",
    "death_certificate": r"死亡診断書|死体検案書",
    "disaster_certificate": r"[罹り]災証明",
    "care_insurance_card": r"介護保険(?:被保険者)?証",
    "school_certificate": r"在学証明|学生証|生徒手帳",
    "pension_book": r"基礎年金番号|年金手帳",
    "photo": r"(?:顔)?写真(?!付き|付|つき|入)",
    "residence_card": r"在留カード|特別永住者",
}
"""Words of a page for the papers of the reference pack's documents.yaml; a pack with other ids hands its own."""

_SECTION = re.compile(
    r"必要(?:な(?:もの|書類|物)|書類|もの|物)|持ち物|持参|提出書類|添付書類|用意|そろえる|お持ち|申請書類|書類|何が必要|何が要"
)
_ASKED = re.compile(
    r"(?:が|も)必要です|をお持ち|を(?:持参|添付|提出|添え|用意)|を持って|の提出が必要|を添えて|を見せて|ご用意"
)
_LEAD = re.compile(r"^.{0,16}?(?:持ち物|必要(?:な)?(?:もの|書類)|提出書類|添付書類)(?:は|:)")
_NOT_NEEDED = re.compile(
    r"(?:は|も|の(?:添付|提出|持参)は)?(?:、)?(?:不要|必要ありません|要りません|いりません|省略(?:でき|できます|可)|必要なくな|求めません|廃止)"
)
_SOMETIMES = re.compile(
    r"場合|とき(?:は|の|に|のみ)|方(?:のみ|は|\))|該当(?:する|者)|必要に応じて|求めることが|お持ちの(?:方|場合)|に限る|転入(?:した|され)|代理"
)


def find_papers(scene: Scene, papers: Mapping[str, str]) -> Iterator[Found]:
    """Yield each paper that is asked for, or no longer asked for."""
    known = {name: re.compile(words) for name, words in papers.items()}
    for unit in scene.units:
        listed = bool(_SECTION.search(unit.label) or _LEAD.match(unit.text))
        if not listed and not _ASKED.search(unit.text) and not _NOT_NEEDED.search(unit.text):
            continue
        for name, pattern in known.items():
            found = [
                item for match in pattern.finditer(unit.text) if (item := _paper(unit, name, match, listed=listed))
            ]
            yield from sorted(found, key=lambda item: not item.removed)[:1]


def _paper(unit: Unit, name: str, match: "re.Match[str]", *, listed: bool) -> Found | None:
    rest = re.split(r"[。]", unit.text[match.end() :])[0]
    clause = re.split(r"[、]", rest)[0]
    if name == "disability_certificate" and not listed and re.search(r"級|所持|交付を受け", clause[:12]):
        return None
    gone = _NOT_NEEDED.search(rest[:40])
    if gone and not re.search(r"[、・(]|必要です|お持ち", rest[: gone.start()]):
        some = _SOMETIMES.search(unit.text) or _INSTEAD.search(unit.text)
        why = "条件つきで不要と書かれています。" if some else ""
        return Found(Field.DOCUMENTS, name, unit, match.start(), match.end() + gone.end(), 0.8, removed=True, why=why)
    if not listed and not _ASKED.search(rest):
        return None
    if name != "id_card" and re.search(r"本人確認[^()]{0,12}\([^()]*$", unit.text[: match.start()]):
        return None
    some = (
        _SOMETIMES.search(unit.text[max(match.start() - 30, 0) : match.start()])
        or _SOMETIMES.search(clause[:24])
        or _SOMETIMES.search(unit.row)
    )
    return Found(
        Field.DOCUMENTS,
        name,
        unit,
        match.start(),
        match.end(),
        0.8,
        why="一部の人だけに求める書類です。" if some else "",
    )


WAYS = (
    ("窓口", re.compile(r"窓口|来庁|来所|直接|持参|課(?:へ|に)(?:提出|お越し)|(?:区|市)役所(?:で|に|へ)|出張所")),
    ("郵送", re.compile(r"郵送|郵便")),
    (
        "電話",
        re.compile(
            r"電話(?:で|または|か|、|・|に(?:て|より))(?:[^。]{0,12}?)(?:申|予約|相談|受付|連絡)|電話(?:で|による)(?:申|予約|相談|受付)|^電話$"
        ),
    ),
    ("勤務先", re.compile(r"勤務先(?:に|へ|を通じて)|勤め先(?:に|へ|を通じて)|会社を通じて")),
    ("学校", re.compile(r"学校(?:に|へ|を通じて|の窓口)")),
    (
        "医療機関",
        re.compile(
            r"医療機関(?:で|に|へ|の窓口で)(?:直接)?(?:お?申|受け|予約|提出|手続|接種|受診)|病院で(?:手続|受け|申)"
        ),
    ),
)
_INSTEAD = re.compile(r"マイナンバー[^、。]{0,12}(?:を記入|を提示|を利用|により|で確認)")
METHOD = re.compile(
    r"(?:申請|申し?込み?|手続き?|届出|請求|受付|提出|応募)(?:の)?(?:方法|手続|しかた|仕方|手順|の流れ|先|窓口|場所)|どうやって|どのように|方法|手続き?(?:は|$)|どこで|郵送|申請先"
)


def ways_of(text: str) -> tuple[str, ...]:
    """Return the ways of applying that a text names, without 電子申請."""
    return tuple(name for name, pattern in WAYS if pattern.search(text))


def find_ways(scene: Scene) -> Iterator[Found]:
    """Yield each way of applying that the part on how to apply names."""
    for unit in scene.units:
        labelled = bool(METHOD.search(unit.label)) and not re.search(r"問い?合わ?せ", unit.label)
        if not labelled and not re.search(
            r"(?:申請|お?申し?込み?|請求|届け?出|手続き?|提出|受け付け)(?:も|は|が)?(?:でき|して|する|ください|ます|をして|を受け付け|てください|可)|でも(?:申請|受け付け|お申)|郵送してください",
            unit.text,
        ):
            continue
        days = read_days(unit.text, fiscal=scene.fiscal_of(unit), near=scene.read_on) if "から" in unit.text else []
        if any(day.day and day.day > scene.today for day in days):
            continue
        for name, pattern in WAYS:
            match = pattern.search(unit.text)
            if not match:
                continue
            denied = re.search(
                r"^(?:[・、や](?:電子申請|オンライン(?:申請)?|メール|ファクス|FAX))?(?:での?|による|に(?:よる)?)?(?:申請|受付|お?手続き?|提出)?(?:は|では)(?:、)?(?:受け付けて(?:い|お)り?ません|できません|行って(?:い|お)り?ません|不可)",
                unit.text[match.end() :],
            )
            bare = unit.text[match.start() : match.end()] in ("医療機関", "学校") and not labelled
            if denied or bare or (name in ("電話",) and not labelled and "申" not in unit.text):
                continue
            yield Found(Field.HOW, name, unit, match.start(), match.end(), 0.7 if labelled else 0.6)
