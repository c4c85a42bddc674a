"""Bank transfer files: the layout byte by byte, round trips, sums, profiles, and every way of being wrong."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.engines.payments import (
    AccountKind,
    File,
    Header,
    NameCut,
    Profile,
    Transfer,
    ZenginError,
    read,
    records,
    sums,
    write,
)
from madoguchi.engines.payments.kana import HALF_KANA, LATIN

HEADER = Header("123", "トウキョウト", 8, 15, "1", "ミホン", "5", "ホンテン", AccountKind.ORDINARY, "7654321")
PAYEE = Transfer("0009", "012", AccountKind.SAVINGS, "0012345", "ヤマダ ハナコ", 20_000, "00000000000000000042")
PLAIN = Profile(newline=b"")


def test_every_field_stands_at_its_place() -> None:
    lines = [line.decode("shift_jis") for line in records(HEADER, [PAYEE], PLAIN)]
    assert [len(line) for line in lines] == [120, 120, 120, 120]
    head, data, trailer, end = lines
    assert head[:14] == "12100000000123"
    assert head[14:54] == "ﾄｳｷﾖｳﾄ".ljust(40)
    assert head[54:58] == "0815"
    assert (head[58:62], head[62:77], head[77:80], head[80:95]) == ("0001", "ﾐﾎﾝ".ljust(15), "005", "ﾎﾝﾃﾝ".ljust(15))
    assert (head[95], head[96:103], head[103:]) == ("1", "7654321", " " * 17)
    assert (data[:5], data[5:20], data[20:23], data[23:38], data[38:42]) == ("20009", " " * 15, "012", " " * 15, "    ")
    assert (data[42], data[43:50], data[50:80]) == ("4", "0012345", "ﾔﾏﾀﾞ ﾊﾅｺ".ljust(30))
    assert (data[80:90], data[90], data[91:111]) == ("0000020000", "0", "00000000000000000042")
    assert (data[111], data[112], data[113:]) == ("7", " ", " " * 7)
    assert (trailer[:19], trailer[19:]) == ("8" + "000001" + "000000020000", " " * 101)
    assert end == "9" + " " * 119


def test_a_voiced_mark_is_a_byte_of_its_own() -> None:
    data = list(records(HEADER, [PAYEE], PLAIN))[1]
    assert data[50:58] == b"\xd4\xcf\xc0\xde \xca\xc5\xba"


kana = st.text(alphabet=sorted(HALF_KANA | LATIN), min_size=1, max_size=30)
transfers = st.builds(
    Transfer,
    bank_code=st.from_regex(r"[0-9]{4}", fullmatch=True),
    branch_code=st.from_regex(r"[0-9]{3}", fullmatch=True),
    kind=st.sampled_from(AccountKind),
    number=st.from_regex(r"[0-9]{7}", fullmatch=True),
    holder=kana,
    amount_yen=st.integers(1, 9_999_999_999),
    customer_code=st.from_regex(r"[0-9]{0,20}", fullmatch=True),
    bank_name=st.text(alphabet=sorted(HALF_KANA), max_size=15),
    new_code=st.sampled_from("012"),
)


@given(st.lists(transfers, max_size=8), st.sampled_from([b"", b"\r\n"]), st.booleans())
def test_what_is_written_is_read_back(given_ones: list[Transfer], newline: bytes, edi: bool) -> None:
    profile = Profile(newline=newline, edi=edi)
    data = write(HEADER, given_ones, profile)
    found = read(data, profile)
    assert found.transfers == tuple(given_ones)
    assert (found.count, found.total_yen) == (len(given_ones), sum(item.amount_yen for item in given_ones))
    assert found.header.number == HEADER.number
    assert (found.header.month, found.header.day) == (8, 15)
    again = File(found.header, found.transfers, found.count, found.total_yen)
    assert write(again.header, again.transfers, profile) == data


def test_long_names_are_cut_as_the_bank_wants() -> None:
    name = "ア" * 29 + "ガ" + "イ"
    for cut, kept in ((NameCut.BYTES, "ｱ" * 29 + "ｶ"), (NameCut.WHOLE_SIGNS, "ｱ" * 29)):
        profile = Profile(name_cut=cut)
        assert read(write(HEADER, [replace(PAYEE, holder=name)], profile), profile).transfers[0].holder == kept
    with pytest.raises(ZenginError, match="takes 30"):
        write(HEADER, [replace(PAYEE, holder=name)], Profile(name_cut=NameCut.REFUSE))


def test_edi_and_the_clearing_house_follow_the_profile() -> None:
    data = list(records(HEADER, [PAYEE], Profile(newline=b"", edi=True, clearing_house="0000")))[1].decode("shift_jis")
    assert (data[112], data[38:42]) == ("Y", "0000")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"bank_code": "00011"}, "被仕向銀行番号"),
        ({"bank_code": "00A1"}, "被仕向銀行番号"),
        ({"branch_code": ""}, "被仕向支店番号"),
        ({"number": "12345678"}, "口座番号"),
        ({"holder": "山田"}, "受取人名"),
        ({"holder": "  "}, "受取人名"),
        ({"amount_yen": 0}, "振込金額"),
        ({"amount_yen": -5}, "振込金額"),
        ({"amount_yen": 10_000_000_000}, "振込金額"),
        ({"customer_code": "1" * 21}, "顧客コード"),
        ({"customer_code": "札"}, "顧客コード"),
        ({"bank_name": "銀行"}, "被仕向銀行名"),
        ({"new_code": "10"}, "新規コード"),
    ],
)
def test_a_wrong_transfer_names_record_and_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(ZenginError) as caught:
        write(HEADER, [PAYEE, replace(PAYEE, **change)], PLAIN)
    assert (caught.value.record, caught.value.field) == (3, field)


@pytest.mark.parametrize(("change", "field"), [({"month": 13}, "取組日"), ({"originator_code": "x"}, "委託者コード")])
def test_a_wrong_header_is_refused(change: dict[str, Any], field: str) -> None:
    with pytest.raises(ZenginError) as caught:
        write(replace(HEADER, **change), [PAYEE], PLAIN)
    assert caught.value.field == field


def test_a_sum_of_thirteen_digits_is_refused() -> None:
    with pytest.raises(ZenginError, match="12 digits"):
        write(HEADER, [replace(PAYEE, amount_yen=9_999_999_999)] * 101, PLAIN)


def test_more_transfers_than_the_trailer_can_count_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("madoguchi.engines.payments.zengin.MOST_TRANSFERS", 2)
    with pytest.raises(ZenginError, match="Split"):
        write(HEADER, [PAYEE] * 3, PLAIN)


def spoilt(data: bytes, at: int, what: bytes) -> bytes:
    return data[:at] + what + data[at + len(what) :]


@pytest.mark.parametrize(
    ("at", "what"),
    [
        (0, b"2"),  # no header
        (1, b"99"),  # another kind of file
        (54, b"xx"),
        (95, b"7"),  # no kind of account
        (120, b"3"),
        (162, b"0"),
        (170, b"\x81\x81"),  # a wide sign
        (200, b"x"),
        (205, b"9"),  # an amount that the trailer does not know
        (240, b"9"),
        (241, b"x"),
        (246, b"2"),
        (360, b"8"),
    ],
)
def test_a_spoilt_file_is_refused(at: int, what: bytes) -> None:
    data = write(HEADER, [PAYEE], PLAIN)
    assert read(data, PLAIN).count == 1
    with pytest.raises(ZenginError):
        read(spoilt(data, at, what), PLAIN)


def test_a_file_with_other_line_ends_or_a_missing_part_is_refused() -> None:
    data = write(HEADER, [PAYEE], Profile())
    for wrong in (data[:-2], data.replace(b"\r\n", b"\n\r"), b"", data[: 122 * 2]):
        with pytest.raises(ZenginError):
            read(wrong, Profile())
    with pytest.raises(ValueError, match="parted"):
        Profile(newline=b"\n")
    with pytest.raises(ValueError, match="指定区分"):
        Profile(designation="9")


def test_sums_equal_those_of_the_records() -> None:
    data = write(HEADER, [PAYEE, replace(PAYEE, amount_yen=5_000)], Profile())
    assert sums(data, Profile()) == (2, 25_000)
