"""Folding changes the spelling and never loses where a character came from."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.engines.eligibility.reading.folding import fold, number


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("１８才", "18歳"),
        ("6ヶ月・6ヵ月・6カ月・6箇月", "6か月・6か月・6か月・6か月"),
        ("障がいのある", "障害のある"),
        ("①父②母", "①父②母"),
        ("ﾊﾞｽ", "バス"),
        ("0〜2歳", "0~2歳"),
    ],
)
def test_spellings_become_one(text: str, folded: str) -> None:
    assert fold(text).text == folded


def test_a_word_that_became_shorter_is_found_again_whole() -> None:
    text = "重い障がいのある方"
    folded = fold(text)
    place = folded.text.index("障害")
    start, end = folded.origin(place, place + 2)
    assert text[start:end] == "障がい"


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_every_folded_character_has_its_place_in_order(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    assert list(folded.starts) == sorted(folded.starts)
    assert all(0 <= start < end <= len(text) for start, end in zip(folded.starts, folded.ends, strict=True))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_no_character_of_the_original_is_left_without_a_place(text: str) -> None:
    folded = fold(text)
    held = {n for start, end in zip(folded.starts, folded.ends, strict=True) for n in range(start, end)}
    assert held == set(range(len(text)))


@pytest.mark.parametrize(
    ("text", "value"), [("12", 12), ("2,000", 2000), ("三", 3), ("十", 10), ("十八", 18), ("二十", 20)]
)
def test_numbers_are_read_in_digits_and_kanji(text: str, value: int) -> None:
    assert number(text) == value
