"""`python -m crossworld` is the `crossworld` command."""

from crossworld.cli import app

if __name__ == "__main__":
    app()
