"""What the reader makes of single records: tests, 要確認, joints, relations, contradictions, subjects."""

import time
from collections.abc import Callable

import pytest

from madoguchi.engines.eligibility import Subject, Vocabulary, parse, to_text
from madoguchi.engines.eligibility.reading import AgeLimit, AgeSource, Proposal, Reason, Record, Sense, TextField, read
from madoguchi.engines.eligibility.types import Op
from tests.registry.tokyo import Tokyo, tokyo

__all__ = ["tokyo"]
ITABASHI = "131199"
HOME = f"世帯.自治体コード = '{ITABASHI}'"
Read = Callable[..., Proposal]


@pytest.fixture
def reads(tokyo: Tokyo) -> Read:
    def of(target: str = "", **more: object) -> Proposal:
        record = Record(target_persons=target, municipality=ITABASHI, **more)  # type: ignore[arg-type] # keywords of one call
        return read(record, tokyo.book.vocabulary)

    return of


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("区内に住所を有する3歳未満のお子さん", f"{HOME} AND 年齢 < 3"),
        ("都内に居住する小学生", "都内() AND 年度年齢 >= 7 AND 年度年齢 <= 12"),
        ("身体障害者手帳1・2級、愛の手帳1～3度の20歳未満の方",
         "(身体障害者手帳 IN ('1級', '2級') OR 愛の手帳 IN ('1度', '2度', '3度')) AND 年齢 < 20"),
        ("精神障害者保健福祉手帳2級以上の児童", "精神障害者保健福祉手帳 IN ('1級', '2級')"),
        ("妊産婦", "妊娠中 OR 出産後一年未満"),
        ("生活保護世帯または住民税非課税世帯", "世帯.生活保護 OR 世帯.住民税非課税"),
        ("前年の所得が622万円未満の保護者", "申請者.所得 < 6220000"),
        ("市民税所得割額が57,700円以下の世帯の児童", "世帯.住民税所得割額 <= 57700"),
        ("保護者の就労、疾病などの理由で保育ができない就学前の児童", "保育の必要性 AND 年度年齢 <= 6"),
        ("第3子以降の児童", "出生順位(22) >= 3"),
        ("18歳未満の児童を3人以上養育している世帯", "人数(子, 年齢 < 18) >= 3"),
        ("外国籍の児童", "NOT 日本国籍"),
        ("私立の高等学校に在学する生徒", "在学 = '高校私立'"),
        ("父母が離婚した児童、父が死亡した児童", "ひとり親事由 IN ('離婚', '死亡')"),
        ("出生体重が2,000グラム以下の乳児", "出生体重グラム <= 2000 AND 年齢 < 1"),
        ("妊婦、または1歳未満の子を養育している方", "妊娠中 OR 存在(子, 年齢 < 1)"),
        ("ひとり親家庭", "ひとり親"),
    ],
)  # fmt: skip
def test_a_restriction_becomes_its_test(reads: Read, text: str, condition: str) -> None:
    proposal = reads(text)
    assert proposal.text == condition
    assert not proposal.checks


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("生活保護を受けている世帯は対象外です。", "NOT 世帯.生活保護"),
        ("施設に入所している児童、生活保護を受けている世帯を除く。", "NOT 施設入所 AND NOT 世帯.生活保護"),
        ("生活保護を受給していないこと", "NOT 世帯.生活保護"),
        ("所得が500万円以上の方は対象となりません。", "申請者.所得 < 5000000"),
        ("健康保険に加入していない方は対象になりません。", "医療保険 <> 'なし'"),
        ("次のいずれかに該当する場合は対象外です。\n・生活保護を受けている\n・施設に入所している", "NOT 世帯.生活保護 AND NOT 施設入所"),
    ],
)  # fmt: skip
def test_an_exclusion_turns_the_test_round(reads: Read, text: str, condition: str) -> None:
    assert reads("児童", conditions=text).text == condition


def test_a_list_with_any_is_joined_by_or_and_one_with_all_by_and(reads: Read) -> None:
    lines = "\n・生活保護を受けている方\n・住民税非課税の方"
    assert reads("次のいずれかに該当する方" + lines).text == "世帯.生活保護 OR 世帯.住民税非課税"
    assert reads("次のすべてに該当する方" + lines).text == "世帯.生活保護 AND 世帯.住民税非課税"


def test_needs_on_lines_of_their_own_are_alternatives_so_that_nobody_is_shut_out(reads: Read) -> None:
    proposal = reads("生活保護を受けている家庭\n経済的な事情で支出が困難な家庭")
    assert proposal.text == "世帯.生活保護 OR 要確認('r1', '所得')"


