"""Reads whether one can apply online (電子申請), out of a page's units."""

import re
from collections.abc import Iterator

from madoguchi.engines.revising.dates import read_days
from madoguchi.engines.revising.findings import Found, Scene
from madoguchi.engines.revising.layout import Unit
from madoguchi.engines.revising.model import Field
from madoguchi.engines.revising.papers import METHOD

_ONLINE = (
    r"(?:電子申請|オンライン(?:で|による|から|での)?(?:の)?(?:申請|手続き?|申し?込み?|届出)?|ぴったりサービス|LoGoフォーム|マイナポータル"
    r"|インターネット(?:で|から|による)?(?:の)?(?:申請|手続き?|申し?込み?)?|スマートフォンから|電子手続|申請フォーム|東京共同電子申請"
    r"|ウェブ(?:サイト)?(?:で|から)(?:の)?(?:申請|申し?込み?)?|Web申請)"
)
_CAN = re.compile(
    _ONLINE
    + r"[^。]{0,40}?(?:できます|できるようにな|可能です?|受け付け(?:て|ま)|ご利用(?:いただけ|ください|になれ)|(?:申請)?(?:してください|します)"
    r"|お?申し?込み?(?:ください|いただけます)|手続き?(?:できます|してください)|からどうぞ|便利|24時間|始まりました|開始しました"
    r"|始めました|も(?:可|できます)|対応して|申請が?(?:でき|可)|お?手続き?ください|提出できます|可(?=[)]|$)|あり$|○$)"
)
_CANNOT = re.compile(
    _ONLINE
    + r"[^。]{0,24}?(?:できません|行って(?:い|お)り?ません|受け付けて(?:い|お)り?ません|対応して(?:い|お)り?ません|ありません"
    r"|不可|終了|お?取り?扱い?(?:して|は)|利用できません|休止)"
    r"|(?:窓口|郵送)(?:での?)?(?:申請|受付|受け付け|お?手続き?)?(?:のみ|に限り|だけ)(?:の|で|です|と|受|。|$)"
)
_BARE = re.compile(
    rf"^(?:{_ONLINE}(?:システム)?(?:\([^()]*\))?|可|できます|対応|あり|○)$"
    rf"|(?:・|、|または|又は|及び|、または){_ONLINE}|{_ONLINE}(?:・|、|または|又は|、または)"
)
_NO = re.compile(r"^(?:不可|なし|×|対応していません|できません|非対応|未対応)")
_NAMED = re.compile(r"電子|オンライン|インターネット")
_SOON = re.compile(r"予定|準備|検討|開始します|始まります|できるようになります|順次")
_ELSE = re.compile(r"予約|相談|講座|説明会|アンケート|問い?合わ?せ(?:フォーム)?")
_OTHER_FORM = re.compile(r"現況届|変更届|再交付")


def find_online(scene: Scene) -> Iterator[Found]:
    """Yield whether one can apply online; what is only announced is a doubt."""
    for unit in scene.units:
        can, match = _said(unit)
        if match is None or _OTHER_FORM.search(unit.text[: match.end()]):
            continue
        if _ELSE.search(match.group()) and "申請" not in match.group():
            continue
        why = "電子申請はこれから始まると書かれています。" if can and _to_come(scene, unit, match) else ""
        yield Found(Field.ONLINE, can, unit, match.start(), match.end(), 0.85 if can else 0.8, why=why)


def _said(unit: Unit) -> "tuple[bool, re.Match[str] | None]":
    cannot = _CANNOT.search(unit.text)
    if cannot:
        return False, cannot
    can = _CAN.search(unit.text)
    named = _NAMED.search(unit.label)
    if can or not (METHOD.search(unit.label) or named):
        return True, can
    bare = _BARE.search(unit.text)
    if bare and (named or re.search(_ONLINE, bare.group())):
        return True, bare
    return False, _NO.search(unit.text) if named else None


def _to_come(scene: Scene, unit: Unit, match: "re.Match[str]") -> bool:
    days = [day.day for day in read_days(unit.text, fiscal=scene.fiscal_of(unit), near=scene.read_on) if day.day]
    if days:
        return days[0] > scene.today
    return bool(_SOON.search(unit.text[match.start() : match.end() + 12]))
