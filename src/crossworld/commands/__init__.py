"""What the commands of the command line do, one module a group; imported when they run."""
