"""Reads what a programme pays or costs, and its limits of income, out of a page's units and a record's texts.

A figure is taken as an amount only where the heading or the sentence speaks of paying. Examples and budgets are left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from madoguchi.engines.revising.findings import Found, Scene
from madoguchi.engines.revising.layout import Unit
from madoguchi.engines.revising.model import Field
from madoguchi.engines.revising.standing import Standing, day_of_change, standing

NO_LIMIT = "所得制限なし"
_YEN = re.compile(r"(?<![\d,.])(?P<yen>\d[\d,.億万千]{0,16})円")
_YEN_PARTS = re.compile(
    r"(?:(?P<oku>\d{1,4})億)?(?:(?P<man>[\d,]{1,7}(?:\.\d{1,3})?)万)?(?:(?P<sen>\d{1,3}(?:\.\d)?)千)?(?P<one>\d[\d,]{0,14})?"
)
_PER = (
    (
        "月額",
        re.compile(
            r"月額|毎月|月々|1?か月(?:に?つき|当たり|あたり)?|ひと月|一月|/月|(?<![\d年翌前当同])月(?=に?\d|$)|月当たり|月あたり|月ごと"
        ),
    ),
    ("年額", re.compile(r"年額|年間|毎年|1年(?:に?つき|当たり|あたり)|(?<![\d前翌今])年(?=に?\d|$)|/年|年度ごと")),
    ("1時間", re.compile(r"1時間|時間(?:当たり|あたり|につき)|/時間?|時間額")),
    ("日額", re.compile(r"日額|(?<![\d月])1日(?:に?つき|当たり|あたり)?(?=\D|$)|/日|1泊")),
    ("1回", re.compile(r"1回|一回|/回|回あたり|1件")),
)
_MONEY_CONTEXT = re.compile(
    r"支給|助成|給付|手当|金額|補助|負担|利用料|費用|料金|貸付|上限|限度|内容|いくら|お金|額|もらえ|受け取|円相当|料|支払"
)
_NOT_AMOUNT = re.compile(
    r"予算|総額約|例えば|たとえば|計算例|仮に|具体例|モデル|(?:\(|^)例[)::]?|市場|寄附|手数料|振込手数料|延滞|過料|罰金|郵送料|切手|駐車"
)
_INCOME = re.compile(r"所得|収入|課税標準|市町村民税|住民税|所得割|預貯金|資産|年収")
_LIMIT_AFTER = re.compile(r"^(?:\([^()]{0,12}\))?(?:未満|以下|以内|を超え|を下回|に満た|まで)")


@dataclass(frozen=True, slots=True)
class Sum:
    """A figure: yen, what it is per (月額 …, empty when unsaid), and the words that say what it is for."""

    start: int
    end: int
    yen: int
    per: str
    label: str

    def worded(self, per: str = "") -> str:
        """Write the figure as it is shown: 月額15,000円."""
        return f"{self.per or per}{self.yen:,}円"


def yen_of(text: str) -> int | None:
    """Return the value of a figure such as 1万5千, 15,000 or 1.5万; None when it is none."""
    match = _YEN_PARTS.fullmatch(text.rstrip("."))
    if not match or not any(match.groups()):
        return None
    value = float((match["man"] or "0").replace(",", "") or 0) * 10_000 + float(match["sen"] or 0) * 1_000
    value += int(match["oku"] or 0) * 100_000_000 + int((match["one"] or "0").replace(",", ""))
    return round(value) if 0 < value < 10**11 else None


def read_sums(text: str, context: str = "") -> list[Sum]:
    """Return the figures of a folded text with per and label; `context` is what the heading, row and column say."""
    sums: list[Sum] = []
    last = 0
    last_per = ""
    for match in _YEN.finditer(text):
        yen = yen_of(match["yen"])
        if yen is None:
            continue
        before, after = text[max(last, match.start() - 60) : match.start()], text[match.end() : match.end() + 8]
        per = _per(before[-14:], after) or _per_of_context(context) or (last_per if last and len(before) < 20 else "")
        sums.append(Sum(match.start(), match.end(), yen, per, _label(before)))
        last, last_per = match.end(), per
    return sums


def _per(before: str, after: str) -> str:
    best = ("", -1)
    for name, pattern in _PER:
        for match in pattern.finditer(before):
            best = max(best, (name, match.end()), key=lambda item: item[1])
    if best[0]:
        return best[0]
    note = re.match(r"^(?:\((?P<a>[^()限]{1,6})\)|(?P<b>/(?:月|年|日|回|時間))|(?P<c>\(?(?:月額|年額|日額)\)?))", after)
    found = note.group() if note else ""
    return next((name for name, pattern in _PER if found and pattern.search(found.strip("()"))), "")


def _per_of_context(context: str) -> str:
    return next((name for name, pattern in _PER[:3] if re.search(name, context)), "")


def _label(before: str) -> str:
    """Return the words right before a figure that say what it is for."""
    parts = re.split(r"[。;；\n]", before)
    words = re.sub(
        r"(?:に?(?:つき|対し)|(?:は|が|を|で|の(?:場合|とき|方)?は?)?、?)?(?:手当)?(?:1人(?:に?つき|当たり|あたり))?(?:月額|年額|日額|1回(?:に?つき|当たり|あたり)?|月々?|年|上限|最大|一律|[::\s])*$",
        "",
        parts[-1],
    )
    return re.sub(r"^(?:円|です|ます|で|、|と|です。|/|\(.*?\)|\s|支給|まで)+", "", words)[-30:]


def _paying(unit: Unit, text: str) -> bool:
    label = unit.label
    paid = (
        _MONEY_CONTEXT.search(label)
        or _MONEY_CONTEXT.search(text)
        or re.search(r"(?:1回|1時間|1日|年|月|につき|当たり|あたり)\d[\d,万千]*円", text)
    )
    return bool(paid) and not _NOT_AMOUNT.search(label)


_RAISED = re.compile(r"(?:から|→|⇒|より)[、\s]*(?:月額|年額|1回|日額)?(?:\D{0,6})$")
_CHANGED = re.compile(r"(?:へ|に)?(?:変更|改定|引き?上げ|引き?下げ|増額|減額|拡充|なり|変わ|見直)")


def find_amounts(scene: Scene) -> Iterator[Found]:
    """Yield what the page says the programme pays or costs."""
    for unit in scene.units:
        if "円" not in unit.text or not _paying(unit, unit.text):
            continue
        if _INCOME.search(unit.label) and not re.search(
            r"支給|手当|助成|給付|月額", unit.label.replace("支給停止", "")
        ):
            continue
        sums = read_sums(unit.text, unit.label)
        for number, item in enumerate(sums):
            if not _is_amount(unit, item):
                continue
            yield _amount(scene, unit, sums, number)


def _is_amount(unit: Unit, item: Sum) -> bool:
    before, after = unit.text[max(item.start - 40, 0) : item.start], unit.text[item.end : item.end + 12]
    if _NOT_AMOUNT.search(before):
        return False
    if re.match(r"(?:を超え|超|以上|未満|以下の(?:とき|場合|方))", after):
        return False
    if _LIMIT_AFTER.match(after) and _INCOME.search(before):
        return False
    return not re.search(r"(?:所得|収入|年収)[^。、]{0,16}$", before)


def _amount(scene: Scene, unit: Unit, sums: list[Sum], number: int) -> Found:
    item = sums[number]
    when, old = _when(scene, unit, sums, number), None
    before = unit.text[(sums[number - 1].end if number else 0) : item.start]
    if number and _RAISED.search(before) and len(before) <= 14:
        old = sums[number - 1].worded(item.per)
    label = " ".join(part for part in (unit.row, _heading_of(unit), item.label) if part)
    return Found(
        Field.AMOUNT, item.worded(), unit, item.start, item.end, 0.85 if unit.tabular or unit.label else 0.75,
        label=label, standing=when, old=old,
    )  # fmt: skip


def _heading_of(unit: Unit) -> str:
    heading = unit.headings[-1] if unit.headings else ""
    return "" if re.fullmatch(r".{0,4}(?:額|内容|金額|費用|料金|支給.*|助成.*|給付.*|手当.*)", heading) else heading


def _when(scene: Scene, unit: Unit, sums: list[Sum], number: int) -> Standing:
    """Return when a figure holds: an old figure stands before → or から, else the words before it tell."""
    item, fiscal = sums[number], scene.fiscal_of(unit)
    changed = day_of_change(
        " ".join((*unit.headings[-2:], unit.row, unit.column, unit.text)), fiscal=fiscal, near=scene.read_on
    )
    to_come = changed is not None and changed > scene.today
    after = unit.text[item.end : sums[number + 1].start] if number + 1 < len(sums) else ""
    before = unit.text[(sums[number - 1].end if number else 0) : item.start]
    tail = unit.text[sums[number + 1].end if number + 1 < len(sums) else item.end :][:30]
    if after and len(after) <= 14 and _RAISED.search(after) and ("→" in after or "⇒" in after or _CHANGED.search(tail)):
        return Standing.NOW if to_come else Standing.PAST
    if number and len(before) <= 14 and _RAISED.search(before):
        return Standing.FUTURE if to_come else Standing.NOW
    note = re.match(r"^\((?P<note>[^()]{2,30})\)", unit.text[item.end :])
    words = " ".join((unit.row, unit.column, before, note["note"] if note else ""))
    own = standing(words, today=scene.today, fiscal=None, near=scene.read_on, changed=changed)
    if own is not Standing.NOW or number:
        return own
    above = " ".join(unit.headings[-2:])
    return (
        standing(above, today=scene.today, fiscal=None, near=scene.read_on, changed=changed) if _timed(above) else own
    )


def _timed(text: str) -> bool:
    return bool(re.search(r"改正|まで|以前|旧|から|以降", text))


_NO_LIMIT = re.compile(
    r"所得(?:による)?(?:の)?制限(?:は|が|を|額は)?(?:、)?(?:ありません|なし|ない|無し|設けて(?:い|お)り?ません|廃止|撤廃|なくなり|設けません|問いません)|所得(?:に|の多少に)?(?:かかわらず|関わらず|関係なく|よらず|問わず)|所得を問わ"
)
_LIMIT = re.compile(
    r"(?P<what>(?:世帯(?:の|全員の)?)?(?:合計|総)?(?:年間)?(?:所得|収入|年収)(?:金額|額)?(?:の?合計(?:額)?)?)(?:が|は|の限度額は|の上限は|制限(?:限度額)?は|限度額[::は]?|[::])?[^。\d]{0,20}?"
    r"(?P<yen>\d[\d,.億万千]{0,16})円(?:\([^()]{0,12}\))?(?P<op>未満|以下|以内|まで|を超え(?:る|ない)|を下回る)?"
)


def find_limits(scene: Scene) -> Iterator[Found]:
    """Yield limits of income: none, one figure, or a doubt when a table says them."""
    for unit in scene.units:
        if (
            "所得" not in unit.text
            and "収入" not in unit.text
            and "所得" not in unit.label
            and "収入" not in unit.label
        ):
            continue
        about = re.search(r"(?:所得|収入)(?:の)?(?:制限|限度|要件|基準|条件)", unit.label)
        nothing = _NO_LIMIT.search(unit.text)
        bare = (
            re.search(r"^(?:なし|ありません|無し|制限なし|制限はありません|設けていません|特にありません)", unit.text)
            if about
            else None
        )
        when = standing(
            unit.text,
            today=scene.today,
            fiscal=None,
            near=scene.read_on,
            changed=day_of_change(unit.text, fiscal=None, near=scene.read_on),
        )
        if match := nothing or bare:
            sure = not re.search(r"(?:以上|とき|場合|除[きく]|ただし).{0,20}$", unit.text[: match.start()])
            yield Found(
                Field.INCOME_LIMIT,
                NO_LIMIT,
                unit,
                match.start(),
                match.end(),
                0.85,
                standing=when,
                why="" if sure else "条件つきの書き方です。",
            )
            continue
        yield from _figures(unit, when, about=bool(about), scene=scene)


def _figures(unit: Unit, when: Standing, *, about: bool, scene: Scene) -> Iterator[Found]:
    text = unit.text
    found = list(_LIMIT.finditer(text))
    if not found and about and (table := _YEN.search(text)):
        after = _LIMIT_AFTER.match(text[table.end() :])
        why = "" if after and not unit.row else "扶養人数などで分かれた限度額表は、人が読んで確かめてください。"
        value = limit_text("所得", yen_of(table["yen"]) or 0, after.group() if after else "未満")
        yield Found(
            Field.INCOME_LIMIT,
            value,
            unit,
            table.start(),
            table.end() + (after.end() if after else 0),
            0.7,
            why=why,
            standing=when,
        )
        return
    for match in found:
        yen = yen_of(match["yen"])
        if yen is None or not (
            match["op"] or about or "制限" in match.group() or "限度" in match.group() or "上限" in match.group()
        ):
            continue
        why = "" if len(found) == 1 else "所得の限度額が複数書かれています。"
        if re.search(r"扶養|人の場合|世帯人数|\d人", unit.row + match.group()):
            why = "扶養人数などで分かれた限度額表は、人が読んで確かめてください。"
        yield Found(
            Field.INCOME_LIMIT,
            limit_text(match["what"], yen, match["op"] or "未満"),
            unit,
            match.start(),
            match.end(),
            0.75,
            why=why,
            standing=when,
        )


def limit_text(what: str, yen: int, sign: str) -> str:
    """Write a limit of income as it is shown: 所得6,220,000円未満."""
    kind = "世帯所得" if "世帯" in what else ("収入" if re.search(r"収入|年収", what) else "所得")
    return f"{kind}{yen:,}円{'以下' if re.search(r'以下|以内|まで|超えない', sign) else '未満'}"
