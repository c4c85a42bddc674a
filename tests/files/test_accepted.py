"""What is taken: honest files of every kind, under harmless names, images without what tells where they were taken."""

import io
import zipfile

import pytest
from PIL import Image

from madoguchi.apps.files import api
from madoguchi.core import pdf as own_pdf

from . import samples
from .samples import heic, image, object_stream, pdf, photo, png, webp, workbook
from .world import DRAFT, send

pytestmark = pytest.mark.django_db
LINKED = samples.RELATIONS.format('<Relationship Type="x/hyperlink" Target="https://a.example" TargetMode="External"/>')


def kept(data: bytes, name: str = "a.bin") -> bytes:
    return api.content(send(data, name).id, owner=DRAFT)


HONEST = {
    "pdf": (pdf(), "application/pdf"),
    "pdf that opens on a page": (pdf(catalogue=b"/OpenAction[3 0 R/Fit]"), "application/pdf"),
    "pdf that goes to a page": (pdf(b"<</S/GoTo/D[3 0 R/Fit]>>", catalogue=b"/OpenAction 4 0 R"), "application/pdf"),
    "pdf that names its opening a hundred thousand times": (
        pdf(b"<</S/GoTo/D[3 0 R/Fit]>>", catalogue=b"/OpenAction 4 0 R" * 100_000),
        "application/pdf",
    ),
    "pdf that goes to a page, packed": (
        pdf(object_stream(b"<</S/GoTo/D[3 0 R/Fit]>>"), catalogue=b"/OpenAction 9 0 R"),
        "application/pdf",
    ),
    "pdf with links": (pdf(b"<</Type/Annot/Subtype/Link/A<</S/URI/URI(https://a.example)>>>>"), "application/pdf"),
    "pdf with a form": (pdf(catalogue=b"/AcroForm<</Fields[]>>"), "application/pdf"),
    "pdf with a picture": (pdf(samples.stream(b"/Subtype/Image/Filter/DCTDecode", image("JPEG"))), "application/pdf"),
    "jpeg": (image("JPEG"), "image/jpeg"),
    "progressive jpeg": (image("JPEG", (300, 200), progressive=True), "image/jpeg"),
    "png": (image("PNG"), "image/png"),
    "webp": (image("WEBP"), "image/webp"),
    "webp without loss": (image("WEBP", lossless=True), "image/webp"),
    "heic": (heic(), "image/heic"),
    "csv": ("氏名,金額\r\n山田花子,-1200\r\n".encode(), "text/csv"),
    "csv in shift_jis with numbers as formulas": ('番号\r\n="00123"\r\n=A1+A2\r\n'.encode("cp932"), "text/csv"),
    "workbook": (
        workbook({"xl/worksheets/_rels/sheet1.xml.rels": LINKED, "xl/printerSettings/printerSettings1.bin": b"x"}),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "workbook without packing": (
        workbook(packing=zipfile.ZIP_STORED),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
}


@pytest.mark.parametrize("case", HONEST)
def test_an_honest_file_is_taken_whatever_the_browser_calls_it(case: str) -> None:
    data, media_type = HONEST[case]
    view = send(data, "a.csv" if media_type == "text/csv" else "a.exe", claimed="text/html")
    assert view.media_type == media_type
    assert view.state is api.State.UNSCANNED
    assert view.size == len(api.content(view.id, owner=DRAFT))


def test_a_letter_of_this_platform_is_taken() -> None:
    blocks = [own_pdf.Block("title", "決定通知書"), own_pdf.Block("text", "次のとおり決定しました。")]
    document = own_pdf.build(blocks, title="決定通知書", language="ja", author="調布市")
    assert send(document).media_type == "application/pdf"


def test_text_is_csv_only_where_the_name_or_the_field_says_so() -> None:
    assert send(b"a,b\n", "a.csv").media_type == "text/csv"
    assert send(b"a,b\n", "a.txt").media_type == "text/plain"
    assert send(b"a,b\n", "a.txt", accepts=["csv"]).media_type == "text/csv"
    assert send(b"a,b\n", "a.csv", accepts=["text"]).media_type == "text/plain"


def test_the_place_of_a_photo_is_removed_and_the_picture_stays_the_same() -> None:
    given = photo(turn=6)
    assert b"Hanako" in given
    stored = kept(given)
    assert b"Hanako" not in stored
    assert b"script" not in stored
    before, after = Image.open(io.BytesIO(given)), Image.open(io.BytesIO(stored))
    assert before.getexif().get_ifd(0x8825)
    assert dict(after.getexif()) == {0x0112: 6}
    assert not after.getexif().get_ifd(0x8825)
    assert before.tobytes() == after.tobytes()


@pytest.mark.parametrize(("turn", "expected"), [(1, {}), (3, {0x0112: 3}), (8, {0x0112: 8}), (99, {})])
def test_only_a_real_orientation_is_kept(turn: int, expected: dict[int, int]) -> None:
    assert dict(Image.open(io.BytesIO(kept(photo(turn)))).getexif()) == expected


def test_what_phones_append_to_a_photo_is_cut_off() -> None:
    one = image("JPEG")
    assert kept(one + image("JPEG", (9, 9))) == kept(one)
    assert kept(one + samples.box(b"ftyp", b"mp42" + bytes(50))) == kept(one)


def test_texts_of_a_png_are_removed_and_the_picture_stays_the_same() -> None:
    given = png(8, 8, samples.chunk(b"tEXt", b"Comment\0<script>"), samples.chunk(b"eXIf", b"MM\0*35.65N"))
    stored = kept(given)
    assert stored == png(8, 8)
    assert Image.open(io.BytesIO(stored)).size == (8, 8)


def test_exif_of_a_webp_is_removed_and_the_picture_stays_the_same() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera of Hanako"
    given = image("WEBP", exif=exif)
    assert b"Hanako" in given
    stored = kept(given)
    assert b"Hanako" not in stored
    assert Image.open(io.BytesIO(stored)).tobytes() == Image.open(io.BytesIO(given)).tobytes()
    assert b"35.65N" not in kept(webp())


NAMES = {
    "証明書.PDF": "証明書.pdf",
    "..\\..\\windows\\system.exe": "system.pdf",
    "C:\\書類\\所得 証明.pdf": "所得 証明.pdf",
    "請求書\u202efdp.exe": "請求書fdp.pdf",
    "a\u200b\u2066b\ufeff.pdf": "ab.pdf",
    "a\r\nSet-Cookie: x=1.pdf": "aSet-Cookie_ x=1.pdf",
    'a";<b>|?*.pdf': "a_;_b____.pdf",
    "con.pdf": "_con.pdf",
    "LPT1": "_LPT1.pdf",
    "nul.tar.pdf": "_nul.tar.pdf",
    "書類.pdf.pdf.exe": "書類.pdf",
    ".pdf": "file.pdf",
    "...": "file.pdf",
    "a.pdf. . .": "a.pdf",
    "令和8年.証明": "令和8年.証明.pdf",
    "か\u3099.pdf": "が.pdf",
    "x" * 200 + ".pdf": "x" * 116 + ".pdf",
    "字" * 200 + ".jpeg": "字" * 116 + ".pdf",
}


@pytest.mark.parametrize("given", NAMES)
def test_names_become_harmless(given: str) -> None:
    from madoguchi.apps.files.inspection import naming

    name = naming.cleaned(given, "pdf")
    assert name == NAMES[given]
    assert len(name) <= 120
    assert naming.cleaned(name, "pdf") == name


@pytest.mark.parametrize(
    ("data", "name", "expected"), [(image("PNG"), "写真.jpg", "写真.png"), (pdf(), "a.jpg", "a.pdf")]
)
def test_a_wrong_extension_is_corrected(data: bytes, name: str, expected: str) -> None:
    assert send(data, name).name == expected
