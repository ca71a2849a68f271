"""PPO with and without action masks, scoring commands: learned in generated rooms, played in others."""
