"""`TabletopTask`: what a task says of itself. A new one is a short class, see `tasks/`."""

from abc import ABC, abstractmethod
from typing import ClassVar

from crossworld.envs.tabletop.scene import Workspace
from crossworld.envs.tabletop.table import Table


class TabletopTask(ABC):
    """One family of tasks, told apart by their numbers.

    Subclasses have a docstring whose first line says what is to be done.

    Attributes:
        name: what `task=` takes, and `task_type` in the info.
        workspace: the part of the table that is used.
        analytic: whether `physics="analytic"` can play it: upright boxes and cylinders only.
        most: number of things that it lays at most, pieces of piles included.
        version: changes with everything that the task draws or rewards.
    """

    name: ClassVar[str]
    workspace: ClassVar[Workspace] = Workspace()
    analytic: ClassVar[bool] = True
    most: ClassVar[int] = 12
    version: ClassVar[int] = 0

    @abstractmethod
    def lay(self, table: Table) -> None:
        """Lay the things on an empty table and set the goals, in the order they are best reached.

        Everything lies at rest, and no goal holds yet. All draws come from `table.dice`.
        """
