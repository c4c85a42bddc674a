"""Reads when one may apply, when a programme begins and ends, out of a page's units.

A day is taken as a limit only next to words of applying; the day of an update, of an event or of a payment is none.
"""

import re
from collections.abc import Iterator

from madoguchi.engines.revising.dates import Day, read_days, read_months
from madoguchi.engines.revising.findings import Found, Scene
from madoguchi.engines.revising.folding import NUMBER, core, number
from madoguchi.engines.revising.layout import Unit
from madoguchi.engines.revising.model import Field

_NO_YEAR = "年が書かれていません。"
_PERIOD = re.compile(
    r"(?:申請|申し?込み?|受付|受け付け|募集|請求|応募|提出|手続き?|登録)(?:の|できる|を|は)?(?:受付|期間|期限|締め?切り?|日程|日時|時期|開始|終了|いつ|〆切)|期間$|期限|締め?切り?|〆切|いつまで|受付"
)
_APPLY = re.compile(
    r"申請|申し?込|受付|受け付け|受付け|請求|応募|提出|届け出|必着|消印|締め?切|〆切|期限|まで(?:に|です|。|$)"
)
_NOT_WINDOW = re.compile(
    r"支給(?:日|月|時期|予定)|振込|支払|説明会|開催|試験|所得(?:は|を)|現在|時点|基準日|生まれ|出生した|転入した|住民登録|支給対象期間|利用期間|有効期(?:間|限)|接種期間|実施期間|受診期間|年齢|健診日"
)
_BEGIN = re.compile(r"^\s?(?:\d{1,2}時\d{0,2}分?)?\s?(?:から|より|~|-|開始|に?受付開始|に(?:開始|始まり|受付を開始))")
_OTHER_PERIOD = re.compile(
    r"支給(?:日|月|時期)|接種|(?:有効|利用|実施|受診|支給|対象|助成|給付|貸付|契約|運行|開催|工事)の?期間"
)
_BEGIN_BEFORE = re.compile(r"(?:受付|申請|申込み?|募集)の?開始(?:日)?(?:は|:)?\s?$")
_END = re.compile(
    r"^\s?(?:\d{1,2}時(?:\d{1,2}分)?)?\s?(?:\((?:当日)?(?:消印|必着)|(?:\([^()]{1,14}\))?\s?(?:まで|必着|消印|締め?切|〆切|当日消印|が(?:申請)?期限|[でに](?:受付を?|申込みを?)?締め?切|受付終了))"
)
_DAYS = re.compile(
    rf"(?P<from>[^。、\d]{{0,24}}?)(?:の?翌日)?(?:から|より|後)?(?:起算して)?、?(?:数えて)?(?P<n>{NUMBER})(?P<unit>日|週間|か月|月|年)以内"
)
_NOT_APPLY = re.compile(
    r"決定|支給(?:します|され)|審査|通知(?:します|され)|お?届けし|交付します|振り?込|返還|結果|転入|在住|居住(?:して|し)|退院|離職(?:し|後|の日)|受診"
)
_EVENT = re.compile(
    r"出生|誕生|生まれ|転入|離職|退職|死亡|亡くな|認定|出産|接種|診断|住み始め|引っ?越し|事由|妊娠|葬儀|受診|支払|事実|資格|休業"
)


def days_of(count: int, unit: str) -> int | None:
    """Return a limit in days: years as the pack counts them (2年 = 730, 5年 = 1826); None for months, which have no one length."""
    if unit == "日":
        return count
    if unit == "週間":
        return count * 7
    return int(count * 365.25) if unit == "年" and count > 3 else count * 365 if unit == "年" else None


def find_windows(scene: Scene) -> Iterator[Found]:
    """Yield the first and last day of applying and limits of days (…以内)."""
    for unit in scene.units:
        text = unit.text
        if _OTHER_PERIOD.search(unit.label):
            continue
        about = bool(_PERIOD.search(unit.label))
        if "月" in text or "/" in text or "." in text:
            yield from _limits(scene, unit, about=about)
        if "以内" in text:
            yield from _within(unit, about=about)


