"""Signs in at a site through the local provider by plain HTTP, as a browser without JavaScript would.

For `madoguchi demo --check`. It knows forms and buttons, never what the site does with the sign-in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import TracebackType

import httpx

TIMEOUT_SECONDS = 30


class VisitFailed(Exception):
    """A page of the way did not come or lacks its button: which one, and what was there instead."""


class Visitor:
    """One browser with its cookies."""

    def __init__(self, site: str) -> None:
        self._http = httpx.Client(base_url=site, follow_redirects=True, trust_env=False, timeout=TIMEOUT_SECONDS)

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def sign_in(self, provider: str, card: str) -> httpx.Response:
        """Go through a provider's door with a sample card and return the page at the end; raise VisitFailed."""
        consent = self._press(self.open(f"/sign-in/{provider}/"), "account", card)
        return self._press(consent, "decision", "allow")

    def open(self, path: str) -> httpx.Response:
        """Open a page of the site and follow its redirects; raise VisitFailed unless it answers 200."""
        return self._send("GET", self._http.base_url.join(path))

    def _press(self, page: httpx.Response, name: str, value: str) -> httpx.Response:
        """Send the form that has this button, with its hidden fields."""
        for form in forms_of(page.text):
            if (name, value) in form.buttons:
                return self._send("POST", page.url.join(form.action), {**form.hidden, name: value})
        raise VisitFailed(f"{_named(page.url)} has no button {name}={value}. Look at samples/identities.yaml.")

    def _send(self, method: str, address: httpx.URL, fields: Mapping[str, str] | None = None) -> httpx.Response:
        try:
            page = self._http.request(method, address, data=fields)
        except httpx.HTTPError as problem:
            raise VisitFailed(f"{_named(address)} did not answer: {problem or type(problem).__name__}.") from problem
        if page.status_code != httpx.codes.OK:
            raise VisitFailed(f"{_named(page.url)} answered {page.status_code} instead of 200.")
        return page


def _named(address: httpx.URL) -> str:
    """Return an address without its query, which may hold a code."""
    return f"{address.scheme}://{address.netloc.decode()}{address.path}"


@dataclass
class Form:
    """One form of a page: where it goes, its hidden fields, its named buttons."""

    action: str
    hidden: dict[str, str] = field(default_factory=dict)
    buttons: set[tuple[str, str]] = field(default_factory=set)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(values.get("action", "")))
            self._inside = True
        elif self._inside and tag == "input" and values.get("type") == "hidden":
            self.found[-1].hidden[values.get("name", "")] = values.get("value", "")
        elif self._inside and tag == "button" and "name" in values:
            self.found[-1].buttons.add((values["name"], values.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


def forms_of(html: str) -> list[Form]:
    """Return the forms of a page in their order."""
    parser = _Forms()
    parser.feed(html)
    parser.close()
    return parser.found
