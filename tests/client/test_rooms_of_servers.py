"""The list of rooms when the window is on several servers."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from pytestqt.modeltest import ModelTester

from client.changes import Conversation
from client.models.rooms import RoomModel, RoomRow, ServerRooms


def room(name: str, *, unread: int = 0) -> Conversation:
    return Conversation(name, name, channel=name.startswith("#"), joined=True, unread=unread)


HERE = {"#lobby": room("#lobby"), "budi": room("budi")}


class Lists:
    """Our own server is number 2."""

    def __init__(self) -> None:
        self.servers = [
            ServerRooms(1, "Lab 1", online=True, conversations={"#lobby": room("#lobby", unread=2)}),
            ServerRooms(2, "Lab 2", online=True, conversations=HERE),
        ]
        self.model = RoomModel(lambda: HERE)
        self.model.servers, self.model.number = lambda: self.servers, 2
        self.model.refresh()

    def texts(self) -> list[str]:
        model = self.model
        return [str(model.index(row).data(Qt.AccessibleTextRole)) for row in range(model.rowCount())]


def test_each_server_stands_above_its_rooms_in_the_order_of_the_window() -> None:
    lists = Lists()
    assert lists.texts() == ["Lab 1", "#lobby, 2 new messages", "Lab 2", "#lobby", "budi, online"]
    assert lists.model.places() == [
        RoomRow(key="#lobby", server=1, channel=True),
        RoomRow(key="#lobby", channel=True),
        RoomRow(key="budi"),
    ]
    assert (lists.model.number_of("#lobby"), lists.model.keys()) == (3, ["#lobby", "budi"])


def test_the_names_of_servers_can_be_chosen_and_other_captions_cannot() -> None:
    model = Lists().model
    assert model.flags(model.index(0)) & Qt.ItemIsSelectable
    model.servers = tuple
    model.refresh()
    assert model.row(0).caption == "Rooms"
    assert not model.flags(model.index(0)) & Qt.ItemIsSelectable


def test_what_changes_elsewhere_is_followed(qtmodeltester: ModelTester) -> None:
    lists = Lists()
    qtmodeltester.check(lists.model)
    lists.servers[0] = ServerRooms(1, "Lab \u202e1", online=False, conversations={})
    lists.model.others_changed()
    assert lists.texts()[0].endswith(", not connected")
    assert "\u202e" not in lists.texts()[0], "strangers choose these names"
    assert lists.texts()[1:] == ["Lab 2", "#lobby", "budi, online"]
    del lists.servers[0]
    lists.model.others_changed()
    assert lists.texts() == ["Rooms", "#lobby", "Messages", "budi, online"]
