"""The parts of the chat page: message list, message box, side lists, header and strip.

Each draws itself from `theme` and sets its texts in `retranslate`; what people do leaves as signals.
None of them calls the session: `connected_ui` does. All text of other people is drawn as plain text.
GUI thread only.
"""
