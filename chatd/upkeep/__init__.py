"""The commands beside the server: `backup`, `restore`, `export` and `check` of what it keeps.

Each is a process of its own with one thread; all but `restore` may run while the server does. They read history.db by
connections that cannot write. Imports `log`, `datafolder`, `config` and texts; nothing in chatd imports it.
"""
