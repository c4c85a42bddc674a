"""Bank transfer files (全銀協 総合振込): 120-byte records, written as a stream and read back; banks differ by profile.

Layout: header (1), one data record (2) per transfer, trailer (8) with count and sum, end (9). Signs are JIS X 0201.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from madoguchi.engines.payments.kana import MARKS, PERMITTED, bank_kana

RECORD_BYTES = 120
MOST_TRANSFERS = 999_999
MOST_YEN = 9_999_999_999
"""Ten digits of one transfer."""
MOST_SUM_YEN = 999_999_999_999
HOLDER_BYTES = 30
ENCODING = "shift_jis"
"""Half-width kana and ASCII are one byte each there, the same bytes as in JIS X 0201."""


class AccountKind(StrEnum):
    """Kind of an account (預金種目)."""

    ORDINARY = "1"
    CHECKING = "2"
    SAVINGS = "4"
    OTHER = "9"


class NameCut(StrEnum):
    """What to do with a holder's name of more than 30 bytes."""

    REFUSE = "refuse"
    BYTES = "bytes"
    """Cut after 30 bytes."""
    WHOLE_SIGNS = "whole_signs"
    """The same, but a sign never loses its 濁点."""


class ZenginError(ValueError):
    """A file that cannot be written or read: which record (from 1), which field, what is wrong there."""

    def __init__(self, record: int, field: str, message: str) -> None:
        super().__init__(f"Record {record}, {field}: {message}")
        self.record = record
        self.field = field


@dataclass(frozen=True, slots=True)
class Profile:
    """How one bank wants its files."""

    newline: bytes = b"\r\n"
    """Between records: nothing, or CR LF."""
    signs: frozenset[str] = PERMITTED
    name_cut: NameCut = NameCut.WHOLE_SIGNS
    edi: bool = False
    """The 20 bytes hold EDI information (識別表示 Y) rather than customer codes."""
    clearing_house: str = "    "
    """手形交換所番号: spaces or 0000."""
    designation: str = "7"
    """指定区分: 7 by wire (テレ振込), 8 by document, or a space."""

    def __post_init__(self) -> None:
        if self.newline not in (b"", b"\r\n"):
            raise ValueError("Records are parted by nothing or by CR LF.")
        if self.clearing_house not in ("    ", "0000") or self.designation not in ("7", "8", " "):
            raise ValueError("手形交換所番号 is 4 spaces or 0000, 指定区分 is 7, 8 or a space.")


@dataclass(frozen=True, slots=True)
class Header:
    """Who pays, from which account, on which day."""

    originator_code: str
    originator_name: str
    month: int
    day: int
    bank_code: str
    bank_name: str
    branch_code: str
    branch_name: str
    kind: AccountKind
    number: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """One transfer. `customer_code` has up to 20 signs and comes back with the bank's answer."""

    bank_code: str
    branch_code: str
    kind: AccountKind
    number: str
    holder: str
    amount_yen: int
    customer_code: str = ""
    bank_name: str = ""
    branch_name: str = ""
    new_code: str = "0"
    """新規コード: 1 first transfer, 2 changed, 0 other."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was read; count and sum equal those of its trailer."""

    header: Header
    transfers: tuple[Transfer, ...]
    count: int
    total_yen: int


def write(header: Header, transfers: Iterable[Transfer], profile: Profile) -> bytes:
    """Return a whole file; raise `ZenginError`. For very many transfers take `records`."""
    return b"".join(records(header, transfers, profile))


def records(header: Header, transfers: Iterable[Transfer], profile: Profile) -> Iterator[bytes]:
    """Give the records of a file one after the other, each with its line end; raise `ZenginError`."""
    newline = profile.newline
    yield _encoded(_header(header, profile), 1) + newline
    count = total = 0
    for transfer in transfers:
        count += 1
        if count > MOST_TRANSFERS:
            raise ZenginError(
                count + 1, "件数", f"More than {MOST_TRANSFERS} transfers. Split them over several files."
            )
        yield _encoded(_data(transfer, count + 1, profile), count + 1) + newline
        total += transfer.amount_yen
    if total > MOST_SUM_YEN:
        raise ZenginError(count + 2, "合計金額", "The sum has more than 12 digits. Split the file.")
    yield _encoded(f"8{count:06d}{total:012d}".ljust(RECORD_BYTES), count + 2) + newline
    yield b"9".ljust(RECORD_BYTES) + newline


