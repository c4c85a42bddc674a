"""An individual number is cut out of a text in whatever form it is written; any other text stays as it was."""

from hypothesis import given
from hypothesis import strategies as st

from madoguchi.apps.people import api
from madoguchi.apps.people.individual_number import CUT, check_digit, holds_individual_number

WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
TEXT = st.text(alphabet=st.characters(whitelist_categories=("Lo", "Ll", "Po")), max_size=30)


@given(base=st.integers(0, 10**11 - 1), gap=st.sampled_from(["", " ", "-", "・"]), wide=st.booleans(), around=TEXT)
def test_every_number_is_cut_and_the_words_around_it_stay(base: int, gap: str, wide: bool, around: str) -> None:
    digits = f"{base:011d}"
    number = digits + str(check_digit(digits))
    written = gap.join((number[:4], number[4:8], number[8:]))
    text = api.without_individual_numbers(f"届は{written.translate(WIDE) if wide else written}です")
    assert text == f"届は{CUT}です"
    assert api.without_individual_numbers(text) == text
    assert api.without_individual_numbers(around) == around


@given(text=TEXT | st.from_regex(r"[0-9]{1,11}|[0-9]{13,20}", fullmatch=True))
def test_what_holds_none_is_not_touched(text: str) -> None:
    assert not holds_individual_number(text)
    assert api.without_individual_numbers(text) == text
