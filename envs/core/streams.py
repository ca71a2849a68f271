"""One stream of random numbers per slot of a vector, and how groups of slots share theirs."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy

import numpy as np
from gymnasium.utils import seeding


class Streams:
    """The generators that a vector's tasks are drawn with.

    Args:
        count: number of slots.
        group_size: consecutive slots whose streams are the same.

    Attributes:
        generators: one per slot.
        seeds: what each was seeded with.
        group_size: as given.
    """

    def __init__(self, count: int, group_size: int) -> None:
        self.group_size = group_size
        made = [seeding.np_random() for _ in range(count)]
        self.generators = [generator for generator, _ in made]
        self.seeds = [seed for _, seed in made]
        self._align(range(count))

    @contextmanager
    def kept_on_error(self) -> Iterator[None]:
        """Put all streams back to where they are now if the block raises."""
        generators, seeds = self.generators.copy(), self.seeds.copy()
        states = [generator.bit_generator.state for generator in generators]
        try:
            yield
        except BaseException:
            self.generators, self.seeds = generators, seeds
            for generator, state in zip(generators, states, strict=True):
                generator.bit_generator.state = state
            raise

    def seed(self, seeds: Sequence[int | None], slots: Sequence[int]) -> None:
        """Prepare the streams of the slots that are to be reset.

        A seed of None goes on with the slot's stream. Where a whole group does so, all of it goes on
        with that of its first slot: some may have begun more episodes than others by now.
        """
        for slot in slots:
            seed = seeds[slot]
            if seed is not None:
                self.generators[slot], self.seeds[slot] = seeding.np_random(seed)
        self._align([slot for slot in slots if seeds[slot] is None])

    def shared(self, slots: Sequence[int], group_size: int) -> list[np.random.Generator]:
        """Return generators for one draw that these slots share by groups.

        The first of these slots in each group draws with its own stream, the others with copies of
        that, which leaves theirs as they are.
        """
        generators = self.generators.copy()
        leader_of: dict[int, int] = {}
        for slot in slots:
            leader = leader_of.setdefault(slot // group_size, slot)
            if leader != slot:
                generators[slot] = deepcopy(self.generators[leader])
        return generators

    def _align(self, slots: Sequence[int]) -> None:
        for first, *others in self._whole_groups(set(slots)):
            for slot in others:
                self.seeds[slot] = self.seeds[first]
                self.generators[slot].bit_generator.state = self.generators[
                    first
                ].bit_generator.state

    def _whole_groups(self, slots: set[int]) -> Iterator[range]:
        if self.group_size == 1:
            return
        for first in range(0, len(self.generators), self.group_size):
            group = range(first, first + self.group_size)
            if slots.issuperset(group):
                yield group
