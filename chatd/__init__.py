"""The chat server's rooms (chat daemon): everything that only the server uses. `server.py` is its front door."""
