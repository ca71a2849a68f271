"""The environments: one package a world, and the core that they share."""

if __name__ != "crossworld.envs":
    raise ImportError(
        f"imported as {__name__!r}, which makes a second copy: import 'crossworld.envs' instead"
    )
