"""The window, without a screen."""

import sys
import time

import numpy as np
import pytest
from gymnasium.error import DependencyNotInstalled

from crossworld.envs.core.window import Window


def frame(height=60, width=80):
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.fixture
def pygame(monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setenv("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    library = pytest.importorskip("pygame")
    yield library
    library.quit()


def test_it_shows_frames_of_any_size(pygame):
    window = Window("a mug", 1000)
    for picture in (frame(), frame(), frame(40, 30)):
        window.show(picture)
        screen = pygame.display.get_surface()
        assert (pygame.surfarray.array3d(screen).swapaxes(0, 1) == picture).all()
    assert pygame.display.get_caption()[0] == "a mug"
    assert not window.closed


def test_it_keeps_the_pace(pygame):
    window = Window("", 20)
    window.show(frame())
    start = time.perf_counter()
    for _ in range(3):
        window.show(frame())
    assert time.perf_counter() - start > 0.1


@pytest.mark.parametrize("by_its_user", [False, True])
def test_once_closed_it_stays_closed(pygame, by_its_user):
    window = Window("", 1000)
    window.show(frame())
    if by_its_user:
        pygame.event.post(pygame.event.Event(pygame.QUIT))
        window.show(frame())
    else:
        window.close()
    assert window.closed
    assert not pygame.display.get_init()
    window.show(frame())
    window.close()
    assert not pygame.display.get_init()


def test_it_can_be_closed_before_it_was_open(pygame):
    Window("", 1).close()


def test_without_pygame_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pygame", None)
    with pytest.raises(DependencyNotInstalled, match=r'pip install "crossworld\[play\]"'):
        Window("title", 1000)


def test_a_second_window_takes_the_place_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pygame")
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    one, two = Window("one", 1000), Window("two", 1000)
    frame = np.zeros((20, 30, 3), np.uint8)
    one.show(frame)
    two.show(frame)
    two.close()
    one.show(frame)
    one.close()
