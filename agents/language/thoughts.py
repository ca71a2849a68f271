"""Thoughts in words, from what is known before and after a turn."""

from crossworld.envs.household.experts.handcoded import Memory

_APPLIANCE = {"clean": "a sinkbasin", "heat": "a microwave", "cool": "the fridge"}
_DONE = {"clean": "clean", "heat": "hot", "cool": "cold"}


def household_thought(before: Memory | None, now: Memory, command: str) -> str:
    """Return a thought, "" if there is nothing new to think about.

    Args:
        before: what was known a turn ago; None at the beginning.
        now: what is known now.
        command: what is to be done next.
    """
    if not now.kind:
        return ""
    if before is None:
        return f"{_plan(now)} I begin with this: {command}."
    if now.held and not before.held:
        return f"I have {now.held} in my hand. {_next_stage(now)}"
    fresh = [thing for thing in now.ready if thing not in before.ready]
    if fresh:
        return (
            f"Now {fresh[0]} is {_DONE[now.process]}. What is left is to put it in a {now.place}."
        )
    if before.held and not now.held and now.kind == "two":
        return f"One {now.target} is in its place. I need another one; {command} comes next."
    if command.startswith("take ") and now.at in now.contents and now.at not in before.contents:
        thing = command[5:].partition(" from ")[0]
        return f"There is {thing}, which is what I was looking for. I take it."
    if command.startswith("use ") and now.at not in before.contents:
        return f"Here is the {now.place}, and I hold {now.held}. I switch it on."
    return ""


def tabletop_thought(mission: str, text: str, done: bool, command: str) -> str:
    """Return a thought, "" if there is nothing new to think about.

    Args:
        mission: the goal in words.
        text: what the text world said last.
        done: whether anything was commanded before.
        command: what is to be done next.
    """
    if not done:
        return f"What I want in the end: {mission}. The first move towards it: {command}."
    if text.startswith("Nothing happens"):
        return f"That did not work. Now I try this: {command}."
    return ""


def _plan(memory: Memory) -> str:
    target, place = memory.target, memory.place
    if memory.kind == "look":
        return f"I have to find a {target}, carry it to a {place}, and switch that on."
    if memory.kind == "two":
        return f"I have to find a {target} and bring it to a {place}, and then another {target}."
    if memory.process:
        appliance = _APPLIANCE[memory.process]
        return f"I have to find a {target}, {memory.process} it with {appliance}, and put it in a {place}."
    return f"I have to find a {target} and put it in a {place}."


def _next_stage(memory: Memory) -> str:
    if memory.kind == "look":
        return f"Next I need a {memory.place}."
    if memory.process and memory.held not in memory.ready:
        return f"Next I {memory.process} it with {_APPLIANCE[memory.process]}."
    return f"Next I bring it to a {memory.place}."
