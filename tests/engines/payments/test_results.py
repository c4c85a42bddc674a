"""The answer of a bank in the plain CSV form."""

import pytest

from madoguchi.engines.payments import Outcome, ResultError, read_results

FIRST = "customer_code,result,reason\n"


def test_answers_are_read_in_order() -> None:
    lines = read_results(("\ufeff" + FIRST + "1,ok,\r\n\r\n2,failed,no_account\n3,failed,name_mismatch\n").encode())
    assert [(item.customer_code, item.outcome, item.line) for item in lines] == [
        ("1", Outcome.OK, 2),
        ("2", Outcome.NO_ACCOUNT, 4),
        ("3", Outcome.NAME_MISMATCH, 5),
    ]
    assert [item.outcome.failed for item in lines] == [False, True, True]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("code,result,reason\n", 1),
        (FIRST + "1,ok\n", 2),
        (FIRST + "1,ok,closed\n", 2),
        (FIRST + "1,failed,\n", 2),
        (FIRST + "1,failed,ok\n", 2),
        (FIRST + "1,maybe,\n", 2),
        (FIRST + ",ok,\n", 2),
        (FIRST + "1,ok,\n1,failed,closed\n", 3),
        (FIRST + f"{'1' * 21},ok,\n", 2),
        (FIRST + f'1,ok,"{"x" * 200_000}"\n', 2),
    ],
)
def test_a_wrong_file_names_its_line(text: str, line: int) -> None:
    with pytest.raises(ResultError) as caught:
        read_results(text.encode())
    assert caught.value.line == line


def test_a_file_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(ResultError, match="UTF-8"):
        read_results("振込".encode("shift_jis"))
