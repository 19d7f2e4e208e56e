"""What whoever started the server can do in its terminal: `who`, `kick`, `ban`, `stop` and their like.

`orders` says which words there are; `people` and `running` carry them out on the `Context`, by the functions that the
commands of IRC use too; `desk` is in whose name. None of these knows a terminal. `prompt` has the thread that reads
one: by `screen` where prompt_toolkit is, else by `plain`; `output` keeps log lines and the line being typed apart.
"""
