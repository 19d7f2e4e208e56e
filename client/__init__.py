"""The chat client: everything that only the people's side uses. `main.py` is its front door."""
