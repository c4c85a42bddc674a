"""Conditions and reasons read as a resident would say them: opposites instead of ～ではない, spans, 万円, whose.

The words for attributes are a pack's; without them general rules speak.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from madoguchi.apps.registry.schemas import PARTS
from madoguchi.engines.eligibility import (
    Finding,
    Node,
    Subject,
    Truth,
    Vocabulary,
    atom_text,
    describe,
    parse,
    parts_in_words,
)
from madoguchi.engines.eligibility.types import Kind
from madoguchi.engines.eligibility.words import reasons_in_words
from tests.engines.eligibility.strategies import ATTRIBUTES, TABLES, nodes
from tests.engines.eligibility.strategies import VOCABULARY as BARE
from tests.registry.tokyo import Tokyo, tokyo

__all__ = ["tokyo"]
WORDS: dict[str, dict[str, object]] = {
    "妊娠中": {"says": {"ja": ["妊娠している", "妊娠していない"], "en": ["is pregnant", "is not pregnant"]}},
    "就労中": {"says": {"ja": ["働いている", "働いていない"], "en": ["is in work", "is not in work"]}},
    "所得": {"label": {"en": "income"}},
    "扶養親族等の数": {"label": {"ja": "扶養親族などの数"}, "unit": {"ja": "人", "en": "persons"}},
    "世帯所得": {"label": {"ja": "世帯の所得"}},
    "医療保険": {
        "says": {"ja": ["公的な医療保険に入っている", "公的な医療保険に入っていない"]},
        "label": {"ja": "入っている医療保険", "en": "health insurance"},
        "value_labels": {"ja": {"被用者保険": "勤め先の保険"}, "en": {"国民健康保険": "National Health Insurance"}},
    },
}


def vocabulary_of(records: list[dict[str, object]]) -> Vocabulary:
    return Vocabulary.from_pack(attributes=records, municipalities=["131199", "132080"], tables=TABLES)


VOCABULARY = vocabulary_of([{**record, **WORDS.get(str(record["name"]), {})} for record in ATTRIBUTES])


def read(text: str) -> Node:
    return parse(text, subject=Subject.CHILD, vocabulary=VOCABULARY)


@pytest.mark.parametrize(
    ("text", "yes", "no"),
    [
        ("妊娠中", "妊娠している", "妊娠していない"),
        ("年齢 >= 65", "65歳以上", "65歳未満"),
        ("年齢 <= 39", "39歳以下", "40歳以上"),
        ("月齢 < 36", "3歳未満", "3歳以上"),
        ("月齢 <= 10", "生後10か月以下", "生後11か月以上"),
        ("年度年齢 <= 18", "18歳の年度末（3月31日）まで", "18歳の年度末（3月31日）を過ぎている"),
        ("年度年齢 >= 7", "この年度に7歳以上になる", "この年度にはまだ7歳にならない"),
        ("年度年齢 >= 0", "生まれている", "まだ生まれていない"),
        ("所得 < 3500000", "所得が350万円未満", "所得が350万円以上"),
        ("申請者.所得 <= 1234", "申請する人の所得が1,234円以下", "申請する人の所得が1,234円を超えている"),
        ("申請者.妊娠中", "申請する人が妊娠している", "申請する人が妊娠していない"),
        (
            "申請者.所得 <= 限度額表('手当', 申請者.扶養親族等の数)",
            "申請する人の所得が限度額（手当）以下", "申請する人の所得が限度額（手当）を超えている",
        ),
        ("医療保険 <> 'なし'", "公的な医療保険に入っている", "公的な医療保険に入っていない"),
        ("医療保険 IN ('国民健康保険', '被用者保険')", "公的な医療保険に入っている", "公的な医療保険に入っていない"),
        (
            "医療保険 IN ('国民健康保険', 'なし')",
            "入っている医療保険が国民健康保険、または公的な医療保険に入っていない",
            "入っている医療保険が国民健康保険ではない、かつ公的な医療保険に入っている",
        ),
        ("医療保険 = '被用者保険'", "入っている医療保険が勤め先の保険", "入っている医療保険が勤め先の保険ではない"),
        ("扶養親族等の数 >= 2", "扶養親族などの数が2人以上", "扶養親族などの数が2人未満"),
        ("都内()", "東京都内に住んでいる", "東京都内に住んでいない"),
        ("接種済回数('BCG') < 1", "BCGの予防接種をまだ受けていない", "BCGの予防接種をもう受けた"),
        ("本人.受給('A')", "Aを受けている", "Aを受けていない"),
        ("存在(子, 年齢 < 20)", "20歳未満の子どもがいる", "20歳未満の子どもがいない"),
        ("全員(世帯員, 妊娠中)", "世帯の人の全員が、妊娠している", "妊娠していない世帯の人がいる"),
        ("人数(子, 年齢 < 18) >= 2", "18歳未満の子どもの数が2人以上", "18歳未満の子どもの数が2人未満"),
        ("出生順位(22) >= 3", "きょうだいの上から3人目以降", "きょうだいの上から2人目まで"),
        ("年齢 >= 20 AND 年齢 < 60", "20歳以上60歳未満", "20歳未満、または60歳以上"),
        (
            "妊娠中 AND (就労中 OR 年齢 < 3)",
            "妊娠している、かつ「働いている、または3歳未満」",
            "妊娠していない、または「働いていない、かつ3歳以上」",
        ),
        ("NOT (妊娠中 OR 就労中)", "妊娠していない、かつ働いていない", "妊娠している、または働いている"),
        ("年度年齢 IN (65, 70)", "この年度に65歳・70歳のどれかになる", "この年度に65歳・70歳のどれにもならない"),
    ],
)  # fmt: skip
def test_a_condition_and_its_opposite_in_japanese(text: str, yes: str, no: str) -> None:
    node = read(text)
    assert describe(Finding(node, Truth.TRUE, False), language="ja", vocabulary=VOCABULARY) == yes
    assert describe(Finding(node, Truth.FALSE, True), language="ja", vocabulary=VOCABULARY) == no
    assert describe(Finding(node, Truth.UNKNOWN, True), language="ja", vocabulary=VOCABULARY) == no


@pytest.mark.parametrize(
    ("text", "yes", "no"),
    [
        ("妊娠中", "is pregnant", "is not pregnant"),
        ("年齢 >= 20 AND 年齢 < 60", "is 20 or older and under 60", "is under 20 or is 60 or older"),
        ("申請者.所得 < 3500000", "the applicant has income below 3,500,000 yen", "the applicant has income at least 3,500,000 yen"),
        ("年度末まで(18)", "has not passed the end of the school year of age 18", "has passed the end of the school year of age 18"),
        ("存在(子, 年齢 < 20)", "has a child who is under 20", "has no child who is under 20"),
        ("年度年齢 IN (65, 70)", "turns one of 65, 70 in this school year", "turns none of 65, 70 in this school year"),
        ("医療保険 = '国民健康保険'", "has health insurance: National Health Insurance", "has health insurance: not National Health Insurance"),
        ("医療保険 = '被用者保険'", "has health insurance: 被用者保険", "has health insurance: not 被用者保険"),
        ("扶養親族等の数 < 2", "has 扶養親族等の数 below 2 persons", "has 扶養親族等の数 at least 2 persons"),
    ],
)  # fmt: skip
def test_a_condition_and_its_opposite_in_english(text: str, yes: str, no: str) -> None:
    node = read(text)
    assert describe(Finding(node, Truth.TRUE, False), language="en", vocabulary=VOCABULARY) == yes
    assert describe(Finding(node, Truth.FALSE, False), language="en", vocabulary=VOCABULARY) == no


def findings(*pairs: tuple[str, Truth]) -> list[Finding]:
    return [Finding(read(text), truth, False) for text, truth in pairs]


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([("年齢 >= 75", Truth.FALSE), ("年齢 >= 65", Truth.FALSE)], ("65歳未満",)),
        ([("年齢 = 65", Truth.FALSE), ("年齢 <= 64", Truth.FALSE)], ("66歳以上",)),
        ([("年齢 = 65", Truth.FALSE), ("年齢 >= 60", Truth.FALSE)], ("60歳未満",)),
        ([("年齢 >= 18", Truth.TRUE), ("妊娠中", Truth.TRUE), ("年齢 < 40", Truth.TRUE)], ("18歳以上40歳未満", "妊娠している")),
        ([("年齢 >= 18", Truth.TRUE), ("申請者.年齢 < 40", Truth.TRUE)], ("18歳以上", "申請する人が40歳未満")),
        ([("年齢 >= 65", Truth.TRUE), ("年齢 < 66", Truth.TRUE)], ("65歳",)),
        ([("妊娠中", Truth.FALSE), ("妊娠中", Truth.FALSE)], ("妊娠していない",)),
    ],
)  # fmt: skip
def test_reasons_about_one_age_are_one(pairs: list[tuple[str, Truth]], said: tuple[str, ...]) -> None:
    assert reasons_in_words(findings(*pairs), language="ja", vocabulary=VOCABULARY) == said


def test_the_parts_of_a_condition_stand_one_by_one() -> None:
    parts = parts_in_words(
        read("都内() AND 年齢 >= 6 AND 年齢 < 15 AND NOT 就労中"), language="ja", vocabulary=VOCABULARY
    )
    assert parts == ["東京都内に住んでいる", "6歳以上15歳未満", "働いていない"]


@pytest.mark.parametrize(
    ("text", "language", "yes", "no"),
    [
        ("妊娠中", "ja", "妊娠中に当てはまる", "妊娠中に当てはまらない"),
        ("妊娠中", "en", "has “妊娠中”", "does not have “妊娠中”"),
        ("医療保険 <> 'なし'", "ja", "医療保険がある", "医療保険がない"),
        ("医療保険 IN ('国民健康保険', 'なし')", "ja", "医療保険が国民健康保険、または医療保険がない", "医療保険が国民健康保険ではない、かつ医療保険がある"),
        ("扶養親族等の数 = 2", "ja", "扶養親族等の数が2", "扶養親族等の数が2ではない"),
        ("扶養親族等の数 = 2", "en", "has 扶養親族等の数 2", "has 扶養親族等の数 not 2"),
        ("申請者.所得 < 3500000", "ja", "申請する人の所得が350万円未満", "申請する人の所得が350万円以上"),
    ],
)  # fmt: skip
def test_without_words_of_the_pack_general_rules_speak(text: str, language: str, yes: str, no: str) -> None:
    for truth, said in ((Truth.TRUE, yes), (Truth.FALSE, no)):
        assert describe(Finding(read(text), truth, False), language=language, vocabulary=BARE) == said


def test_an_english_name_serves_where_there_is_no_label() -> None:
    named = vocabulary_of([{**record, "en": f"The {record['type']}"} for record in ATTRIBUTES])
    assert atom_text(read("妊娠中"), language="en", vocabulary=named) == "has “The bool”"
    assert atom_text(read("所得 < 5"), language="en", vocabulary=named) == "has The yen below 5 yen"


@given(st.text("あいxy", min_size=1), st.text("うえz", min_size=1))
@settings(max_examples=30, deadline=None)
def test_what_the_pack_says_is_said_word_for_word(holds: str, fails: str) -> None:
    says = {"ja": [holds, fails], "en": [f"is {holds}", f"is not {fails}"]}
    own = vocabulary_of([{**record, "says": says} if record["name"] == "妊娠中" else record for record in ATTRIBUTES])
    for truth, index in ((Truth.TRUE, 0), (Truth.FALSE, 1)):
        for language, pair in says.items():
            finding = Finding(read("妊娠中"), truth, False)
            assert describe(finding, language=language, vocabulary=own) == pair[index]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"says": {"ja": ["妊娠している"]}}, "妊娠中: `says` in ja has 1 texts"),
        ({"value_labels": {"en": {"いいえ": "no"}}}, "妊娠中: `value_labels` in en names いいえ"),
    ],
)
def test_words_that_cannot_be_used_are_refused(words: dict[str, object], told: str) -> None:
    record = {"name": "妊娠中", "scope": "person", "type": "bool", **words}
    with pytest.raises(ValueError, match=told):
        vocabulary_of([record])


@pytest.mark.parametrize(
    ("key", "value", "is_sound"),
    [
        ("says", {"ja": ["はい", "いいえ"]}, True),
        ("says", {"ja": ["はい"]}, False),
        ("says", {"ja": ["はい", "いいえ"], "fr": ["oui", "non"]}, False),
        ("label", {"en": ""}, False),
        ("unit", {"ja": "人"}, False),
        ("value_labels", {"en": {"いいえ": "no"}}, False),
        ("lable", {"en": "pregnancy"}, False),
    ],
)
def test_the_form_of_an_attribute_refuses_words_of_another_shape(key: str, value: object, *, is_sound: bool) -> None:
    facts = {"name": "妊娠中", "scope": "person", "type": "bool", "source": "申告", "sensitivity": 2, "en": "Pregnant"}
    assert Draft202012Validator(PARTS["attributes"]).is_valid({"attributes": [{**facts, key: value}]}) is is_sound


def test_the_pack_of_tokyo_gives_words_to_every_attribute_that_needs_them(tokyo: Tokyo) -> None:
    for attribute in tokyo.book.vocabulary.attributes.values():
        for language, wording in attribute.wordings.items():
            place = f"{attribute.name}, {language}"
            if attribute.kind is Kind.BOOL or (attribute.kind is Kind.ENUM and "なし" in attribute.values):
                assert wording.phrase, place
                assert wording.phrase.holds != wording.phrase.fails, place
            if attribute.kind is Kind.INT:
                assert wording.unit or language == "en", place


def test_the_english_of_the_pack_of_tokyo_has_no_japanese_left_in_it(tokyo: Tokyo) -> None:
    vocabulary = tokyo.book.vocabulary
    for attribute in vocabulary.attributes.values():
        if attribute.kind is not Kind.ENUM or attribute.name == "自治体コード":
            continue
        for value in attribute.values:
            text = f"{'世帯.' if attribute.household else ''}{attribute.name} = '{value}'"
            said = atom_text(
                parse(text, subject=Subject.PERSON, vocabulary=vocabulary), language="en", vocabulary=vocabulary
            )
            assert said.isascii(), said


@settings(max_examples=100, deadline=None)
@given(nodes())
def test_every_condition_has_words_in_both_languages(node: Node) -> None:
    for language in ("ja", "en"):
        for vocabulary in (VOCABULARY, BARE):
            text = atom_text(node, language=language, vocabulary=vocabulary)
            assert text
            assert not any(mark in text for mark in ("{", "None", "  "))
