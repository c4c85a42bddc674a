"""`python -m madoguchi.apps.notifications.channels.fake_provider --port 8090`: starts it without Django."""

import sys

from madoguchi.apps.notifications.channels.fake_provider.running import main


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(None, _say)
