"""From facts to a PDDL problem, to a game that can be played, and to what the text world says."""

from collections.abc import Collection

from crossworld.envs.core.errors import GameError
from crossworld.envs.core.pddl import Atom, parse, write_problem
from crossworld.envs.household import engine
from crossworld.envs.household.compile import PREDICATES, compile_game
from crossworld.envs.household.engine import Event
from crossworld.envs.household.game import Game
from crossworld.envs.household.goal import GoalSpec, read_goal, write_goal
from crossworld.envs.household.text import describe
from crossworld.envs.household.versions import VERSIONS

_KINDS = ("agent", "object", "receptacle", "location", "rtype", "otype")
"""Order of declarations in a problem."""


def facts_to_problem(facts: Collection[Atom], goal: GoalSpec | str) -> str:
    """Write facts and a goal as a PDDL problem in the household's domain.

    Args:
        facts: what holds, as `metadata_to_facts` or an environment's `facts()` return it.
        goal: what counts as success; a string is a formula in PDDL.

    Raises:
        GameError: a fact is none of the domain's, or the goal none of the six official shapes.
        PddlSyntaxError: the goal is not PDDL.
    """
    spec = read_goal(parse(write_goal(goal) if isinstance(goal, GoalSpec) else goal))
    declared: dict[str, str] = {}
    for fact in facts:
        kinds = PREDICATES.get(fact.predicate, ())
        if len(kinds) != len(fact.args) or not kinds:
            raise GameError(f"facts: {fact} is no fact of the household's domain.")
        for symbol, kind in zip(fact.args, kinds, strict=True):
            if declared.setdefault(symbol, kind) != kind:
                raise GameError(
                    f"facts: {symbol!r} in {fact} is used as {kind!r} and as {declared[symbol]!r}."
                )
    declared |= dict.fromkeys(filter(None, (spec.object_type, spec.lamp_type)), "otype")
    declared |= dict.fromkeys(filter(None, (spec.receptacle_type,)), "rtype")
    order = sorted(declared, key=lambda symbol: (_KINDS.index(declared[symbol]), symbol))
    return write_problem(
        name="household",
        domain="alfred",
        objects={symbol: declared[symbol] for symbol in order},
        init=facts,
        goal=write_goal(spec),
        metric="minimize (total-cost)",
    )


def facts_to_game(
    facts: Collection[Atom],
    goal: GoalSpec | str,
    sentence: str,
    text_version: str = "wheel",
) -> Game:
    """Return a game that starts in the state that facts describe.

    Its `start` is that state; copy it before playing on.

    Args:
        facts: as for `facts_to_problem`.
        goal: as for `facts_to_problem`.
        sentence: the goal in words, without the full stop.
        text_version: a name of `versions.VERSIONS`.

    Raises:
        GameError: the facts are no state of a household; also as for `facts_to_problem`.
        ValueError: there is no such text version.
    """
    if text_version not in VERSIONS:
        raise ValueError(f"text_version: {text_version!r} is none of {', '.join(VERSIONS)}.")
    return compile_game(facts_to_problem(facts, goal), sentence, VERSIONS[text_version])


def facts_to_text(
    facts: Collection[Atom],
    goal: GoalSpec | str,
    sentence: str,
    event: Event | None = None,
    text_version: str = "wheel",
) -> str:
    """Return what the text world says in the state that facts describe.

    Args:
        facts: as for `facts_to_problem`.
        goal: as for `facts_to_problem`.
        sentence: the goal in words, without the full stop.
        event: what has led to this state, numbered as in `facts_to_game`'s game; None for the
            opening of an episode.
        text_version: a name of `versions.VERSIONS`.

    Raises:
        GameError, ValueError: as for `facts_to_game`.
    """
    state = facts_to_game(facts, goal, sentence, text_version).start
    return describe(state, Event(engine.OPENING) if event is None else event)