def _encoded(text: str, record: int) -> bytes:
    data = text.encode(ENCODING)
    if len(data) != RECORD_BYTES:
        raise ZenginError(record, "レコード長", f"{len(data)} bytes instead of {RECORD_BYTES}. Look for a wide sign.")
    return data


def _header(given: Header, profile: Profile) -> str:
    if not (1 <= given.month <= 12 and 1 <= given.day <= 31):
        raise ZenginError(1, "取組日", "The day of transfer is none. Give a month and a day.")
    return (
        "1210"
        + _number(given.originator_code, 10, 1, "委託者コード")
        + _name(given.originator_name, 40, 1, "委託者名", profile)
        + f"{given.month:02d}{given.day:02d}"
        + _number(given.bank_code, 4, 1, "仕向銀行番号")
        + _name(given.bank_name, 15, 1, "仕向銀行名", profile)
        + _number(given.branch_code, 3, 1, "仕向支店番号")
        + _name(given.branch_name, 15, 1, "仕向支店名", profile)
        + given.kind.value
        + _number(given.number, 7, 1, "口座番号")
    ).ljust(RECORD_BYTES)


def _data(given: Transfer, record: int, profile: Profile) -> str:
    if not 1 <= given.amount_yen <= MOST_YEN:
        raise ZenginError(record, "振込金額", f"{given.amount_yen} yen is not between 1 and {MOST_YEN}.")
    if given.new_code not in ("0", "1", "2"):
        raise ZenginError(record, "新規コード", f"{given.new_code!r} is none. Use 1 (first), 2 (changed) or 0.")
    return (
        "2"
        + _number(given.bank_code, 4, record, "被仕向銀行番号")
        + _name(given.bank_name, 15, record, "被仕向銀行名", profile)
        + _number(given.branch_code, 3, record, "被仕向支店番号")
        + _name(given.branch_name, 15, record, "被仕向支店名", profile)
        + profile.clearing_house
        + given.kind.value
        + _number(given.number, 7, record, "口座番号")
        + _holder(given.holder, record, profile)
        + f"{given.amount_yen:010d}"
        + given.new_code
        + _code(given.customer_code, record, profile)
        + profile.designation
        + ("Y" if profile.edi else " ")
    ).ljust(RECORD_BYTES)


def _number(text: str, width: int, record: int, field: str) -> str:
    if not (text.isascii() and text.isdigit() and len(text) <= width):
        raise ZenginError(record, field, f"{text!r} is not a number of up to {width} digits.")
    return text.zfill(width)


def _kana(text: str, record: int, field: str, profile: Profile) -> str:
    if profile.signs.issuperset(text):
        return text.strip(" ")
    try:
        return bank_kana(text, profile.signs)
    except ValueError as problem:
        raise ZenginError(record, field, str(problem)) from None


def _name(text: str, width: int, record: int, field: str, profile: Profile) -> str:
    return _kana(text, record, field, profile)[:width].ljust(width)


def _holder(text: str, record: int, profile: Profile) -> str:
    name = _kana(text, record, "受取人名", profile)
    if not name:
        raise ZenginError(record, "受取人名", "The holder has no name. Give it in katakana.")
    if len(name) > HOLDER_BYTES:
        if profile.name_cut is NameCut.REFUSE:
            raise ZenginError(
                record, "受取人名", f"{len(name)} bytes; this bank takes {HOLDER_BYTES}. Shorten the name."
            )
        whole = profile.name_cut is NameCut.WHOLE_SIGNS and name[HOLDER_BYTES] in MARKS
        name = name[: HOLDER_BYTES - whole]
    return name.ljust(HOLDER_BYTES)


