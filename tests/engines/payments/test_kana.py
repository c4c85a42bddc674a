"""Names as bank files hold them, and accounts that are not well formed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.engines.payments import AccountFault, NotWritable, account_faults, bank_kana
from madoguchi.engines.payments.kana import PERMITTED


@pytest.mark.parametrize(
    ("given_name", "written"),
    [
        ("ヤマダ ハナコ", "ﾔﾏﾀﾞ ﾊﾅｺ"),
        ("やまだ　はなこ", "ﾔﾏﾀﾞ ﾊﾅｺ"),
        ("ﾔﾏﾀﾞ ﾊﾅｺ", "ﾔﾏﾀﾞ ﾊﾅｺ"),
        ("キャッチャー", "ｷﾔﾂﾁﾔ-"),
        ("パーティー", "ﾊﾟ-ﾃｲ-"),
        ("ヴィオラ", "ｳﾞｲｵﾗ"),
        ("カ)ヤマダショウジ", "ｶ)ﾔﾏﾀﾞｼﾖｳｼﾞ"),
        ("（カ）マドグチ", "(ｶ)ﾏﾄﾞｸﾞﾁ"),
        ("Smith John", "SMITH JOHN"),
        ("Ｏ－１２３", "O-123"),
        ("ヰヱ ヲ", "ｲｴ ｦ"),
        ("アン・リー", "ｱﾝ.ﾘ-"),
        ("ガ", "ｶﾞ"),  # a base and a combining mark
        (" ハナ ", "ﾊﾅ"),
        ("", ""),
    ],
)
def test_names_take_the_permitted_signs(given_name: str, written: str) -> None:
    assert bank_kana(given_name) == written


@pytest.mark.parametrize(
    ("name", "sign", "place"),
    [("ヤマダ花子", "花", 4), ("A&B", "&", 2), ("ハナ\n", "\n", 3), ("é", "é", 1), ("㍿", "㍿", 1)],
)
def test_what_cannot_be_written_is_named_with_its_place(name: str, sign: str, place: int) -> None:
    with pytest.raises(NotWritable) as caught:
        bank_kana(name)
    assert (caught.value.sign, caught.value.place) == (sign, place)


def test_a_bank_may_refuse_more_signs() -> None:
    with pytest.raises(NotWritable):
        bank_kana("ヲ", PERMITTED - {"ｦ"})


@given(st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0xFFEE), max_size=20))
def test_a_text_is_written_in_permitted_signs_or_its_first_bad_sign_is_named(text: str) -> None:
    bad = [place for place, sign in enumerate(text, start=1) if not writable(sign)]
    if bad:
        with pytest.raises(NotWritable) as caught:
            bank_kana(text)
        assert (caught.value.sign, caught.value.place) == (text[bad[0] - 1], bad[0])
    else:
        once = bank_kana(text)
        assert PERMITTED.issuperset(once)
        assert bank_kana(once) == once


def writable(sign: str) -> bool:
    """Tell whether a sign alone can be written."""
    try:
        bank_kana(sign)
    except NotWritable:
        return False
    return True


def test_a_well_formed_account_has_no_faults() -> None:
    assert account_faults("0001", "123", "1", "0012345", "ヤマダ ハナコ") == ()


@pytest.mark.parametrize(
    ("account", "fault"),
    [
        (("001", "123", "1", "0012345", "ハナ"), AccountFault.BANK_CODE),
        (("0000", "123", "1", "0012345", "ハナ"), AccountFault.BANK_CODE),
        (("０００１", "123", "1", "0012345", "ハナ"), AccountFault.BANK_CODE),
        (("0001", "12", "1", "0012345", "ハナ"), AccountFault.BRANCH_CODE),
        (("0001", "123", "3", "0012345", "ハナ"), AccountFault.KIND),
        (("0001", "123", "1", "12345", "ハナ"), AccountFault.NUMBER),
        (("0001", "123", "1", "0000000", "ハナ"), AccountFault.NUMBER),
        (("0001", "123", "1", "0012345", "  "), AccountFault.HOLDER_EMPTY),
        (("0001", "123", "1", "0012345", "花子"), AccountFault.HOLDER_SIGN),
    ],
)
def test_each_fault_of_an_account_is_named(account: tuple[str, str, str, str, str], fault: AccountFault) -> None:
    assert account_faults(*account) == (fault,)
