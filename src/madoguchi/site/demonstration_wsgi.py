"""The WSGI entry of the demonstration: the same site, in a process that ends with the server that started it, and only so.

The server's worker would go on serving and hold the port when its parent is killed. And it must not hear the terminal's
Ctrl+C itself: a second signal beside the one from its parent leaves it hanging.
"""

import multiprocessing
import os
import threading
import time

from madoguchi.site.wsgi import application

__all__ = ["application"]
LOOK_EVERY_SECONDS = 0.5


def _end_with(parent: int) -> None:
    """End this process when it is an orphan: then it has another parent. An open transaction is rolled back."""
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY_SECONDS)
    os._exit(0)


if multiprocessing.parent_process() is not None:  # in the server's worker, never in a process that only imports this
    os.setpgrp()
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