def test_a_clause_that_no_rule_knows_is_left_to_a_person_with_its_words(reads: Read) -> None:
    proposal = reads("区内在住で、集団保育に支障のないお子さん")
    assert proposal.text == f"{HOME} AND 要確認('r1', 'その他')"
    assert proposal.checks[0].span.quote == "集団保育に支障のないお子さん"


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("市税を滞納していないこと", "滞納"),
        ("所得が限度額未満であること", "所得"),
        ("世帯の年収が360万円未満", "所得"),
        ("他の自治体から同様の助成を受けていないこと", "他制度"),
        ("医師の診断を受けた方", "医師判断"),
        ("父母ともに就労していること", "就労"),
        ("祖父母と同居していないこと", "世帯"),
        ("令和7年1月1日以前に転入した方", "居住期間"),
        ("利用登録が済んでいること", "その他"),
    ],
)
def test_what_a_person_must_judge_has_its_class(reads: Read, text: str, category: str) -> None:
    proposal = reads("児童", conditions=text)
    assert [check.category for check in proposal.checks] == [category]
    assert proposal.text == f"要確認('r1', '{category}')"


def test_a_length_of_residence_stands_beside_the_residence(reads: Read) -> None:
    proposal = reads("区内に6か月以上引き続き居住している方")
    assert proposal.text in (f"要確認('r1', '居住期間') AND {HOME}", f"{HOME} AND 要確認('r1', '居住期間')")


def test_work_beside_residence_is_an_alternative_to_it(reads: Read) -> None:
    assert reads("区内在住・在勤の方").text == f"{HOME} OR 要確認('r1', 'その他')"


@pytest.mark.parametrize(
    ("text", "conditions", "condition"),
    [
        ("身体障害者手帳をお持ちの方、難病の方", "", "身体障害者手帳 <> 'なし' OR 指定難病"),
        ("未就学児とその保護者、妊婦の方", "", "存在(子, 年度年齢 <= 6) OR 妊娠中"),
        ("日本国籍を有しない児童", "", "NOT 日本国籍"),
        ("満1歳の誕生日の前日から満2歳の誕生日の前日までのお子さん", "", "年齢 >= 1 AND 年齢 < 2"),
        ("2歳未満のお子さん", "兄姉が保育所等に通っていること", "年齢 < 2 AND 要確認('r1', 'その他')"),
        ("18歳未満の児童", "都内に1年以上住所があること（3歳未満は6か月以上）", "年齢 < 18 AND 申請者.東京都に一年以上居住 AND 要確認('r1', 'その他')"),
        ("児童", "65歳以上で新たに認定を受けた方は除く", "年齢 < 65 OR 要確認('r1', 'その他')"),
        ("児童", "私立小中学校に在籍する児童は対象外です", "要確認('r1', 'その他')"),
        ("令和7年4月1日以降に出産した方", "", "要確認('r1', 'その他') AND 出産後一年未満"),
    ],
)  # fmt: skip
def test_what_holds_for_some_only_shuts_nobody_out(reads: Read, text: str, conditions: str, condition: str) -> None:
    assert reads(text, conditions=conditions).text == condition


@pytest.mark.parametrize("text", ["他の給付を受けていない方", "里親", "保護者のいない児童", "同種の助成を受けた方"])
def test_short_restrictions_in_ordinary_words_are_not_taken_for_harmless(reads: Read, text: str) -> None:
    assert reads("児童", conditions=text).checks


def test_names_of_schemes_say_nothing_about_the_person(reads: Read) -> None:
    assert reads(title="ひとり親家庭等医療費助成制度").condition is None
    proposal = reads("特別児童扶養手当を受給している方")
    assert [piece.text for piece in proposal.pieces] == ["本人.受給('特別児童扶養手当')"]


def test_schemes_demanded_and_excluded_are_told_apart(reads: Read) -> None:
    demanded = reads("児童扶養手当を受給している保護者").relations
    excluded = reads("児童", conditions="児童扶養手当を受給していないこと").relations
    once = reads("児童", conditions="過去に教育訓練給付金を受けたことがない方").relations
    assert [(item.sense, item.scheme, item.now) for item in demanded] == [(Sense.REQUIRES, "児童扶養手当", True)]
    assert [(item.sense, item.scheme, item.now) for item in excluded] == [(Sense.EXCLUDES, "児童扶養手当", True)]
    assert [(item.sense, item.scheme, item.now) for item in once] == [(Sense.EXCLUDES, "教育訓練給付金", False)]


def test_the_forms_bounds_win_and_are_marked_explicit(reads: Read) -> None:
    proposal = reads("2歳以上の就学前のお子さん", ages={Op.LE: AgeLimit(5)})
    sources = {piece.text: piece.age_source for piece in proposal.pieces}
    assert sources == {"年齢 >= 2": AgeSource.INFERRED, "年齢 <= 5": AgeSource.EXPLICIT}
    assert not proposal.contradictions


def test_years_and_months_of_one_bound_add_up(reads: Read) -> None:
    assert reads("お子さん", ages={Op.LT: AgeLimit(7, 6), Op.GE: AgeLimit(None, 2)}).text == "月齢 < 90 AND 月齢 >= 2"


