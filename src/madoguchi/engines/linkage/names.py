"""Makes names of businesses comparable: width, case, kana, old characters; the legal form apart from the core.

Folded names are for comparing only. The legal forms are those of 会社法 and of the corporate register's kinds, with the
abbreviations that bank forms use ((株), ㈱, (カ).
"""

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

_OLD = (
    "髙高﨑崎碕崎邊辺邉辺齋斉斎斉齊斉濱浜濵浜廣広國国澤沢櫻桜榮栄學学會会與与惠恵眞真龍竜瀧滝嶋島嶌島冨富德徳佛仏實実寶宝壽寿圓円"
    "萬万證証鐵鉄藝芸醫医豐豊條条淺浅關関應応蠣蛎籠篭檜桧曾曽彌弥禮礼靜静聲声經経縣県驛駅號号總総單単團団圖図體体變変辨弁辯弁瓣弁"
    "黑黒將将獎奨莊荘藏蔵釀醸讓譲乘乗淨浄淸清靑青薗園桒桑柏栢館舘峯峰淵渕鷗鴎鶯鴬瀨瀬賴頼戶戸步歩稻稲鹽塩壺壷狹狭峽峡黃黄橫横卷巻"
    "鄕郷兩両綠緑錄録歷歴曆暦拂払假仮價価來来傳伝殘残錢銭鑛鉱礦鉱擴拡鑄鋳龜亀舊旧據拠擧挙區区驅駆勳勲薰薫輕軽繼継溪渓鷄鶏雞鶏劍剣"
    "劔剣檢検險険驗験獻献顯顕嚴厳效効恆恒廳庁濟済劑剤參参棧桟蠶蚕贊賛絲糸齒歯兒児辭辞濕湿寫写釋釈從従澁渋縱縦處処敍叙燒焼稱称奧奥"
    "觸触盡尽粹粋醉酔穗穂隨随髓髄樞枢數数攝摂專専戰戦纖繊禪禅壯壮爭争雙双搜捜插挿裝装騷騒屬属續続墮堕對対帶帯滯滞臺台擇択膽胆彈弾"
    "斷断遲遅晝昼蟲虫聽聴遞逓點点轉転當当燈灯黨党盜盗鬪闘獨独讀読屆届貳弐腦脳霸覇拜拝廢廃賣売麥麦發発髮髪拔抜蠻蛮甁瓶竝並舖舗豫予"
    "餘余譽誉搖揺樣様謠謡亂乱覽覧獵猟壘塁勵励隸隷靈霊齡齢戀恋爐炉勞労樓楼灣湾槇槙埜野塚塚祐祐曻昇冴冴桺柳礒磯"
)
_TABLE: dict[int, str] = {ord(_OLD[i]): _OLD[i + 1] for i in range(0, len(_OLD), 2)}
_USUAL = dict(_TABLE)
_TABLE |= {code: chr(code - 0x60) for code in range(ord("ァ"), ord("ヶ") + 1)}
_TABLE |= {
    ord(mark): "" for mark in "ーｰ・･.,、。，．'’`´‘\"“”!?！？&＆‐−–—―-~〜_＿/／\\ 　()（）[]「」『』【】<>〈〉:;+*#@"
}
_SMALL = str.maketrans("ぁぃぅぇぉっゃゅょゎゕゖ", "あいうえおつやゆよわかけ")


class LegalForm(StrEnum):
    """Legal form of a business (法人格), as far as its name tells."""

    STOCK = "株式会社"
    LIMITED = "有限会社"
    LLC = "合同会社"
    GENERAL_PARTNERSHIP = "合名会社"
    LIMITED_PARTNERSHIP = "合資会社"
    GENERAL_ASSOCIATION = "一般社団法人"
    PUBLIC_ASSOCIATION = "公益社団法人"
    GENERAL_FOUNDATION = "一般財団法人"
    PUBLIC_FOUNDATION = "公益財団法人"
    MEDICAL = "医療法人"
    WELFARE = "社会福祉法人"
    SCHOOL = "学校法人"
    RELIGIOUS = "宗教法人"
    NPO = "特定非営利活動法人"
    LAWYERS = "弁護士法人"
    TAX_ACCOUNTANTS = "税理士法人"
    OTHER = ""


