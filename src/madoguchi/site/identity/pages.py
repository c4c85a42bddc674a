"""The provider's few pages, in Japanese and English, without any script: pick a card, agree, refusal, signed out.

They are written as text with every value escaped; the main site's templates and translations stay out of this process.
"""

from collections.abc import Iterable, Mapping
from html import escape
from urllib.parse import urlencode, urlsplit

from madoguchi.site.identity.issuers import Client, Issuer
from madoguchi.site.identity.messages import NO_STORE, PageRefusal, Response
from madoguchi.site.identity.samples import Account

STYLE_PATH = "/style.css"
STYLE = """
:root { color-scheme: light; }
body { margin: 0; color: #1a1a1c; background: #fff; line-height: 1.75; overflow-wrap: anywhere;
  font-family: "BIZ UDPGothic", "Noto Sans JP", "Hiragino Sans", system-ui, sans-serif; }
main, header { max-width: 40rem; margin: 0 auto; padding: 1rem; }
header { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .5rem 1rem; }
header a { display: inline-flex; align-items: center; min-height: 44px; }
.banner { margin: 0; padding: .35rem 1rem; text-align: center; background: #fff5d6; color: #6b4a00; }
h1 { font-size: 1.5rem; line-height: 1.4; }
ul { padding: 0; list-style: none; }
dl { border-top: 1px solid #d8d8db; } dt { font-weight: 700; padding-top: .75rem; }
dd { margin: 0; padding-bottom: .75rem; border-bottom: 1px solid #d8d8db; }
button { width: 100%; min-height: 48px; margin: .25rem 0; padding: .5rem 1rem; border: 2px solid #0017c1; border-radius: 8px;
  background: #fff; color: #0017c1; font: inherit; font-weight: 700; text-align: left; cursor: pointer; }
button.main { background: #0017c1; color: #fff; text-align: center; } button.quiet { text-align: center; }
button:hover { background: #e8f1fe; color: #00118f; } button.main:hover { background: #00118f; color: #fff; }
:focus-visible { outline: 4px solid #000; outline-offset: 2px; box-shadow: 0 0 0 2px #ffd43d; }
a { color: #0017c1; }
"""

TEXTS: Mapping[str, tuple[str, str]] = {
    "sample": (
        "これは見本のサインイン画面です。人も会社もすべて架空です。",
        "This is a sample sign-in. All people and companies are invented.",
    ),
    "card": ("カードを選んでください", "Choose a card"),
    "business": ("事業者のアカウントを選んでください", "Choose a business account"),
    "staff": ("職員を選んでください", "Choose a member of staff"),
    "to": ("サインインする先:", "Signing in to:"),
    "stop": ("やめる", "Stop"),
    "agree": ("同意して進む", "Agree and continue"),
    "consent": ("次のことを伝えてよいですか", "May this be told?"),
    "tells": ("伝える先:", "Told to:"),
    "only": ("サインインしたことだけを伝えます。", "Only that you signed in is told."),
    "refused": ("サインインできません", "Sign-in is not possible"),
    "gone": ("サインアウトしました", "You are signed out"),
    "close": ("このページを閉じてかまいません。", "You may close this page."),
}
CLAIM_NAMES: Mapping[str, tuple[str, str]] = {
    "name": ("名前", "Name"),
    "address": ("住所", "Address"),
    "birthdate": ("生年月日", "Date of birth"),
    "gender": ("性別", "Gender"),
    "account_type": ("アカウントの種類", "Kind of account"),
    "corp_type": ("法人・個人の別", "Company or sole proprietor"),
    "parent_id": ("親アカウント", "Parent account"),
    "corporate_number": ("法人番号", "Corporate number"),
    "prefecture_name": ("都道府県", "Prefecture"),
    "address1": ("所在地", "Place"),
    "address2": ("番地", "Block and number"),
    "rep_last_nm": ("代表者の姓", "Representative's family name"),
    "rep_first_nm": ("代表者の名", "Representative's given name"),
    "rep_last_nm_kana": ("代表者の姓（カナ）", "Family name in kana"),
    "rep_first_nm_kana": ("代表者の名（カナ）", "Given name in kana"),
    "birthday_ymd": ("代表者の生年月日", "Representative's date of birth"),
    "user_last_nm": ("利用者の姓", "User's family name"),
    "user_first_nm": ("利用者の名", "User's given name"),
    "user_email": ("メール", "E-mail"),
    "email": ("メール", "E-mail"),
    "preferred_username": ("職員の登録名", "Staff name"),
    "verified_claims": ("確認済みの情報", "Verified information"),
    "role": ("権限", "Role"),
}
CODES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "gender": {"1": ("男", "Male"), "2": ("女", "Female")},
    "account_type": {"1": ("エントリー", "Entry"), "2": ("プライム", "Prime"), "3": ("メンバー", "Member")},
    "corp_type": {"1": ("法人", "Company"), "2": ("個人事業主", "Sole proprietor")},
}
"""Words for the codes of claims, so that a person reads what she agrees to."""


