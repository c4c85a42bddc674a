"""Which town an address names, in the many ways in which addresses are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.engines.addresses import Level, Municipality, Town, TownBook, block_numbers, fold_address, to_kanji

TOWNS = (
    *(Town("13104", f"西新宿{to_kanji(n)}丁目") for n in range(1, 9)),
    Town("13104", "市谷田町一丁目"),
    Town("13104", "四谷三栄町"),
    Town("13102", "日本橋蛎殻町一丁目"),
    Town("13102", "銀座一丁目"),
    Town("13102", "銀座十二丁目"),
    Town("13101", "霞が関一丁目"),
    Town("13101", "霞が関"),
    Town("13307", "数馬"),
    Town("13103", "虎ノ門二丁目"),
)
CITIES = (Municipality("13104", "新宿区"), Municipality("13102", "中央区"), Municipality("13307", "檜原村"))
BOOK = TownBook(TOWNS, CITIES)


@pytest.mark.parametrize(
    ("code", "street", "town"),
    [
        ("13104", "西新宿２丁目８番１号", "西新宿二丁目"),
        ("13104", "西新宿二丁目8-1", "西新宿二丁目"),
        ("13104", "西新宿2-8-1", "西新宿二丁目"),
        ("13104", "西新宿 ニ丁目 8-1", "西新宿二丁目"),
        ("13102", "日本橋蠣殻町１丁目６番", "日本橋蛎殻町一丁目"),
        ("13102", "銀座１２丁目１番", "銀座十二丁目"),
        ("13101", "霞ヶ関1-2-3", "霞が関一丁目"),
        ("13101", "霞ケ関１番", "霞が関"),
        ("13103", "虎の門２－１", "虎ノ門二丁目"),
        ("13307", "大字数馬２４３０番地", "数馬"),
    ],
)
def test_a_town_is_found_however_it_is_spelled(code: str, street: str, town: str) -> None:
    address = BOOK.read(code, street)
    assert (address.level, address.town) == (Level.TOWN, town)


def test_what_follows_the_town_is_split_into_blocks_and_a_building() -> None:
    address = BOOK.read("13104", "西新宿２丁目８番１号都庁第一本庁舎３０階")
    assert address.numbers == (8, 1)
    assert address.rest == "8番1号都庁第一本庁舎30階"
    assert address.unread == "都庁第一本庁舎30階"


def test_a_chome_that_the_list_lacks_gives_the_area_and_no_town() -> None:
    address = BOOK.read("13104", "西新宿２０丁目１番")
    assert address.level is Level.AREA
    assert address.town == "西新宿"


@pytest.mark.parametrize("street", ["", "無番地", "東新宿1-1", "市谷"])
def test_what_is_not_understood_is_said(street: str) -> None:
    address = BOOK.read("13104", street)
    assert address.level is Level.NONE
    assert address.town == ""
    assert address.unread == fold_address(street)


def test_a_town_counts_only_inside_its_municipality() -> None:
    assert BOOK.read("13102", "西新宿２丁目８番").level is Level.NONE


@pytest.mark.parametrize(
    ("text", "code", "town"),
    [
        ("東京都新宿区西新宿2-8-1", "13104", "西新宿二丁目"),
        ("新宿区西新宿2-8-1", "13104", "西新宿二丁目"),
        ("東京都西多摩郡檜原村数馬2430", "13307", "数馬"),
        ("西新宿2-8-1", "", ""),
    ],
)
def test_a_whole_address_needs_its_municipality(text: str, code: str, town: str) -> None:
    address = BOOK.read_whole(text, prefecture="東京都")
    assert (address.code, address.town) == (code, town)


def test_kanji_numbers_stop_at_ninety_nine() -> None:
    assert [to_kanji(n) for n in (1, 10, 12, 20, 99)] == ["一", "十", "十二", "二十", "九十九"]
    with pytest.raises(ValueError, match="100"):
        to_kanji(100)


def test_block_numbers_end_where_the_building_begins() -> None:
    assert block_numbers("17番35-105号") == ((17, 35, 105), "")
    assert block_numbers("2430番地の1") == ((2430, 1), "")
    assert block_numbers("ビル3階") == ((), "ビル3階")


@given(st.sampled_from(TOWNS), st.integers(1, 99), st.integers(1, 40), st.booleans())
def test_every_town_of_the_list_is_read_back(town: Town, block: int, number: int, wide: bool) -> None:
    street = f"{town.name}{block}番{number}号"
    if wide:
        street = street.translate({ord(str(d)): chr(ord("０") + d) for d in range(10)})
    address = BOOK.read(town.code, street)
    assert address.town == town.name
    assert address.numbers == (block, number)


@given(st.text(max_size=40))
def test_any_text_is_answered_and_nothing_is_lost(text: str) -> None:
    address = BOOK.read("13104", text)
    folded = fold_address(text)
    assert folded.endswith(address.rest)
    assert address.level in set(Level)
