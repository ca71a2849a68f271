"""One function per library: from an environment id to what that library trains on.

A library is imported when its function is called.
"""

from crossworld.wrappers.adapters.cleanrl import to_cleanrl
from crossworld.wrappers.adapters.sb3 import to_sb3
from crossworld.wrappers.adapters.tianshou import to_tianshou
from crossworld.wrappers.adapters.torchrl import to_torchrl

__all__ = ["to_cleanrl", "to_sb3", "to_tianshou", "to_torchrl"]
