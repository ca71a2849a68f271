"""`TabletopPainter`: what both cameras see, drawn together; frames depend on the state alone."""

from collections.abc import Callable, Hashable, Mapping, Sequence

from crossworld.envs.core.labels import draw_labels
from crossworld.envs.core.painter import Painter
from crossworld.envs.core.raster import Frame
from crossworld.envs.tabletop.state import State
from crossworld.envs.tabletop.visual import frames, tiny
from crossworld.envs.tabletop.visual.numbering import label_names
from crossworld.envs.tabletop.world import TabletopWorld

RENDERERS: Mapping[str, Callable[[Sequence[State], Sequence[str], int], list[Frame]]] = {
    "raster": frames.draw_views,
    "tiny": tiny.draw_views,
}
"""Who draws: our rasteriser, or PyBullet's. Their pixels differ; do not mix them in one data set."""

FRONT, SIDE = "front", "side"


Views = dict[str, Frame]
"""Camera to what it sees."""


class TabletopPainter(Painter[TabletopWorld, Views]):
    """Draws tables.

    Args:
        views: the cameras that are asked for.
        renderer: a name of `RENDERERS`.
        size, labels, frame_cache: see `Painter`.

    Raises:
        ValueError: an argument is out of range.
    """

    def __init__(
        self,
        views: Sequence[str],
        renderer: str = "raster",
        size: int = 128,
        *,
        labels: bool = False,
        frame_cache: int = 0,
    ) -> None:
        super().__init__(size, labels=labels, frame_cache=frame_cache)
        if renderer not in RENDERERS:
            raise ValueError(f"renderer: {renderer!r} is not one of {', '.join(RENDERERS)}.")
        self._views = tuple(views)
        self._render = RENDERERS[renderer]

    def _key(self, world: TabletopWorld) -> Hashable:
        # Scenes are compared by identity, and kept alive.
        return world.state.scene, world.state.key()

    def _draw(self, world: TabletopWorld) -> Views:
        return self._draw_batch([world])[0]

    def _draw_batch(self, worlds: Sequence[TabletopWorld]) -> list[Views]:
        drawn = self._render([world.state for world in worlds], self._views, self.size)
        return [
            {
                view: self._cut(frame, i, world)
                for view, frame in zip(self._views, drawn, strict=True)
            }
            for i, world in enumerate(worlds)
        ]

    def _cut(self, frame: Frame, index: int, world: TabletopWorld) -> Frame:
        """Return one frame of a batch, with name tags if they are asked for."""
        one = frames.cut(frame, index)
        if self._kept:
            # Views of a batch would keep all of it alive.
            one = Frame(*(array.copy() for array in one))
        if not self._labels:
            return one
        names = label_names(world.state.scene.cast)
        return one._replace(image=draw_labels(one.image, one.segmentation, names))
