"""The reason line of what is told: because your child turns 3 months old (from …). In Japanese, English, やさしい日本語.

It puts the atom that turns into words. It never says more about a person than the condition names.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from madoguchi.apps.consents.contracts import MatchedHousehold
from madoguchi.apps.outreach.subjects import HOUSEHOLD, Book, case_of
from madoguchi.engines.eligibility import Case, Finding, Person, Truth, Vocabulary, evaluate, explain
from madoguchi.engines.eligibility.ast import Age, Measure, Node, Reached
from madoguchi.engines.eligibility.types import Op, Owner
from madoguchi.engines.eligibility.words import reasons_in_words
from madoguchi.engines.eligibility.words.english import age as english_age
from madoguchi.engines.eligibility.words.japanese import age as japanese_age
from madoguchi.engines.planning.model import Item, Reason

Words = Mapping[str, str]
BIRTH = "生年月日"
_MOST = 3
"""So many conditions stand in a reason line at most."""


def reason_line(item: Item, matched: MatchedHousehold, book: Book, vocabulary: Vocabulary, *, today: date) -> Words:
    """Return why an item is told, in three languages."""
    day = {"ja": _ja(item.day), "en": _en(item.day), "easy": _ja(item.day)}
    match item.reason:
        case Reason.BEGINS:
            return _begins(item, matched, book, day)
        case Reason.NOW:
            return _now(item, matched, book, vocabulary, today)
        case _:
            return _dated(_SAID[item.reason], day)


_BEGINS: Words = {
    "ja": "対象になる日が来るため（{day}から）",
    "en": "because it begins to apply to you ({day})",
    "easy": "使えるように なります（{day}から）",
}
_SAID: Mapping[Reason, Words] = {
    Reason.CLOSES: {
        "ja": "申込みの最後の日が近いため（{day}まで）",
        "en": "because the last day to apply is near ({day})",
        "easy": "もうしこみの 最後の 日が 近いです（{day}まで）",
    },
    Reason.OPENS: {
        "ja": "申込みが始まるため（{day}から）",
        "en": "because applications open ({day})",
        "easy": "もうしこみが はじまります（{day}から）",
    },
    Reason.EVENT: {
        "ja": "家族や登録の内容が変わり、対象になったため",
        "en": "because something changed in your family or records, and it now fits",
        "easy": "家族や 登録の ことが 変わって、使えるように なりました",
    },
    Reason.RULE: {
        "ja": "制度が新しくなり、対象になったため",
        "en": "because the programme is new or was changed, and it now fits",
        "easy": "制度が 新しく なって、使えるように なりました",
    },
}


def _dated(words: Words, day: Words) -> Words:
    return {language: text.replace("{day}", day[language]) for language, text in words.items()}


def _ja(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _en(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _begins(item: Item, matched: MatchedHousehold, book: Book, day: Words) -> Words:
    """Say what happens on the day: an age that somebody reaches, else only that it begins."""
    rule = book.rules[item.programme]
    case = case_of(rule, matched, item.about, book, item.day)
    atom = next((found for found in _turning(rule.node, case) if isinstance(found, Age | Reached)), None)
    who = _who(atom, item, matched) if atom is not None else None
    event = _age_event(atom) if atom is not None else None
    if who is None or event is None:
        return _dated(_BEGINS, day)
    return _dated(
        {
            "ja": f"{who['ja']}が{event['ja']}ため（{{day}}から）",
            "en": f"because {who['en']} {event['en']} (from {{day}})",
            "easy": f"{who['easy']}が {event['easy']}（{{day}}から）",
        },
        day,
    )


def _turning(node: Node, case: Case) -> list[Node]:
    """Return the atoms that decide on a day and did not hold so on its eve."""
    eve = Case(case.today - timedelta(days=1), case.household, case.person, case.rulebook)
    return [found.atom for found in explain(node, case) if evaluate(found.atom, eve) is not found.truth]


def _who(atom: Age | Reached, item: Item, matched: MatchedHousehold) -> Words | None:
    """Return whose age it is: the person's own, her child's; None where it is somebody else's."""
    if atom.owner is Owner.APPLICANT or (atom.owner is Owner.SELF and item.about in (HOUSEHOLD, matched.person_id)):
        return {"ja": "あなた", "en": "you", "easy": "あなた"}
    return child_words(item.about, matched) if atom.owner is Owner.SELF else None


def child_words(about: str, matched: MatchedHousehold) -> Words | None:
    """Return how a child of the person is called: by its birth date where there are several. None for anybody else."""
    if about not in matched.children:
        return None
    child: Person = matched.household.children[matched.children.index(about)]
    born = child.facts.get(BIRTH)
    if len(matched.children) < 2 or not isinstance(born, date):
        return {"ja": "お子さん", "en": "your child", "easy": "子ども"}
    return {
        "ja": f"お子さん（{_ja(born)}生まれ）",
        "en": f"your child (born {_en(born)})",
        "easy": f"子ども（{_ja(born)}に 生まれた）",
    }


def _age_event(atom: Age | Reached) -> Words | None:
    """Return which age is reached, as the end of a sentence; None for comparisons that begin otherwise."""
    if isinstance(atom, Reached):
        return _turns(atom.months) if atom.op in (Op.GE, Op.GT) else None
    if atom.op not in (Op.GE, Op.GT, Op.EQ):
        return None
    number = atom.number + (atom.op is Op.GT)
    if atom.measure is Measure.FISCAL:
        return {
            "ja": f"{number}歳になる年度が始まる",
            "en": f"will be {number} in the school year that begins",
            "easy": f"{number}歳に なる 年度が はじまります",
        }
    return _turns(number * (12 if atom.measure is Measure.YEARS else 1))


def _turns(months: int) -> Words:
    return {
        "ja": f"{japanese_age(months)}になる",
        "en": f"will be {english_age(months)} old",
        "easy": f"{japanese_age(months)}に なります",
    }


def _now(item: Item, matched: MatchedHousehold, book: Book, vocabulary: Vocabulary, today: date) -> Words:
    rule = book.rules[item.programme]
    findings: Sequence[Finding] = explain(rule.node, case_of(rule, matched, item.about, book, today))
    sure = [found for found in findings if found.truth is not Truth.UNKNOWN]
    ja, en = (reasons_in_words(sure, language=language, vocabulary=vocabulary)[:_MOST] for language in ("ja", "en"))
    return {
        "ja": "いまの条件に合うため" + (f"（{'、'.join(ja)}）" if ja else ""),
        "en": "because it fits your situation now" + (f" ({'; '.join(en)})" if en else ""),
        "easy": "今の あなたに 合っています",
    }


_NOW: Words = {
    "ja": "いまの条件に合うため",
    "en": "because it fits your situation",
    "easy": "あなたに 合っています",
}


def kept_line(reason: Reason, day: date) -> Words:
    """Return why something was told, out of what is kept of it: without the words about the person."""
    days = {"ja": _ja(day), "en": _en(day), "easy": _ja(day)}
    return _dated({**_SAID, Reason.BEGINS: _BEGINS}.get(reason, _NOW), days)