def test_a_text_that_cannot_agree_with_the_form_is_a_contradiction(reads: Read) -> None:
    proposal = reads("3歳未満のお子さん", ages={Op.LT: AgeLimit(6)})
    assert [(item.said, item.structured) for item in proposal.contradictions] == [("年齢 < 3", "年齢 < 6")]
    assert proposal.text == "年齢 < 6"


def test_an_exception_widens_the_age_before_it(reads: Read) -> None:
    proposal = reads("小学3年生までの児童", conditions="※障害のある児童は6年生まで")
    assert proposal.text == "年度年齢 <= 9 OR 要確認('r1', 'その他') AND 年度年齢 <= 12"


def test_what_the_mayor_may_allow_widens_the_whole(reads: Read) -> None:
    proposal = reads("区内在住の妊婦", conditions="その他区長が必要と認める方")
    assert proposal.text == f"{HOME} AND 妊娠中 OR 要確認('r1', 'その他')"


def test_benefits_and_procedures_are_listed_with_their_reason(reads: Read) -> None:
    proposal = reads(
        "お子さん",
        conditions="所得制限はありません。\n母子健康手帳をお持ちください。",
        summary="月額5,000円を支給します。",
    )
    reasons = {item.reason for item in proposal.ignored}
    assert {Reason.NO_LIMIT, Reason.PROCEDURE, Reason.BENEFIT} <= reasons
    assert proposal.condition is None


def test_words_behind_a_restriction_do_not_hide_it(reads: Read) -> None:
    assert reads("3歳未満のお子さんで、所得制限はありません").text == "年齢 < 3"
    assert reads("区内在住の妊婦（双子を妊娠中の方を優先）").text == f"{HOME} AND 妊娠中"


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("妊婦", Subject.PERSON),
        ("ひとり親の方", Subject.PERSON),
        ("どなたでも", Subject.PERSON),
        ("3歳未満の乳幼児", Subject.CHILD),
        ("お子さんの保護者", Subject.CHILD),
        ("", Subject.CHILD),
        ("非課税世帯", Subject.HOUSEHOLD),
        ("子どもが3人以上いる家庭", Subject.HOUSEHOLD),
    ],
)
def test_the_subject_is_who_the_words_are_about(reads: Read, text: str, subject: Subject) -> None:
    assert reads(text).subject is subject


def test_every_piece_quotes_the_record_as_it_was_written(reads: Read) -> None:
    text = "区内在住の１８才未満の障がい児（愛の手帳をお持ちの方）"
    for piece in reads(text).pieces:
        assert piece.span.place is TextField.TARGET
        assert text[piece.span.start : piece.span.end] == piece.span.quote


def test_a_test_that_the_pack_cannot_say_is_left_to_a_person(tokyo: Tokyo) -> None:
    known = {name: item for name, item in tokyo.book.vocabulary.attributes.items() if name != "妊娠中"}
    poorer = Vocabulary(known, tokyo.book.vocabulary.municipalities, tokyo.book.vocabulary.tables)
    proposal = read(Record(target_persons="妊婦"), poorer)
    assert not proposal.pieces
    assert [check.span.quote for check in proposal.checks] == ["妊婦"]


def test_further_scheme_names_can_be_given(tokyo: Tokyo) -> None:
    record = Record(target_persons="みらいカードを受けている保護者")
    proposal = read(record, tokyo.book.vocabulary, schemes=["みらいカード"])
    assert proposal.text == "受給('みらいカード')"


def test_the_condition_is_canonical(reads: Read, tokyo: Tokyo) -> None:
    proposal = reads("区内在住の3歳未満で、愛の手帳または身体障害者手帳をお持ちの方")
    node = parse(proposal.text, subject=proposal.subject, vocabulary=tokyo.book.vocabulary)
    assert node == proposal.condition
    assert to_text(node) == proposal.text


@pytest.mark.parametrize(
    "unit",
    ["児童扶養手当または", "1歳から", "(", "仕事、病気、出産、", "次のいずれか", "区内に引き続き", "を除く", "1級、"],
)
def test_a_text_that_repeats_itself_is_read_in_reasonable_time(reads: Read, unit: str) -> None:
    begun = time.perf_counter()
    reads((unit * 1_000)[:1_000])
    assert time.perf_counter() - begun < 5


def test_conditions_written_into_the_title_are_left_to_a_person(tokyo: Tokyo) -> None:
    title = "市内に住所を有し、未就学児を養育している方\n※生活保護を受けている世帯を除く"
    proposal = read(Record(title=title, municipality="132080"), tokyo.book.vocabulary)
    assert [check.span.quote for check in proposal.checks] == [
        "市内に住所を有し、未就学児を養育している方",
        "生活保護を受けている世帯を除く",
    ]
    assert not proposal.ignored
