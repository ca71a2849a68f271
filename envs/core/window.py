"""A window that shows frames (`render_mode="human"`)."""

import os
from importlib import import_module
from typing import Any

import numpy as np
from gymnasium.error import DependencyNotInstalled
from numpy.typing import NDArray


class Window:
    """Opens with the first frame. Pygame has one window in a process: the last opened one.

    Args:
        title: of the window.
        fps: frames a second; `show` waits until the next is due.

    Attributes:
        closed: whether it has been closed, by `close` or by its user.

    Raises:
        DependencyNotInstalled: there is no pygame.
    """

    def __init__(self, title: str, fps: float) -> None:
        self.closed = False
        self._title = title
        self._fps = fps
        self._pygame = _pygame()
        self._screen: Any = None
        self._clock: Any = None

    def show(self, frame: NDArray[np.uint8]) -> None:
        """Show a frame, uint8 (H, W, 3). Does nothing once the window has been closed."""
        if self.closed:
            return
        size = (frame.shape[1], frame.shape[0])
        if not self._is_there() or self._screen.get_size() != size:
            self._open(size)
        picture = self._pygame.surfarray.make_surface(frame.swapaxes(0, 1))
        self._screen.blit(picture, (0, 0))
        self._pygame.display.flip()
        if any(event.type == self._pygame.QUIT for event in self._pygame.event.get()):
            self.close()
        else:
            self._clock.tick(self._fps)

    def close(self) -> None:
        """Close the window; it does not open again."""
        if self._is_there():
            self._pygame.display.quit()
        self._screen = None
        self.closed = True

    def _is_there(self) -> bool:
        """Return whether this is the process's window: another one may have taken its place."""
        return self._screen is not None and self._pygame.display.get_surface() is self._screen

    def _open(self, size: tuple[int, int]) -> None:
        # The display only: sound and joysticks cost time, and may fail where there are none.
        self._pygame.display.init()
        self._screen = self._pygame.display.set_mode(size)
        self._pygame.display.set_caption(self._title)
        self._clock = self._pygame.time.Clock()


def _pygame() -> Any:
    # It greets on standard output otherwise, where a program's own results may go.
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    try:
        return import_module("pygame")
    except ImportError as error:
        raise DependencyNotInstalled(
            'render_mode="human" needs pygame: pip install "crossworld[play]"'
        ) from error
