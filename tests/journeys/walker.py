"""A person with a phone who fills in what is asked, presses the buttons that are shown, and counts what it costs her.

She types nothing that is there already, leaves out what is not needed, and answers from a list of what she knows. She needs
no script in the browser: everything is done by filling, choosing and pressing.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

DOORS = {"resident": "マイナンバーカードでサインイン", "business": "gBizIDでサインイン"}
MOST_SCREENS = 60
TYPING_SECONDS = {"text": 8, "choice": 3, "date": 6, "file": 15}
READING_SECONDS = 6
"""Assumed for one screen and one input of a person; a machine's own time is told apart."""
_CONTROLS = """form => [...form.querySelectorAll('input, select, textarea')]
  .filter(one => one.name && !['hidden', 'submit'].includes(one.type))
  .map(one => {
    const document = one.type === 'file' && one.closest('fieldset.card');
    const place = document || one.closest('fieldset.field, .field') || one;
    return {name: one.name, type: one.type, tag: one.tagName, id: one.id, value: one.value, checked: one.checked,
      needed: /必須/.test(place.querySelector('.badge-warn')?.textContent || '') && !place.querySelector('ul.plain li'),
      words: place.querySelector('legend, label')?.textContent || ''};
  })"""


@dataclass
class Cost:
    """What an application cost: screens shown, inputs made, names of the questions answered, seconds."""

    screens: int = 0
    inputs: int = 0
    asked: list[str] = field(default_factory=list)
    assumed_seconds: float = 0.0
    machine_seconds: float = 0.0

    def line(self, name: str, *, script: bool) -> str:
        """Return one line to print."""
        mode = "with script" if script else "without script"
        return (
            f"{name:28} {mode:15} screens {self.screens:3}  inputs {self.inputs:3}  "
            f"a person's seconds (assumed) {self.assumed_seconds:4.0f}  the machine's {self.machine_seconds:5.1f}"
        )