def text(name: str, language: str) -> str:
    """Return a text in Japanese or English."""
    return TEXTS[name][language == "en"]


def choose(issuer: Issuer, client: Client, accounts: Iterable[Account], ticket_id: str, language: str) -> Response:
    """Return the page where one picks a card."""
    buttons = "".join(
        f'<li><button name="account" value="{escape(item.id)}">{escape(_label(item, language))}</button></li>'
        for item in accounts
    )
    body = (
        f"<p>{text('to', language)} <b>{escape(_client_name(client, language))}</b></p>"
        f"{_form(issuer.choose_path, ticket_id, f'<ul>{buttons}</ul>', language)}{_stop(issuer, ticket_id, language)}"
    )
    return page(
        text(issuer.name.value, language), body, language, switch=_switch(issuer.choose_path, ticket_id), client=client
    )


def consent(issuer: Issuer, client: Client, told: Mapping[str, object], ticket_id: str, language: str) -> Response:
    """Return the page that shows what would be told to whom."""
    shown = {name: value for name, value in told.items() if name != "sub"}
    rows = "".join(
        f"<dt>{_claim(name, language)}</dt><dd>{escape(_shown(name, value, language))}</dd>"
        for name, value in shown.items()
    )
    content = f"<dl>{rows}</dl>" if rows else f"<p>{text('only', language)}</p>"
    button = f'<button class="main" name="decision" value="allow">{text("agree", language)}</button>'
    body = (
        f"<p>{text('tells', language)} <b>{escape(_client_name(client, language))}</b></p>{content}"
        f"{_form(issuer.consent_path, ticket_id, button, language)}{_stop(issuer, ticket_id, language)}"
    )
    return page(
        text("consent", language), body, language, switch=_switch(issuer.consent_path, ticket_id), client=client
    )


def refusal(problem: PageRefusal, language: str) -> Response:
    """Return the page of a request that is answered by no redirect."""
    other = problem.en if language != "en" else problem.ja
    first = problem.ja if language != "en" else problem.en
    lang = "ja" if language == "en" else "en"
    body = f'<p>{escape(first)}</p><p lang="{lang}">{escape(other)}</p><p>{escape(problem.error)}</p>'
    return page(text("refused", language), body, language, status=problem.status)


def signed_out(language: str) -> Response:
    """Return the page after signing out."""
    return page(text("gone", language), f"<p>{text('close', language)}</p>", language)


def style() -> Response:
    """Return the style sheet."""
    return Response(200, STYLE.encode(), {"Content-Type": "text/css; charset=utf-8"})


def page(
    title: str, body: str, language: str, *, switch: str = "", client: Client | None = None, status: int = 200
) -> Response:
    """Return a page with its security headers; forms may lead on to the client's own addresses only."""
    other = ("en", "English") if language != "en" else ("ja", "日本語")
    link = f'<a lang="{other[0]}" href="{escape(switch)}&amp;lang={other[0]}">{other[1]}</a>' if switch else ""
    html = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="{STYLE_PATH}"></head><body>'
        f'<p class="banner">{text("sample", language)}</p><header><b>Madoguchi ID</b>{link}</header>'
        f"<main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )
    origins = sorted({_origin(address) for address in client.redirect_uris}) if client else []
    policy = f"default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' {' '.join(origins)}"
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy.strip(),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        **NO_STORE,
    }
    return Response(status, html.encode(), headers)


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _form(path: str, ticket_id: str, content: str, language: str) -> str:
    hidden = f'<input type="hidden" name="ticket" value="{escape(ticket_id)}">'
    hidden += f'<input type="hidden" name="lang" value="{escape(language)}">'
    return f'<form method="post" action="{escape(path)}">{hidden}{content}</form>'


def _stop(issuer: Issuer, ticket_id: str, language: str) -> str:
    button = f'<button class="quiet" name="decision" value="deny">{text("stop", language)}</button>'
    return _form(issuer.consent_path, ticket_id, button, language)


def _switch(path: str, ticket_id: str) -> str:
    return f"{path}?{urlencode({'ticket': ticket_id})}"


def _label(account: Account, language: str) -> str:
    return account.label_en if language == "en" else account.label_ja


def _client_name(client: Client, language: str) -> str:
    return client.name_en if language == "en" else client.name_ja


def _claim(name: str, language: str) -> str:
    return escape(CLAIM_NAMES.get(name, (name, name))[language == "en"])


def _shown(name: str, value: object, language: str) -> str:
    """Return the value of a claim for reading: codes by their meaning."""
    words = CODES.get(name, {}).get(str(value))
    return words[language == "en"] if words else _value(value)


def _value(value: object) -> str:
    """Return a value for reading: nested ones as their leaves."""
    if isinstance(value, Mapping):
        return " / ".join(filter(None, (_value(item) for item in value.values())))
    if isinstance(value, list):
        return " / ".join(_value(item) for item in value)
    return "" if value is None else str(value)
