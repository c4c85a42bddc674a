"""A synthetic registry with the measured shape of the real one: 63 areas, about 126 records each and 27 metropolitan.

Shares follow the published registry: four comparisons per rule, a third of the records without an age, 11 % with income,
17 % with household words, 16 % before birth; schemes repeat between municipalities with other numbers. Invented; the
seed makes it the same every time.
"""

import random
from collections.abc import Sequence

from madoguchi.engines.eligibility import Rule, Rulebook, Subject, Vocabulary, parse

METROPOLITAN, PER_AREA = 27, 123
_AGES = (
    "月齢 < 4", "月齢 < 12", "月齢 >= 3 AND 月齢 < 7", "月齢 >= 6 AND 月齢 < 18", "年齢 < 1", "年齢 < 2", "年齢 < 3",
    "年度年齢 <= 6", "年度年齢 = 6", "年度年齢 BETWEEN 7 AND 12", "年度年齢 BETWEEN 7 AND 15", "年度年齢 <= 15",
    "年度年齢 BETWEEN 13 AND 18", "年度末まで(18)", "年度年齢 BETWEEN 16 AND 18", "年齢 < 20",
    "基準日 BETWEEN 到達日(2,'月') AND 到達日(90,'月')", "基準日 BETWEEN 到達日(12,'月') AND 到達日(24,'月')",
    "基準日 BETWEEN 到達日(3,'年') AND 到達日(4,'年')", "年齢 >= 3 AND 年度年齢 <= 6",
)  # fmt: skip
_CHILD = (
    "申請者.監護", "申請者.生計同一", "国内居住", "NOT 施設入所", "NOT 世帯.生活保護", "世帯.住民税非課税",
    "申請者.ひとり親", "ひとり親事由 IN ('離婚','死亡','婚外')", "申請者.就労中", "NOT 申請者.公務員",
    "愛の手帳 <> 'なし'", "身体障害者手帳 IN ('1級','2級')", "身体障害者手帳 <> 'なし'", "医療保険 <> 'なし'",
    "世帯.住居 = '民間賃貸'", "申請者.婚姻中 OR 申請者.ひとり親",
)  # fmt: skip
_ADULT = (
    "妊娠中", "NOT 世帯.生活保護", "世帯.住民税非課税", "就労中", "ひとり親", "性別 = '女'", "医療保険 = '国民健康保険'",
    "国民年金第一号", "婚姻中", "年齢 BETWEEN 20 AND 64", "年齢 >= 65", "年齢 >= 75", "要介護度 <> 'なし'",
    "精神障害者保健福祉手帳 <> 'なし'", "身体障害者手帳 IN ('1級','2級','3級')", "年齢 < 43", "国内居住", "年金受給中",
)  # fmt: skip
_GROUPS = (
    "存在(子, 年齢 < 3)",
    "存在(子, 年度末まで(18))",
    "人数(子, 年度年齢 <= 22) >= 3",
    "存在(世帯員, 年齢 >= 65)",
)
_TABLES = ("児童育成手当", "児童扶養手当_一部支給", "特別児童扶養手当_本人")
_INCOMES = (2_000_000, 2_360_000, 3_600_000, 4_600_000, 5_500_000, 6_220_000, 7_300_000, 9_100_000)


def synthetic_rules(
    vocabulary: Vocabulary, areas: Sequence[str], *, seed: int = 1, per_area: int = PER_AREA
) -> list[Rule]:
    """Return about 7,800 rules (at the default `per_area`): metropolitan ones and each area's own."""
    schemes = [_scheme(random.Random(seed * 1000 + number)) for number in range(300)]
    rules = [
        _rule(f"tokyo-{number}", subject, text, None, vocabulary)
        for number, (subject, text) in enumerate(schemes[:METROPOLITAN])
    ]
    for code in areas:
        own = random.Random(seed * 1_000_003 + int(code))
        for number, (subject, text) in enumerate(own.sample(schemes[METROPOLITAN:], min(per_area, 273))):
            rules.append(_rule(f"{code}-{number}", subject, _varied(text, own), code, vocabulary))
    return rules


def _rule(name: str, subject: Subject, text: str, area: str | None, vocabulary: Vocabulary) -> Rule:
    node = parse(text, subject=subject, vocabulary=vocabulary)
    return Rule(name, name, subject, node, None if area is None else frozenset({area}))


def _scheme(draw: random.Random) -> tuple[Subject, str]:
    before_birth = draw.random() < 0.16
    subject = Subject.PERSON if before_birth or draw.random() < 0.12 else Subject.CHILD
    parts = ["妊娠中"] if before_birth else []
    if subject is Subject.CHILD and draw.random() < 0.85:
        parts.append(draw.choice(_AGES))
    parts += draw.sample(_CHILD if subject is Subject.CHILD else _ADULT, draw.choice((1, 2, 2, 3)))
    if draw.random() < 0.11:
        parts.append(_income(draw, subject))
    if draw.random() < 0.05:
        parts.append(draw.choice(_GROUPS))
    if draw.random() < 0.25:
        parts.append("要確認('office','その他')")
    return subject, " AND ".join(f"({part})" for part in parts)


def _income(draw: random.Random, subject: Subject) -> str:
    who = "申請者." if subject is Subject.CHILD else ""
    if draw.random() < 0.3:
        return f"{who}所得 < 限度額表('{draw.choice(_TABLES)}', {who}扶養親族等の数)"
    return f"{draw.choice((who + '所得', '世帯.世帯所得'))} < {draw.choice(_INCOMES)}"


def _varied(text: str, draw: random.Random) -> str:
    """Return a scheme as another municipality has it: now and then another age, one condition less or one more."""
    if draw.random() < 0.3:
        old = next((age for age in _AGES if age in text), None)
        text = text.replace(f"({old})", f"({draw.choice(_AGES)})") if old else text
    if draw.random() < 0.2:
        text += " AND (NOT 世帯.生活保護)"
    return text


def rulebook_of(rulebook: Rulebook) -> Rulebook:
    """Return the pack's rule book without municipal parts, which the synthetic registry does not use."""
    return Rulebook(tables=rulebook.tables, municipalities=rulebook.municipalities)
