"""First bytes of files (magic numbers): programs, markup and archives that are refused, formats that are read further."""

import re

from madoguchi.apps.files.contracts import FileRefused

_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"dex\n",
    b"\0asm",
    b"#!",
    b"L\0\0\0\x01\x14\x02\0",
    b"%!PS",
    b"\xc5\xd0\xd3\xc6",
)
"""Windows, Linux, macOS, Java, Android, WebAssembly, scripts, Windows shortcuts, PostScript."""
_ARCHIVES = (
    b"Rar!",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ\0",
    b"MSCF",
    b"\x28\xb5\x2f\xfd",
    b"PK\x05\x06",
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_MARKUP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body|svg|script|iframe|object|\?xml|\?php|%|!--)", re.I
)
_UTF16_MARKUP = re.compile(rb"(?:\xff\xfe\s*\0?<\0|\xfe\xff\0<)")
_HEADER_WITHIN = 1_024
_ZIP_END = b"PK\x05\x06"
_ZIP_END_WITHIN = 65_557
"""Length of the longest end record of a zip with its comment."""


def refuse_dangerous(data: bytes) -> None:
    """Raise `FileRefused` for programs, markup, archives, old office files and files with something before a PDF."""
    if data.startswith(_PROGRAMS):
        raise FileRefused("executable")
    if _MARKUP.match(data) or _UTF16_MARKUP.match(data):
        raise FileRefused("active_markup")
    if data.startswith(_ARCHIVES) or data[257:262] == b"ustar":
        raise FileRefused("archive")
    if data.startswith(_OLE):
        raise FileRefused("encrypted" if _ENCRYPTED_PACKAGE in data else "office")
    if data.startswith(b"{\\rtf"):
        raise FileRefused("office")
    if data.find(b"%PDF-", 1, _HEADER_WITHIN) > 0:
        raise FileRefused("polyglot")


def known(data: bytes) -> str:
    """Return which parser reads the file: pdf, jpeg, png, webp, heic, zip; empty for none of them."""
    if data.startswith(b"%PDF-"):
        return "pdf"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"heim", b"heis"):
        return "heic"
    return "zip" if data.startswith(b"PK\x03\x04") else ""


def other_image(data: bytes) -> str:
    """Return the name of an image or film format that is not taken, empty for none."""
    known_names = ((b"GIF8", "GIF"), (b"BM", "BMP"), (b"II*\0", "TIFF"), (b"MM\0*", "TIFF"), (b"\0\0\1\0", "ICO"))
    for magic, name in known_names:
        if data.startswith(magic) and (name != "BMP" or data[6:10] == b"\0\0\0\0"):
            return name
    return "MP4" if data[4:8] == b"ftyp" else ""


def ends_as_zip(data: bytes) -> bool:
    """Tell whether a reader of zips would find one at the end of the file."""
    return data.find(_ZIP_END, max(0, len(data) - _ZIP_END_WITHIN)) >= 0
