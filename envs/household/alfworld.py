"""`crossworld/ALFWorld-v0`: the official ALFWorld games as a Gymnasium environment."""

import os
from collections.abc import Sequence

from crossworld.envs.household.base import GamesEnv
from crossworld.envs.household.corpus import ENVIRONMENT_VARIABLE, open_corpus
from crossworld.envs.household.views import DEFAULT_MODALITIES


def default_data() -> str | None:
    """Return `$ALFWORLD_DATA`, None if it is not set."""
    return os.environ.get(ENVIRONMENT_VARIABLE) or None


class ALFWorldEnv(GamesEnv):
    """ALFWorld's official household games, byte for byte, compiled.

    ## Description

    An agent is told to find, clean, heat, cool, look at or put away things in a house. It moves
    between receptacles (cabinets, tables, the fridge), opens them, and takes, places and processes
    objects. Rules and wording are those of the text games of ALFWorld (Shridhar et al., ICLR 2021,
    arXiv 2010.03768) as TextWorld plays them, with all their quirks. The games are read from
    ALFWorld's own files.

    ## Action Space

    `action_mode="text"` (default): `Text(0..4096)`, a command. All commands that are possible now
    are in `info["admissible_commands"]`; anything else is answered with "Nothing happens.", changes
    nothing, and `info["feedback"]` says why.

    | command | what it does |
    |---|---|
    | `look`, `inventory`, `help` | tells |
    | `go to R` | moves to a receptacle |
    | `open R`, `close R` | moves a door or drawer |
    | `take O from R`, `move O to R` | one object in hand; version 2.1.1 says `put O in/on R` |
    | `clean O with R`, `heat O with R`, `cool O with R` | at a sink basin, microwave, fridge |
    | `use O` | switches a lamp on |
    | `slice O with K` | with a knife in hand |
    | `examine R`, `examine O` | a receptacle here, or the object in hand |

    `action_mode="discrete"`: `Discrete(256)`, an index into the sorted
    `info["admissible_commands"]`; `info["action_mask"]` says which are in use.

    ## Observation Space

    `Dict` of the chosen `modalities`:

    | key | space | meaning |
    |---|---|---|
    | `image` | `Box(0, 255, (S, S, 3), uint8)` | what the agent sees, S = `image_size` |
    | `text` | `Text(0..4096)` | what the game says; at reset the opening with the task |
    | `mission` | `Text(0..4096)` | the task sentence alone |
    | `depth` | `Box(0, 80, (S, S), float32)` | metres along the optical axis; 80 where nothing is |
    | `segmentation` | `Box(0, 2147483647, (S, S), int32)` | what each pixel shows; 0 is the room itself, all else has a name in `segmentation_names()` |

    At the start, the image shows the whole room from above, its near walls left out. From then on it
    is first-person, from where the agent stands, turned to the receptacle that its last possible
    action concerned; after `look`, to all that it faces. What the text says is seen has pixels, what
    is behind a closed door has none; what would hide it is left out. Doors stand open, lamps shine,
    what is held is in the hand; plumes are on what is hot, a snowflake on what is cold, stars on
    what is clean, and what is sliced lies in slices. An action that is not possible leaves the image
    as it is. Things are larger than life where they would be too small to be told, and the sizes of
    rooms and furniture are partly guessed: ids tell places only.

    ## Rewards

    1.0 on the step that first reaches the goal, else 0.0.

    ## Starting State

    A game of the split, drawn uniformly with `np_random`, or `options={"task_id": ...}`; the state
    is the one its file gives.

    ## Episode End

    Terminated when the goal holds, or when it cannot be reached any more: an object in hand that no
    receptacle of the game accepts cannot be put down (upstream goes on until the limit), nor can a
    target go back to where it belongs if it lay there but is not accepted there. Truncated after 50
    steps; commands that are not possible count. An environment that is stepped on after success
    keeps running, as upstream's does.

    ## Arguments

    | argument | default | meaning |
    |---|---|---|
    | `data` | `None` | folder or pack with games; `None` means `$ALFWORLD_DATA`. The tree with `json_2.1.*` in it (the newest is taken), one such folder, or any folder of `game.tw-pddl` files |
    | `split` | `None` | `train`, `valid_seen`, `valid_unseen`, ...; `None` means `train`, or else the first there is |
    | `modalities` | `("image", "text", "mission")` | what the observation holds |
    | `image_size` | `128` | side of the square image in pixels, 16 to 1024 |
    | `labels` | `False` | draw name tags on the image, beside what is looked at |
    | `frame_cache` | `0` | frames kept, so that a state seen again is not drawn again; the last one always is |
    | `action_mode` | `"text"` | or `"discrete"` |
    | `instruction` | `"template"` | or `"human"`: a crowd worker's sentence, drawn with `np_random` from the game's `traj_data.json` |
    | `text_version` | `"auto"` | wording: what the game's own grammar speaks, or `"2.1.1"`, `"2.1.2"`, `"wheel"` |
    | `expert` | `None` | `"planner"` (optimal, sees everything) or `"handcoded"` (reads only the text) fills `info["expert_action"]` |
    | `max_steps` | `None` | set it to the same number as `max_episode_steps=` when you change that one, so that an episode resumed from a snapshot counts from its true start. By default such an episode keeps the id's limit, unless it is there already: then only Gymnasium's counts, from the reset |
    | `render_mode` | `None` | or `"ansi"`, `"rgb_array"` (image and text side by side, `uint8 (416, 960, 3)`), `"human"` (the same in a window) |

    Reset options: `task_id`, `instruction`, or `snapshot` alone.

    ## Vectors

    `gym.make_vec("crossworld/ALFWorld-v0", num_envs=64)` is a native batch, see
    `HouseholdVectorEnv`. With Gymnasium's own `AsyncVectorEnv` use
    `vector_kwargs={"shared_memory": False}`: its shared memory passes text on only once (seen in
    1.1 to 1.4).

    Raises:
        DataError: there is no data, or a file is damaged.
        GameError: a game is whole but not one that can be played exactly.
        TaskNotFoundError: there is no such split or task.

    ## Version History

    * v0: first version.
    """

    def __init__(
        self,
        *,
        data: str | None = None,
        split: str | None = None,
        modalities: Sequence[str] = DEFAULT_MODALITIES,
        image_size: int = 128,
        labels: bool = False,
        frame_cache: int = 0,
        action_mode: str = "text",
        instruction: str = "template",
        text_version: str = "auto",
        expert: str | None = None,
        max_steps: int | None = None,
        render_mode: str | None = None,
    ) -> None:
        super().__init__(
            open_corpus(data or default_data()),
            split=split,
            modalities=modalities,
            image_size=image_size,
            labels=labels,
            frame_cache=frame_cache,
            action_mode=action_mode,
            instruction=instruction,
            text_version=text_version,
            expert=expert,
            max_steps=max_steps,
            render_mode=render_mode,
        )