def _code(text: str, record: int, profile: Profile) -> str:
    if len(text) > 20 or not profile.signs.issuperset(text):
        raise ZenginError(record, "顧客コード", f"{text!r} has more than 20 signs, or one that the bank does not take.")
    return text.ljust(20)


def _lines(data: bytes, profile: Profile) -> list[bytes]:
    step = RECORD_BYTES + len(profile.newline)
    if not data or len(data) % step:
        raise ZenginError(len(data) // step + 1, "レコード長", f"The file is not made of records of {step} bytes.")
    lines = [data[start : start + step] for start in range(0, len(data), step)]
    for record, line in enumerate(lines, start=1):
        if line[RECORD_BYTES:] != profile.newline:
            raise ZenginError(record, "改行", "The record does not end where it should.")
    return lines


def sums(data: bytes, profile: Profile) -> tuple[int, int]:
    """Return count and sum in yen of the data records of a file; raise `ZenginError` when its trailer disagrees."""
    lines = _lines(data, profile)
    if len(lines) < 3 or lines[0][:1] != b"1" or lines[-2][:1] != b"8" or lines[-1][:1] != b"9":
        raise ZenginError(1, "データ区分", "A file has a header, a trailer and an end. One of them is missing.")
    amounts = []
    for record, line in enumerate(lines[1:-2], start=2):
        if line[:1] != b"2" or not line[80:90].isdigit():
            raise ZenginError(record, "振込金額", "This is no data record with an amount.")
        amounts.append(int(line[80:90]))
    if not lines[-2][1:19].isdigit():
        raise ZenginError(len(lines) - 1, "合計金額", "The trailer has no numbers.")
    told = int(lines[-2][1:7]), int(lines[-2][7:19])
    found = len(amounts), sum(amounts)
    if told != found:
        raise ZenginError(len(lines) - 1, "合計金額", f"The trailer says {told}, the records say {found}.")
    return found


def read(data: bytes, profile: Profile) -> File:
    """Return what a file says; raise `ZenginError` for a wrong length, kind of record, number or sum."""
    count, total = sums(data, profile)
    lines = _lines(data, profile)
    texts = [_decoded(line, record) for record, line in enumerate(lines, start=1)]
    transfers = tuple(_read_data(text, record) for record, text in enumerate(texts[1:-2], start=2))
    return File(_read_header(texts[0]), transfers, count, total)


def _decoded(line: bytes, record: int) -> str:
    try:
        text = line[:RECORD_BYTES].decode(ENCODING)
    except UnicodeDecodeError:
        text = ""
    if len(text) != RECORD_BYTES:
        raise ZenginError(record, "文字", "The record holds bytes that are no sign of JIS X 0201.")
    return text


def _read_kind(sign: str, record: int) -> AccountKind:
    try:
        return AccountKind(sign)
    except ValueError:
        raise ZenginError(record, "預金種目", f"{sign!r} is no kind of account. Use 1, 2, 4 or 9.") from None


def _read_header(text: str) -> Header:
    if text[1:4] != "210":
        raise ZenginError(1, "種別コード", f"{text[1:4]!r} is no 総合振込 in JIS (210).")
    if not text[54:58].isdigit():
        raise ZenginError(1, "取組日", "The day of transfer is no number.")
    return Header(
        originator_code=text[4:14],
        originator_name=text[14:54].rstrip(),
        month=int(text[54:56]),
        day=int(text[56:58]),
        bank_code=text[58:62],
        bank_name=text[62:77].rstrip(),
        branch_code=text[77:80],
        branch_name=text[80:95].rstrip(),
        kind=_read_kind(text[95], 1),
        number=text[96:103],
    )


def _read_data(text: str, record: int) -> Transfer:
    return Transfer(
        bank_code=text[1:5],
        bank_name=text[5:20].rstrip(),
        branch_code=text[20:23],
        branch_name=text[23:38].rstrip(),
        kind=_read_kind(text[42], record),
        number=text[43:50],
        holder=text[50:80].rstrip(),
        amount_yen=int(text[80:90]),
        new_code=text[90],
        customer_code=text[91:111].rstrip(),
    )
