"""Official numbers are recognised, and a mistyped one is told what is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.engines.identifiers import (
    IdentifierError,
    corporate_check_digit,
    corporate_number,
    is_municipality_code,
    municipality_code,
    parse_psid,
)


@pytest.mark.parametrize("number", ["8000020130001", "7000012050002", "8000020131016", "８０００-０２０-１３０００１"])
def test_genuine_corporate_numbers_pass(number: str) -> None:
    assert len(corporate_number(number)) == 13


@pytest.mark.parametrize("number", ["8000020130002", "123", "", "80000201300011", "x000020130001"])
def test_mistyped_corporate_numbers_are_refused(number: str) -> None:
    with pytest.raises(IdentifierError):
        corporate_number(number)


@given(st.text("0123456789", min_size=12, max_size=12), st.integers(0, 11), st.integers(1, 8))
def test_one_wrong_digit_is_found_unless_it_is_zero_for_nine(base: str, place: int, shift: int) -> None:
    number = f"{corporate_check_digit(base)}{base}"
    digit = int(base[place])
    wrong = (digit + shift) % 10
    if {digit, wrong} == {0, 9}:
        return
    mistyped = f"{number[0]}{base[:place]}{wrong}{base[place + 1 :]}"
    with pytest.raises(IdentifierError):
        corporate_number(mistyped)


@pytest.mark.parametrize(
    ("code5", "code6"), [("13101", "131016"), ("13119", "131199"), ("13208", "132080"), ("13000", "130001")]
)
def test_municipality_codes_carry_their_check_digit(code5: str, code6: str) -> None:
    assert municipality_code(code5) == code6
    assert is_municipality_code(code6)
    assert not is_municipality_code(code5 + str((int(code6[5]) + 1) % 10))


def test_a_psid_is_read_and_written() -> None:
    text = "psid3.0+8000020131016+10+UM54"
    assert str(parse_psid(text)) == text
    with pytest.raises(IdentifierError, match="looks like"):
        parse_psid("UM54")
