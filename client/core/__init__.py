"""The rooms behind `session.py`: what the client knows and how it follows IRC. Pure, one thread.

    handlers, numerics (what the server says) | commands (what the person types)
    link (connect, come back, the strip) > registration (capabilities, the nickname)
    delivery (own messages) | channels (being in them)
    state (all that is known, and the way out)
    book (conversations) > journal (what a step changed) | features (ISUPPORT) | texts (what people read)

Upper rooms use lower ones. No Qt, socket or thread here; from outside come only `protocol`,
`translations` and `client.changes`.
"""
