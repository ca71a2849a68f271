"""What pixels are called in the segmentation: 0 the room, then receptacles, then objects."""

from crossworld.envs.household.game import Game


def receptacle_label(receptacle: int) -> int:
    """Return the label of a receptacle."""
    return 1 + receptacle


def object_label(game: Game, o: int) -> int:
    """Return the label of an object."""
    return 1 + len(game.receptacle_symbols) + o


def label_names(game: Game) -> dict[int, str]:
    """Return what the text calls each label but 0."""
    return dict(enumerate((*game.receptacle_names, *game.object_names), start=1))


def label_symbols(game: Game) -> dict[int, str]:
    """Return the PDDL symbol of each label but 0."""
    return dict(enumerate((*game.receptacle_symbols, *game.object_symbols), start=1))