class Walker:
    """One person at one browser."""

    def __init__(
        self,
        page: Page,
        site: str,
        answers: Mapping[str, Any],
        *,
        paper: Path,
        shots: Path | None = None,
        otherwise: Callable[[str], Any] = lambda name: None,
    ) -> None:
        self.page, self.site, self.answers, self.paper, self.shots = page, site, answers, paper, shots
        self.otherwise = otherwise
        self.cost = Cost()
        self._began = 0.0

    def sign_in(self, kind: str, card: str) -> None:
        """Go through a door with a sample card."""
        self.page.goto(f"{self.site}/sign-in/")
        self.page.get_by_role("link", name=DOORS[kind]).click()
        self.page.get_by_role("button", name=card).click()
        self.page.get_by_role("button", name="同意して進む").click()
        self.page.wait_for_url(f"{self.site}/**")

    def begin(self, path: str) -> None:
        """Open the first page of an application; counting begins."""
        self.cost = Cost()
        self._began = time.monotonic()
        self.page.goto(f"{self.site}{path}")
        self._seen()

    def press(self, name: str) -> None:
        """Press a button or link by its name."""
        button = self.page.get_by_role("button", name=name, exact=True)
        self.press_this((button if button.count() else self.page.get_by_role("link", name=name)).first)

    def press_this(self, control: Locator) -> None:
        """Press a button or link and wait for the page that follows."""
        control.click()
        self.page.wait_for_load_state()
        self._seen()

    def _seen(self) -> None:
        self.cost.screens += 1
        self.cost.assumed_seconds += READING_SECONDS
        assert self.cost.screens < MOST_SCREENS, self.page.url

    def shoot(self, name: str) -> None:
        """Take a picture of the page where a folder for it was given."""
        if self.shots is not None:
            self.page.screenshot(path=self.shots / f"{name}.png", full_page=True)

    def choose_children(self) -> None:
        """Choose the children of the household that the person applies for, where the page offers them."""
        for group, names in self.answers.get("children chosen", {}).items():
            for name in names:
                button = self.page.locator(f"button[name=ward][value^='{group}|']", has_text=name)
                if button.count():
                    self.cost.inputs += 1
                    self._count("choice")
                    self.press_this(button.first)

    def fill_in(self) -> None:
        """Answer what the form of the page asks and has no answer for."""
        self.choose_children()
        form = self.page.locator("main form[method=post]").first
        for key, controls in self._open(form.evaluate(_CONTROLS)).items():
            self._answer(form, key, controls)

    def _open(self, controls: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
        """Return the controls of each question that has no answer and needs one, or is known to the person."""
        found: dict[str, list[dict[str, Any]]] = {}
        for control in controls:
            found.setdefault(_question(control["name"]), []).append(control)
        return {
            key: parts
            for key, parts in found.items()
            if not _answered(parts) and (parts[0]["needed"] or self._known(key) is not None)
        }

    def _known(self, key: str) -> Any:
        return self.answers.get(key, self.answers.get(key.split("].")[-1]))

    def _answer(self, form: Locator, key: str, parts: list[dict[str, Any]]) -> None:
        value = self._known(key)
        if value is None:
            value = self.otherwise(key)
        kind = parts[0]["type"]
        assert value is not None or kind == "file", f"{self.page.url} asks for {key}: {parts[0]['words']}"
        self.cost.inputs += 1
        self.cost.asked.append(key)
        if kind == "file":
            self._count("file")
            form.locator(f"[id='{parts[0]['id']}']").set_input_files(self.paper)
        elif len(parts) > 1 and parts[0]["name"] != key:
            self._count("date")
            for part, text in zip(parts, str(value).split("-"), strict=False):
                form.locator(f"[id='{part['id']}']").fill(text)
        elif kind in {"radio", "checkbox"}:
            self._count("choice")
            wanted = (
                {"yes" if value is True else "no" if value is False else value}
                if not isinstance(value, list)
                else set(value)
            )
            chosen = [part for part in parts if part["value"] in wanted]
            assert chosen, f"{key}: {wanted} is not among {[part['value'] for part in parts]}"
            for part in chosen:
                form.locator(f"[id='{part['id']}']").check()
        elif parts[0]["tag"] == "SELECT":
            self._count("choice")
            form.locator(f"[id='{parts[0]['id']}']").select_option(str(value))
        else:
            self._count("text")
            form.locator(f"[id='{parts[0]['id']}']").fill(str(value))

    def _count(self, kind: str) -> None:
        self.cost.assumed_seconds += TYPING_SECONDS[kind]

    def go_on(self) -> None:
        """Fill in page after page until the last look, which is not sent yet."""
        while not self.page.url.endswith("/check/"):
            before = self.page.url
            self.fill_in()
            self.shoot_page()
            self.press("次へ")
            self._no_error(before)

    def shoot_page(self) -> None:
        """Take a picture of the first pages of the form."""
        self.shoot(f"form-{self.cost.screens:02}")

    def _no_error(self, before: str) -> None:
        errors = self.page.locator("#errors")
        assert not errors.count(), f"{before}: {errors.inner_text()}"

    def send(self) -> list[str]:
        """Send what is on the last look; return the numbers on the receipt."""
        expect(self.page.locator("h1")).to_have_text("送る前の確認")
        warned = self.page.locator("main .notice-warn:has-text('まだ送れません')")
        assert not warned.count(), warned.inner_text()
        self.shoot("check")
        self.press("この内容で送る")
        expect(self.page.locator("h1")).to_have_text("受け付けました")
        self.cost.machine_seconds = time.monotonic() - self._began
        self.shoot("receipt")
        return [text.strip() for text in self.page.locator("dd strong.code").all_inner_texts()]


def _question(name: str) -> str:
    for part in (".year", ".month", ".day"):
        name = name.removesuffix(part)
    return name


def _answered(parts: list[dict[str, Any]]) -> bool:
    if parts[0]["type"] in {"radio", "checkbox"}:
        return any(part["checked"] and part["value"] for part in parts)
    return any(part["value"] for part in parts)
