"""What a camera reads from the pictures, by jsQR: another hand than who drew them."""

from __future__ import annotations

from base64 import b64encode
from typing import Any, Final

from playwright.sync_api import Browser, Page

from tests.booth.browsing import PHONE, Voter, answer_by, open_context
from tests.booth.node_js import ROOT
from tests.booth.world import BOOTH, World

JSQR: Final = ROOT / "build/booth/node_modules/jsqr/dist/jsQR.js"
_READ: Final = """
async (picture) => {
  const raw = Uint8Array.from(atob(picture), (each) => each.charCodeAt(0));
  const image = await createImageBitmap(new Blob([raw], { type: 'image/png' }));
  const { width, height } = image;
  const context = new OffscreenCanvas(width, height).getContext('2d');
  context.drawImage(image, 0, 0);
  return jsQR(context.getImageData(0, 0, width, height).data, width, height)?.data;
}
"""


def photograph(page: Page, camera: Page) -> Any:
    """Take a picture of the screen, all around the code too, and read it."""
    picture = page.locator("main").screenshot()
    return camera.evaluate(_READ, b64encode(picture).decode())


def link_on(page: Page, name: str) -> str:
    """Give where the link beside a picture leads."""
    return page.get_by_role("link", name=name).get_attribute("href") or ""


def test_every_picture_is_read_as_the_link_beside_it(browser: Browser) -> None:
    world = World()
    with open_context(browser, size=PHONE) as context, open_context(browser) as other:
        camera = other.new_page()
        camera.evaluate(JSQR.read_text("utf-8"))
        answer_by(context, world)
        page = context.new_page()
        voter = Voter(page)
        kept = world.kept("asking") | {"isWritten": False}
        voter.stand(kept)
        voter.wait_for("words")
        page.emulate_media(media="print")  # it is on the sheet alone
        place = f"contest=1&leaf=0x{world.leaf.hex()}"
        assert photograph(page, camera) == f"{BOOTH}/#{place}"
        page.emulate_media(media="screen")
        voter.stand(world.kept("ballot"))
        voter.choose(2)
        voter.press("Сначала проверить устройство")
        voter.wait_for("check")
        first = link_on(page, "Открыть страницу проверки")
        assert photograph(page, camera) == first
        voter.press("Готово, показать, что внутри")
        voter.wait_for("opened")
        second = link_on(page, "Открыть страницу проверки")
        assert second.startswith(f"{first}&choice=2&nonce=0x")
        assert photograph(page, camera) == second
        voter.press("Заполнить новый бюллетень")
        voter.choose(1)
        voter.cast()
        voter.wait_for("receipt")
        assert photograph(page, camera) == link_on(page, "Проверить квитанцию")
