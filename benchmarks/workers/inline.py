"""One worker, in this very process: for debuggers. An agent that hangs, hangs the run."""

from crossworld.benchmarks.plan import Plan
from crossworld.benchmarks.worker import Assignment, Worker
from crossworld.benchmarks.workers.base import Arrival


class InlineWorkers:
    """Plays in this process, what it is sent at once.

    Args:
        plan: what the assignments are about.
    """

    count = 1
    depth = 1

    def __init__(self, plan: Plan) -> None:
        self._worker = Worker(plan)
        self._arrived: list[Arrival] = []

    def send(self, worker: int, assignment: Assignment) -> None:
        """Play an episode."""
        self._arrived.append(Arrival(worker, self._worker.play(assignment)))

    def wait(self, seconds: float) -> list[Arrival]:
        """Return what was played since the last call."""
        arrived, self._arrived = self._arrived, []
        return arrived

    def replace(self, worker: int) -> str:
        """Do nothing: what would be replaced is the process that asks."""
        return ""

    def close(self) -> None:
        """Close environments."""
        self._worker.close()