def _limits(scene: Scene, unit: Unit, *, about: bool) -> Iterator[Found]:
    text, fiscal = unit.text, scene.fiscal_of(unit)
    days = read_days(text, fiscal=fiscal, near=scene.read_on)
    if not days or not (about or _APPLY.search(text)) or (not about and _NOT_WINDOW.search(text)):
        return
    for index, day in enumerate(days):
        tail = text[day.end : day.end + 24]
        ends = _END.match(tail)
        before = text[max(day.start - 14, 0) : day.start]
        begins = (_BEGIN.match(tail) or _BEGIN_BEFORE.search(before)) if not ends else None
        if begins and not about and not _opening(text, day):
            continue
        if (
            begins
            and index + 1 == len(days)
            and not _BEGIN_BEFORE.search(before)
            and not re.search(r"受け?付け?|申請|申し?込|募集|開始", text[day.end :] + unit.label)
        ):
            continue
        closing = ends or (
            about and not begins and (index > 0 or re.search(r"期限|締め?切|〆切|まで", unit.label + text[:6]))
        )
        field = Field.CLOSES if closing else Field.OPENS if begins else None
        if field is None or _other(text, day, about=about):
            continue
        end = day.end + (ends.end() if ends else 0)
        yield Found(
            field,
            day.day.isoformat() if day.day else None,
            unit,
            day.start,
            end,
            0.9 if about else 0.75,
            why="" if day.day else _NO_YEAR,
        )


def _opening(text: str, day: Day) -> bool:
    """Tell the opening of the reception from the day of a change (…から電子申請ができるようになりました)."""
    after = text[day.end :]
    if _BEGINS.match(after) or re.search(r"電子|オンライン|マイナポータル|郵送|ようにな|変わり", after[:24]):
        return bool(re.search(r"受付(?:開始|を開始)|募集|申請期間", after[:24]))
    return bool(re.search(r"受け?付け?|申請|申し?込|募集", text))


def _other(text: str, day: Day, *, about: bool) -> bool:
    """Tell a day that belongs to a birth, a move or a payment from a limit of applying."""
    near = text[day.end : day.end + 16]
    if re.match(
        r"(?:まで|から|以降|以前)?(?:に|の間に)?(?:生まれ|出生|転入|受診|接種|購入|契約|妊娠|離職|在住|住民登録|診療|満)",
        near,
    ):
        return True
    return not about and bool(re.search(r"(?:生年月日|更新日?|基準日)[^。]{0,6}$", text[: day.start]))


def _within(unit: Unit, *, about: bool) -> Iterator[Found]:
    for match in _DAYS.finditer(unit.text):
        around = unit.text[match.end() : match.end() + 24]
        if _NOT_APPLY.search(re.split(r"[。]", around)[0][:16]) and not re.search(r"申請|届|請求|手続", around[:10]):
            continue
        event = _EVENT.search(unit.text[max(match.start() - 10, 0) : match.end()])
        applies = re.search(r"申請|届|請求|手続|申し?込|提出", unit.text) or about
        if not applies or not (event or about):
            continue
        count = number(match["n"])
        days = days_of(count, match["unit"])
        start = match.start("from") if len(match["from"]) <= 20 else match.start("n")
        why = "" if days is not None else "月で数える期限は日数に直せません。"
        yield Found(Field.DAYS, days, unit, start, match.end(), 0.85 if event else 0.7, why=why)


