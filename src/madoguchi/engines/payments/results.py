"""What a bank answered to a transfer file, in a plain CSV form: customer code, ok or failed, reason.

Form: UTF-8, first line `customer_code,result,reason`; result `ok` or `failed`; reason empty for `ok`, else one of
`no_account`, `name_mismatch`, `closed`, `refused`, `other`. A list of failures only (振込不能) has only `failed` lines.
"""

import csv
import io
from dataclasses import dataclass
from enum import StrEnum

COLUMNS = ["customer_code", "result", "reason"]


class Outcome(StrEnum):
    """What became of one transfer."""

    OK = "ok"
    NO_ACCOUNT = "no_account"
    """該当口座なし."""
    NAME_MISMATCH = "name_mismatch"
    """受取人名義相違."""
    CLOSED = "closed"
    """解約済み."""
    REFUSED = "refused"
    """入金拒否, 取引停止."""
    OTHER = "other"

    @property
    def failed(self) -> bool:
        """Tell whether the money did not arrive."""
        return self is not Outcome.OK


class ResultError(ValueError):
    """A result file that cannot be read: which line (from 1), what is wrong, what to do."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"Line {line}: {message}")
        self.line = line


@dataclass(frozen=True, slots=True)
class ResultLine:
    """The answer to one transfer."""

    customer_code: str
    outcome: Outcome
    line: int


def read_results(data: bytes) -> tuple[ResultLine, ...]:
    """Return the answers in the order of the file; raise `ResultError`, also for a transfer that is named twice."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ResultError(1, "The file is not UTF-8. Save it as UTF-8.") from None
    rows = _rows(text)
    if not rows or rows[0] != COLUMNS:
        raise ResultError(1, f"The first line must be {','.join(COLUMNS)}.")
    seen: dict[str, int] = {}
    found = []
    for number, row in enumerate(rows[1:], start=2):
        if not row:
            continue
        line = _line(row, number)
        if line.customer_code in seen:
            raise ResultError(number, f"The transfer of line {seen[line.customer_code]} is named again. Remove one.")
        seen[line.customer_code] = number
        found.append(line)
    return tuple(found)


def _rows(text: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        return list(reader)
    except csv.Error as problem:
        raise ResultError(reader.line_num, f"This is no line of a CSV file: {problem}.") from None


def _line(row: list[str], number: int) -> ResultLine:
    if len(row) != len(COLUMNS):
        raise ResultError(number, f"{len(row)} fields instead of {len(COLUMNS)}.")
    code, result, reason = (part.strip() for part in row)
    if not (1 <= len(code) <= 20):
        raise ResultError(number, "The customer code has 1 to 20 signs.")
    if result == "ok" and not reason:
        return ResultLine(code, Outcome.OK, number)
    if result != "failed":
        raise ResultError(number, "The result is `ok` without a reason, or `failed` with one.")
    known = {outcome.value for outcome in Outcome if outcome.failed}
    if reason not in known:
        raise ResultError(number, f"The reason must be one of {', '.join(sorted(known))}.")
    return ResultLine(code, Outcome(reason), number)
