"""What the lists of the chat page show, as Qt item models over the session's data.

`rows` and `texts` are plain Python (which rows a conversation has, and what they say); `messages`,
`rooms` and `members` are the item models. They read the session's objects, never change them, and
hold no translated text. GUI thread only. May import the session's vocabulary, theme and settings.
"""
