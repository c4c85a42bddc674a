"""From bytes to a decision: which parser reads an upload, whether the field accepts the kind, how the file is named."""

from collections.abc import Sequence
from dataclasses import dataclass

from madoguchi.apps.files.contracts import FileRefused
from madoguchi.apps.files.inspection import heic, jpeg, naming, pdf, plaintext, png, signatures, webp, workbook


@dataclass(frozen=True, slots=True)
class Inspected:
    """An upload that may be stored: `data` without the metadata that images carry along."""

    kind: str
    media_type: str
    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class _Form:
    kind: str
    media_type: str
    extension: str


_FORMS = {
    "pdf": _Form("pdf", "application/pdf", "pdf"),
    "jpeg": _Form("image", "image/jpeg", "jpg"),
    "png": _Form("image", "image/png", "png"),
    "webp": _Form("image", "image/webp", "webp"),
    "heic": _Form("image", "image/heic", "heic"),
    "zip": _Form("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    "csv": _Form("csv", "text/csv", "csv"),
    "text": _Form("text", "text/plain", "txt"),
}
_CLEANERS = {
    "pdf": pdf.cleaned,
    "jpeg": jpeg.cleaned,
    "png": png.cleaned,
    "webp": webp.cleaned,
    "heic": heic.cleaned,
    "zip": workbook.cleaned,
    "csv": plaintext.cleaned,
    "text": plaintext.cleaned,
}


def inspect(data: bytes, *, name: str, accepts: Sequence[str]) -> Inspected:
    """Return what may be stored of an upload; raise `FileRefused` with a code that `texts.refusal` has words for."""
    if not data:
        raise FileRefused("empty")
    found = _form_of(data, name, accepts)
    form = _FORMS[found]
    if form.kind not in accepts:
        raise FileRefused("not_accepted", {"found": form.kind, "accepted": list(accepts)})
    return Inspected(form.kind, form.media_type, naming.cleaned(name, form.extension), _CLEANERS[found](data))


def _form_of(data: bytes, name: str, accepts: Sequence[str]) -> str:
    """Return the key of the form; raise `FileRefused` for what is never taken."""
    signatures.refuse_dangerous(data)
    if found := signatures.known(data):
        return found
    if found := signatures.other_image(data):
        raise FileRefused("not_accepted", {"found": found, "accepted": list(accepts)})
    if not plaintext.is_text(data):
        raise FileRefused(*_unreadable(data, accepts))
    plaintext.refuse_scripts(data, naming.extension_of(name))
    named_csv = naming.extension_of(name) == "csv"
    if "csv" in accepts and (named_csv or "text" not in accepts):
        return "csv"
    return "csv" if named_csv and "text" not in accepts else "text"


def _unreadable(data: bytes, accepts: Sequence[str]) -> tuple[str, dict[str, list[str]]]:
    if plaintext.looks_like_text(data) and {"csv", "text"} & set(accepts):
        return "text_unreadable", {}
    return "type_unknown", {"accepted": list(accepts)}