_ENDED = re.compile(
    r"(?:制度|事業|本事業|この(?:制度|事業)|受付|申請(?:受付)?|申込み?(?:受付)?|募集|助成|給付|支給|交付|サービス|当事業|手当)(?:は|を|の(?:受付)?(?:は|を)?|については)?"
    r"[^。]{0,50}?(?:終了(?:しました|いたしました|しております|しています|済み)|廃止(?:しました|いたしました|され(?:ました|ています))|(?:を)?締め切りました|締切りました|打ち切りました)|^受付終了$|^終了しました|【受付終了】|\(受付終了\)|\(終了\)|(?:をもって|で)(?:終了|廃止)(?:しました|いたしました|となりました)"
)
_ENDS = re.compile(
    r"(?:をもって|をもちまして|で|に|まで(?:で|実施|の事業))、?[^。]{0,16}?(?:終了|廃止)(?:します|いたします|する予定|となります|予定|しました|いたしました|となりました|され)|まで(?:の(?:事業|制度|時限|実施)|実施(?:します|予定))"
)
_BEGINS = re.compile(
    r"(?:の?(?:診療|申請|支給|出生|利用|接種|受診|購入)分)?(?:から|より|に)、?[^。]{0,40}?(?:開始|始ま(?:り|っ)|スタート|施行|適用|拡大|拡充|撤廃"
    r"|実施(?:します|しています|しました)|改正|創設|新設|引き?上げ|引き?下げ|改定|変更|変わり|なくな|対象(?:に|と)な|新しく|始め|円(?:に|と)なり)"
)
_WHOLE = re.compile(
    r"(?:本|この|当)(?:制度|事業|手当|助成|サービス)|制度|事業|受付|申請|申込|募集|支給|助成|給付|交付|手当|サービス|\d[月日]"
)
_OTHER_END = re.compile(r"令?和?\d{0,2}年度(?:分)?の(?:受付|申請|募集)|昨年度|前年度|説明会|第\d回|キャンペーン|旧制度")


def find_ends(scene: Scene) -> Iterator[Found]:
    """Yield that the programme or its reception has ended, and the days from and until which it holds."""
    for unit in scene.units:
        if not re.search(r"終了|廃止|締め?切り|打ち切", unit.text) and "まで" not in unit.text:
            continue
        fiscal = scene.fiscal_of(unit)
        days = [day for day in read_days(unit.text, fiscal=fiscal, near=scene.read_on) if day.day]
        ending = next(
            (m for m in _ENDS.finditer(unit.text) if days and any(0 <= m.start() - d.end <= 6 for d in days)), None
        )
        if ending:
            day = next(d for d in days if 0 <= ending.start() - d.end <= 6)
            yield Found(
                Field.EFFECTIVE_TO, day.day.isoformat() if day.day else None, unit, day.start, ending.end(), 0.8
            )
        if match := _ENDED.search(unit.text):
            yield from _ended(scene, unit, match)


def _ended(scene: Scene, unit: Unit, match: "re.Match[str]") -> Iterator[Found]:
    if re.search(r"所得制限|上限|特例|経過措置|紙の|窓口での|郵送|旧|様式|医療証", match.group()):
        return
    other = _OTHER_END.search(unit.text)
    subject = re.match(r"^([^。、]{2,24}?)(?:は|を(?!もっ|もち))", unit.text)
    own = not subject or _WHOLE.search(subject[1]) or any(name in core(subject[1]) for name in scene.names)
    why = (
        ""
        if own and not other
        else "年度や回などを限った終了の知らせです。制度そのものの終了か、人が確かめてください。"
    )
    days = read_days(unit.text, fiscal=scene.fiscal_of(unit), near=scene.read_on)
    if any(day.day and day.day > scene.today for day in days):
        return
    yield Found(Field.ENDED, True, unit, match.start(), match.end(), 0.85, why=why)


def find_begins(scene: Scene) -> Iterator[Found]:
    """Yield the day from which the programme or its change holds."""
    for unit in scene.units:
        if not re.search(r"月|\d[./]\d", unit.text):
            continue
        fiscal = scene.fiscal_of(unit)
        days = [*read_days(unit.text, fiscal=fiscal, near=scene.read_on)]
        taken = {day.start for day in days}
        days += [
            day
            for day in read_months(unit.text)
            if day.start not in taken and not any(d.start <= day.start < d.end for d in days)
        ]
        about = re.search(r"施行|開始日|実施日|開始時期|適用|実施時期|改正日", unit.label)
        for day in days:
            match = _BEGINS.match(unit.text[day.end :])
            labelled = bool(about) and len(unit.text) - day.end <= 6
            if (
                not day.day
                or not (match or labelled)
                or re.search(
                    r"受け?付け?|申請|申込|募集|電子|オンライン|マイナ|名称|窓口|課", match.group() if match else ""
                )
            ):
                continue
            yield Found(
                Field.EFFECTIVE_FROM,
                day.day.isoformat(),
                unit,
                day.start,
                day.end + (match.end() if match else 0),
                0.75,
            )
            break
