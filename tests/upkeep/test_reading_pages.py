"""Pages become text whatever they are written in; hostile ones cost a child process a few seconds and say why they failed."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

from madoguchi.apps.upkeep import pages
from madoguchi.apps.upkeep.pages import PageProblem, Trouble
from madoguchi.apps.upkeep.pages.encoding import decode
from madoguchi.apps.upkeep.pages.markup import read_html
from madoguchi.apps.upkeep.texts import trouble

BODY = """<h1>児童育成手当</h1><p>月額<b>14,000円</b>です。</p>
<table><tr><th>対象</th><td>3歳<br>未満</td></tr><tr><th>額</th><td>15,000円</td></tr></table>
<ul><li>本人確認書類<li>口座が分かるもの</ul>"""
PAGE = f"""<!doctype html><html><head><title>児童育成手当 | 見本市</title><style>p{{color:red}}</style></head><body>
<header>見本市のヘッダー</header><nav><a href="/">メニュー</a></nav><main>{BODY}</main>
<script>alert("だまし")</script><p hidden>かくれた文</p><p style="display: none">かくれた文</p><footer>フッター</footer></body></html>"""
LINES = ["児童育成手当", "月額14,000円です。", "対象\t3歳 未満", "額\t15,000円", "本人確認書類", "口座が分かるもの"]


def pdf(*texts: str, count: int = 1) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiKakuGo-W5"))
    out = io.BytesIO()
    sheet = canvas.Canvas(out)
    for _ in range(count):
        sheet.setFont("HeiseiKakuGo-W5", 12)
        for place, text in enumerate(texts):
            sheet.drawString(50, 800 - 20 * place, text)
        sheet.showPage()
    sheet.save()
    return out.getvalue()


def why(data: bytes, content_type: str = "") -> Trouble:
    with pytest.raises(PageProblem) as problem:
        pages.read(data, content_type=content_type)
    assert trouble(problem.value.trouble)
    return problem.value.trouble


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "euc_jp", "iso2022_jp", "utf-16"])
def test_a_page_is_read_in_every_way_of_writing_japanese(encoding: str) -> None:
    found = pages.read(PAGE.encode(encoding), content_type="text/html")
    assert found.text.split("\n") == LINES
    assert found.title == "児童育成手当 | 見本市"
    assert not found.is_cut


@pytest.mark.parametrize(
    ("said", "written"), [("utf-8", "cp932"), ("shift_jis", "utf-8"), ("nonsense", "euc_jp"), ("hex", "utf-8")]
)
def test_a_wrong_name_of_the_encoding_is_not_believed(said: str, written: str) -> None:
    assert "児童育成手当" in decode(PAGE.encode(written), content_type=f"text/html; charset={said}")


def test_the_name_in_the_page_is_believed() -> None:
    text = '<meta charset="Shift_JIS"><p>ｱｲｳ 見本</p>'
    assert decode(text.encode("cp932")) == text


def test_scripts_menus_and_hidden_parts_are_left_out() -> None:
    found = read_html(PAGE).text
    for word in ("だまし", "メニュー", "ヘッダー", "フッター", "かくれた", "color"):
        assert word not in found


def test_a_page_whose_whole_body_is_a_form_is_read() -> None:
    assert "児童育成手当" in read_html(f"<body><form>{BODY}</form></body>").text


def test_nested_tables_keep_their_words_in_order() -> None:
    found = read_html(
        "<table><tr><td>外<table><tr><td>内1</td><td>内2</td></tr></table></td><td>終</td></tr></table>"
    ).text
    assert [word for word in found.replace("\t", "\n").split("\n") if word] == ["外", "内1", "内2", "終"]


@given(
    st.text(max_size=300),
    st.lists(st.sampled_from(["<p>", "</p>", "<td>", "<nav>", "</nav>", "<!--", "<a b='", "&#x", "</x>", "<title>"])),
)
@settings(deadline=None)
def test_no_markup_breaks_the_reader(text: str, tags: list[str]) -> None:
    try:
        found = read_html("".join(f"{tag}{text}" for tag in tags) + "<p>末")
    except PageProblem as problem:
        assert problem.trouble is Trouble.EMPTY  # noqa: PT017 - any other trouble fails
    else:
        assert "\0" not in found.text


@given(st.binary(max_size=400))
@settings(deadline=None)
def test_no_bytes_break_the_decoder(data: bytes) -> None:
    try:
        assert isinstance(decode(data), str)
    except PageProblem as problem:
        assert problem.trouble is Trouble.ENCODING  # noqa: PT017 - any other trouble fails


@pytest.mark.parametrize(
    "data",
    [b"<html>" + b"<table><tr><td>" * 200_000, b"<html>" + b"<!--" * 2_000_000, b"<html>" + b"<a x='" * 500_000],
    ids=["nested tables", "comments", "attributes"],
)
def test_html_bombs_end_with_a_clear_reason(data: bytes) -> None:
    assert why(data, "text/html") in (Trouble.TOO_SLOW, Trouble.EMPTY, Trouble.UNREADABLE)


def test_a_long_page_is_cut_and_says_so() -> None:
    found = pages.read(b"<html><p>" + "長い文。".encode() * 100_000)
    assert found.is_cut
    assert len(found.text) == pages.MAX_SIGNS


def test_twenty_megabytes_are_refused_unread() -> None:
    assert why(b"<html>" + b"a" * 20_000_000) is Trouble.TOO_LARGE


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n", b"PK\x03\x04docx", b"\xff\xd8\xff\xe0", b"GIF89a"])
def test_pictures_and_archives_are_refused_by_content(data: bytes) -> None:
    assert why(data, "text/html") is Trouble.WRONG_KIND


@pytest.mark.parametrize("data", [b"", b"  \n", b"<html><script>1</script></html>", b"<html><nav>a</nav>"])
def test_a_page_without_text_says_so(data: bytes) -> None:
    assert why(data, "text/html") is Trouble.EMPTY


def test_plain_text_stays_as_it_is() -> None:
    assert pages.read("1行目\r\n<b>ではない\r\n".encode(), content_type="text/plain").text == "1行目\n<b>ではない"


def test_a_pdf_is_read_line_by_line() -> None:
    assert pages.read(pdf("児童育成手当", "月額14,000円です。")).text.split("\n") == [
        "児童育成手当",
        "月額14,000円です。",
    ]


def test_a_pdf_of_a_thousand_pages_is_refused() -> None:
    assert why(pdf("見本", count=1_000)) is Trouble.PDF_PAGES


def test_a_pdf_of_pictures_says_so() -> None:
    assert why(pdf()) is Trouble.PDF_IMAGES


def test_a_pdf_with_a_password_says_so() -> None:
    writer = PdfWriter(clone_from=io.BytesIO(pdf("見本")))
    writer.encrypt("a sample password", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    assert why(out.getvalue()) is Trouble.PDF_ENCRYPTED


@pytest.mark.parametrize("cut", [20, 300, 900])
def test_a_broken_pdf_says_so(cut: int) -> None:
    assert why(pdf("見本")[:cut]) in (Trouble.UNREADABLE, Trouble.PDF_IMAGES)


def test_a_pdf_that_unpacks_to_much_is_given_up() -> None:
    writer = PdfWriter()
    page = writer.add_blank_page(100, 100)
    from pypdf.generic import DecodedStreamObject, NameObject

    stream = DecodedStreamObject()
    stream.set_data(b"BT (a) Tj ET\n" * 12_000_000)
    page[NameObject("/Contents")] = writer._add_object(stream.flate_encode(9))
    out = io.BytesIO()
    writer.write(out)
    assert len(out.getvalue()) < pages.MAX_BYTES
    assert why(out.getvalue()) in (Trouble.TOO_SLOW, Trouble.UNREADABLE, Trouble.PDF_IMAGES)
