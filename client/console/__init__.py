"""The rooms behind `terminal.py`: a chat of lines, on a terminal or between pipes. No Qt anywhere.

    screen (a terminal, by prompt_toolkit) | pipe (any two streams)        the faces: what is shown and typed
    irc (session and connection) | udp (the UDP dialect)                   the talks: what is said
    contract (what faces and talks expect of each other)
    narrator (changes as lines) > lines (an entry as a line) | completion (Tab) | profile (what is kept)

One main thread owns everything; network and reading threads only leave callbacks with `Face.call_soon`.
Only `screen` may import prompt_toolkit, and nothing imports `screen` but the front door, when it needs it.
"""
