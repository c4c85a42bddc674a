"""Decides whom a record judges: a child, the person, or the household. Looks only at the words that name people."""

import re

from madoguchi.engines.eligibility.reading.proposal import Record
from madoguchi.engines.eligibility.types import Op, Subject

_CHILD = re.compile(
    r"(?<![親父母妻、])(?:お)?子(?!育て|宮|ど?も[・のとが]?家庭(?:支援|センター))(?:ども|供|さん|さま|様)?(?!、)|こども|児童|生徒|園児"
    r"|[乳幼]児|未就学|就学前|入学前|小学|中学|高校生|高等学校|義務教育|赤ちゃん|新生児"
    r"|歳児|か月児|未熟児|年長|年少|青少年|障害児|就学する|在学する|生後|若者|1[0-9]歳(?:未満|以下|まで|に達|の年度|到達)|20歳未満|(?<!\d)\d歳(?!から(?:大人|高齢))"
    r"|保育(?:の必要|園|所|が|を|でき)|幼稚園|保護者|養育(?:して|する|者)"
)
_WOMAN = re.compile(r"妊産?婦|産婦(?!人科)|妊娠(?!届出?先)|産後|出産(?:した|された|後|予定|する)|不妊|母親|妻の")
_NOT_WOMAN = re.compile(r"妊婦健(?:康診査|診)|産婦健|妊娠[^。]{0,20}(?:対象外|除)|産後ケア事業|出産祝|里帰り出産")
_COUPLE = re.compile(r"夫婦|婚姻し|カップル|不育|卵子|パートナー")
_COUNTED = re.compile(r"(?:子(?:ども|さん)?|こども|児童|幼児|きょうだい)(?:を|が)?(?:[2-9二三四五])人(?:以上|いる|を)")
_ONE_CHILD = re.compile(r"第[2-9二三四五]子|在学|在籍|在園|通う|就学|の?児童・?生徒")
_HOUSEHOLD = re.compile(r"世帯|家庭(?!での|で|内|保育)|家族(?!など|等|の介護)")
_AGED = re.compile(r"\d歳")
_ADULT = re.compile(r"方|[区市町村都]民(?!税)|者|人|ひとり親|女性|男性|どなた|若年")


def subject_of(record: Record, masked: str, *, fallback: str = "") -> Subject:
    """Return the subject. `masked` is target and conditions, `fallback` what the summary or title restricts.

    Both are folded and without names of schemes.
    """
    text = masked if masked.strip() else fallback
    plain = _NOT_WOMAN.sub("", text)
    young = any(op in (Op.LT, Op.LE) and (limit.years or 0) <= 20 for op, limit in record.ages.items())
    if (
        _WOMAN.search(plain)
        and not young
        and not re.search(r"(?:保育|養育)(?:が|でき|を)|未熟児", plain.split("\n")[0])
    ):
        return Subject.PERSON
    if _COUPLE.search(text):
        return Subject.PERSON
    if _COUNTED.search(text) and not _ONE_CHILD.search(text):
        return Subject.HOUSEHOLD
    if young or _CHILD.search(text):
        return Subject.CHILD
    if _HOUSEHOLD.search(text) and not _AGED.search(text):
        return Subject.HOUSEHOLD
    return Subject.PERSON if _ADULT.search(text) else Subject.CHILD


def told(summary: str) -> str:
    """Return the sentences of a summary that name an audience."""
    return "".join(
        part
        for part in re.split(r"(?<=。)|\n", summary)
        if re.search(r"対象|限|(?:方|者|世帯|家庭|保護者|お子さん|児童|子ども)(?:に|へ|が)", part)
        and not re.search("通知|相談に応じ", part)
    )
