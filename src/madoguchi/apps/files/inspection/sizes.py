"""How many pixels an image may have, the same for every format; only headers are read."""

from madoguchi.apps.files.contracts import FileRefused
from madoguchi.apps.files.limits import MAX_PIXELS, MAX_SIDE_PIXELS


def check(width: int, height: int) -> None:
    """Raise `FileRefused` for an image without area or with too many pixels."""
    if width <= 0 or height <= 0:
        raise FileRefused("damaged")
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE_PIXELS:
        raise FileRefused("too_many_pixels", {"most": MAX_PIXELS // 10_000})