_FORMS: tuple[tuple[LegalForm, str], ...] = (
    (LegalForm.STOCK, r"株式[会會]社|\(株\)|\(カ\)|カ\)"),
    (LegalForm.LIMITED, r"有限[会會]社|\(有\)|\(ユ\)|ユ\)"),
    (LegalForm.LLC, r"合同[会會]社|\(同\)|\(ド\)"),
    (LegalForm.GENERAL_PARTNERSHIP, r"合名[会會]社|\(名\)|\(メ\)"),
    (LegalForm.LIMITED_PARTNERSHIP, r"合資[会會]社|\(資\)|\(シ\)"),
    (LegalForm.GENERAL_ASSOCIATION, r"一般社団法人|\(一社\)"),
    (LegalForm.PUBLIC_ASSOCIATION, r"公益社団法人|\(公社\)"),
    (LegalForm.GENERAL_FOUNDATION, r"一般財団法人|\(一財\)"),
    (LegalForm.PUBLIC_FOUNDATION, r"公益財団法人|\(公財\)"),
    (LegalForm.MEDICAL, r"(?:特定|社会)?医療法人(?:社団|財団)?|\(医\)|\(イ\)"),
    (LegalForm.WELFARE, r"社会福祉法人|\(福\)|\(フク\)"),
    (LegalForm.SCHOOL, r"学校法人|\(学\)|\(ガク\)"),
    (LegalForm.RELIGIOUS, r"宗教法人|\(宗\)|\(シユウ\)"),
    (LegalForm.NPO, r"(?:認定)?特定非営利活動法人|(?:認定)?NPO法人|\(特非\)|\(トクヒ\)"),
    (LegalForm.LAWYERS, r"弁護士法人|\(弁\)|\(ベン\)"),
    (LegalForm.TAX_ACCOUNTANTS, r"税理士法人|\(税\)|\(ゼイ\)"),
)
_ENGLISH = r"co\.?,?\s*ltd\.?|company,?\s*limited|inc\.?|k\.?k\.?|corp(?:oration)?\.?|llc|l\.l\.c\.|g\.?k\.?"
_ANY = "|".join(f"(?P<f{place}>{pattern})" for place, (_, pattern) in enumerate(_FORMS))
_PREFIX = re.compile(rf"\s*(?:{_ANY})\s*", re.IGNORECASE)
_SUFFIX = re.compile(rf"\s*(?:{_ANY}|(?:(?<=[\s,.])(?:{_ENGLISH})))\s*$", re.IGNORECASE)
_ENDING = re.compile(r"(?:会社|會社|法人|社団|財団|[)a-zA-Z.])\s*$")
_BLANK_BETWEEN = re.compile(r"(?<=[()\u3040-\u30ff\u3400-\u9fff])\s+(?=[()\u3040-\u30ff\u3400-\u9fff])")
_MIN_STEM = 3
_OFFICES = ("本社", "支社", "本店", "支店", "本部", "支部", "営業所", "事業所", "出張所", "工場")
_BRANCH = re.compile(
    rf"(?:{'|'.join(pattern for _, pattern in _FORMS)})?\W*[\u4e00-\u9fff]{{0,3}}(?:{'|'.join(_OFFICES)})",
    re.IGNORECASE,
)
_CUT_FORM = re.compile(r"(?<=..)(?:株式[会會]?|有限[会會]?|合[同名資][会會])$")
_MAYBE = re.compile(r"会社|會社|法人|[)）㈱㈲㈳㈵㈻㈶㊑㊒]|[a-zA-Zａ-ｚＡ-Ｚ]")


def fold_name(text: str) -> str:
    """Return a name in one spelling: NFKC, lower case, hiragana, usual characters, no marks or blanks."""
    return _fold(unicodedata.normalize("NFKC", text))


def _fold(normal: str) -> str:
    return unicodedata.normalize("NFC", normal.casefold().translate(_TABLE).translate(_SMALL))


def usual_characters(text: str) -> str:
    """Return a text with old and variant characters replaced by the usual ones; everything else stays."""
    return unicodedata.normalize("NFKC", text).translate(_USUAL)


@lru_cache(maxsize=1_024)
def bare_name(text: str) -> tuple[str, LegalForm]:
    """Return a name (NFKC) without its legal form, and the form; a name that is nothing but a form stays whole."""
    normal = unicodedata.normalize("NFKC", text).strip()
    form = LegalForm.OTHER
    rest = normal
    if _MAYBE.search(text):
        head = _PREFIX.match(normal)
        if head is not None:
            form, rest = _form(head), normal[head.end() :]
        tail = _SUFFIX.search(rest) if _ENDING.search(rest) else None
        if tail is not None and (tail.start() or head is None):
            form, rest = (form if form is not LegalForm.OTHER else _form(tail)), rest[: tail.start()]
    return (rest, form) if rest else (normal, LegalForm.OTHER)


def core_name(text: str) -> tuple[str, LegalForm]:
    """Return the folded name without its legal form, and the form (OTHER when the name tells none).

    Blanks between Japanese characters mean nothing, also inside the legal form (株 式 会 社), and a form that was cut off
    at the end (…株式会) is no part of the name.
    """
    bare, form = bare_name(_BLANK_BETWEEN.sub("", unicodedata.normalize("NFKC", text)))
    cut = _CUT_FORM.search(bare) if form is LegalForm.OTHER else None
    return _fold(bare[: cut.start()] if cut else bare), form


@lru_cache(maxsize=64)
def branch_stems(core: str) -> tuple[str, ...]:
    """Return what a folded name may be without the branch or office at its end (…新宿支店); empty when it names none.

    The place of an office is at most three kanji here, so that little of another name can pass for one.
    """
    if not core.endswith(_OFFICES):
        return ()
    return tuple(core[:end] for end in range(_MIN_STEM, len(core)) if _BRANCH.fullmatch(core, end))


def _form(match: re.Match[str]) -> LegalForm:
    """Return the form whose pattern matched; an English ending tells none."""
    return _FORMS[int(match.lastgroup[1:])][0] if match.lastgroup else LegalForm.OTHER
