"""All rooms of the server, over the messages: choose one to come in, or make one; why one is not let in stands there.

Shows what `RoomsListed` and `RoomRefused` say; what the person wants leaves as a signal. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import QEvent, QModelIndex, QObject, QRect, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QKeyEvent, QPainter
from PyQt5.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from client import theme
from client.directory import Denial, KnockAnswered, RoomRefused, RoomsListed
from client.models.directory import DirectoryModel, people
from client.models.texts import isolated, one_line, plain, safe_name, safe_text
from client.theme import px
from client.widgets.controls import TroubleLabel, label
from client.widgets.new_room_form import NewRoom, NewRoomForm
from client.widgets.sheet import RING, Sheet, ground, scroller
from translations import tr

ROW = 48
LOW = 240
"""Below this height of the messages, px at 100 %, the sheet covers the page from top to bottom."""
TIGHT = 320
"""Likewise: why one is not let in takes the place of the button for a new room."""
_LEFT = int(Qt.AlignLeft | Qt.AlignAbsolute | Qt.AlignVCenter)
_RIGHT = int(Qt.AlignRight | Qt.AlignAbsolute | Qt.AlignVCenter)


def denial_text(refused: RoomRefused) -> str:
    """Why one is not let in, and what to do next."""
    room = isolated(refused.name)
    if refused.why is Denial.OTHER:
        return f"{room}: {safe_text(refused.text)}"
    texts = {
        Denial.BAD_NAME: tr("No room can be called {room}. Use letters and digits, without spaces or commas."),
        Denial.BANNED: tr("You are banned from {room}. Ask who runs it."),
        Denial.KEY: tr("{room} has a password. Type it to come in."),
        Denial.FULL: tr("{room} is full. Try again later."),
        Denial.INVITED_ONLY: tr("Only people who are invited come into {room}."),
        Denial.TOO_MANY: tr("You are in too many rooms. Leave one before you join {room}."),
        Denial.OFFLINE: tr("The connection is down. Join {room} once it is back."),
    }
    return texts[refused.why].format(room=room)


class RoomsSheet(Sheet):
    """See the module; `begin` opens it."""

    entered = pyqtSignal(str, str)
    """Name and password of the room to come into."""
    wanted = pyqtSignal(object)
    """The `NewRoom` to make."""
    knocked = pyqtSignal(str)
    """Ask those in this room."""

    def __init__(self, over: QWidget, is_in: Callable[[str], bool]) -> None:
        super().__init__(over, "rooms_sheet")
        self._low = False
        """There is room for one thing at a time."""
        self._listed: RoomsListed | None = None
        self._refused: RoomRefused | None = None
        self._knock: KnockAnswered | None = None
        self.field = QLineEdit(self)
        self.field.setObjectName("rooms_edit")
        self.field.textChanged.connect(self._typed)
        self.field.installEventFilter(self)
        self.model = DirectoryModel(is_in, self)
        self.list = QListView(self)
        self.list.setModel(self.model)
        self.list.setItemDelegate(_RoomDelegate(self.model, self.list))
        self.list.setUniformItemSizes(True)
        self.list.setVerticalScrollMode(QListView.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        self.list.clicked.connect(self._choose)
        self.list.installEventFilter(self)
        self.hint = label("secondary", wrap=True)
        self.new_button = QPushButton(self)
        self.new_button.setObjectName("create_room_button")
        self.new_button.clicked.connect(self._begin_new)
        self.form = NewRoomForm(self)
        self.form.wanted.connect(self._make)
        self.form.back.connect(self._back)
        self._form_area = scroller(self)
        page = ground()
        inside = QHBoxLayout(page)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.form, 0, Qt.AlignTop)
        self._form_area.setWidget(page)
        self._build_denial()
        self._top = QVBoxLayout()
        for widget in (self.problem, self._answer, self.field, self.hint):
            self._top.addWidget(widget)
        self.column.addLayout(self._top)
        for area in (self.list, self._form_area):
            self.column.addWidget(area, 1)
        self._foot = QHBoxLayout()
        self._foot.addWidget(self.new_button)
        self._foot.addStretch(1)
        self.column.addLayout(self._foot)
        self._form_area.hide()
        self.renew()

    def _build_denial(self) -> None:
        """Why one is not let in, and what can be done about it."""
        self.problem = TroubleLabel()
        self.problem.setObjectName("room_problem")
        self._answer = QWidget(self)
        row = self._row = QHBoxLayout(self._answer)
        self.password = QLineEdit(self)
        self.password.setObjectName("room_password")
        self.password.returnPressed.connect(self._try_password)
        self.password_button = QPushButton(self)
        self.password_button.clicked.connect(self._try_password)
        self.knock_button = QPushButton(self)
        self.knock_button.setObjectName("knock_button")
        self.knock_button.clicked.connect(self._ask_in)
        theme.mark(self.password_button, "kind", "primary")
        row.addWidget(self.password, 1)
        row.addWidget(self.password_button)
        row.addWidget(self.knock_button)
        row.addStretch(0)

    # --- for the controller -------------------------------------------------------------------

    def begin(self, *, new: bool = False) -> None:
        """Open with the list, or at once with the fields of a new room."""
        self._refused = self._knock = None
        self._listed = None
        self.model.show(())
        self.field.clear()
        self._show_form(new=new)
        self.uncover(self.form.name if new else self.field)
        if new:
            self.form.begin("")

    def show_rooms(self, listed: RoomsListed) -> None:
        """The list is there, or why it is not."""
        self._listed = listed
        self.model.show(listed.rooms)
        self._choose_first()
        self._say()

    def show_refused(self, refused: RoomRefused) -> None:
        """We were not let in."""
        self._refused, self._knock = refused, None
        self._say()
        self.password.clear()
        if refused.why is Denial.KEY:
            self.password.setFocus(Qt.OtherFocusReason)
        elif self._form_area.isVisible():
            self.form.name.setFocus(Qt.OtherFocusReason)
            self.form.name.selectAll()

    def show_knock(self, answer: KnockAnswered) -> None:
        """Those inside were asked, or not."""
        self._knock = answer
        self._say()

    # --- what the person does -----------------------------------------------------------------

    def _typed(self, text: str) -> None:
        self._forget_denial()
        self.model.set_filter(text.strip())
        self._choose_first()
        self._say()

    def _choose_first(self) -> None:
        if self.model.rooms and self.field.text().strip():
            self.list.setCurrentIndex(self.model.index(0))

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self._forget_denial()
            self.entered.emit(self.model.rooms[index.row()].name, "")

    def _begin_new(self) -> None:
        self._forget_denial()
        self._show_form(new=True)
        self.form.begin(self.field.text().strip().removeprefix("#"))

    def _back(self) -> None:
        self._forget_denial()
        self._show_form(new=False)
        self.field.setFocus(Qt.OtherFocusReason)

    def _make(self, new: NewRoom) -> None:
        self._forget_denial()
        self.wanted.emit(new)

    def _try_password(self) -> None:
        if self._refused is not None and self.password.text():
            self.entered.emit(self._refused.name, self.password.text())

    def _ask_in(self) -> None:
        if self._refused is not None:
            self.knocked.emit(self._refused.name)

    def _forget_denial(self) -> None:
        self._refused = self._knock = None
        self._say()

    def _place(self) -> None:
        """In a low window over the header and the box too: the list needs a place."""
        self._low = self._over.height() < px(LOW)
        self.setGeometry(self.parentWidget().rect() if self._low else self._over.geometry())
        self._say_denial()

    def _show_form(self, *, new: bool) -> None:
        self._form_area.setVisible(new)
        self._say()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down leads from the field into the list; Enter takes the room that is marked, or makes the one typed."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.KeyPress and watched in {self.field, self.list}:
            if event.key() == Qt.Key_Down and watched is self.field and self.model.rooms:
                self.list.setFocus(Qt.TabFocusReason)
                if not self.list.currentIndex().isValid():
                    self.list.setCurrentIndex(self.model.index(0))
                return True
            if event.key() in {Qt.Key_Return, Qt.Key_Enter}:
                if self.list.currentIndex().isValid():
                    self._choose(self.list.currentIndex())
                elif self.field.text().strip():
                    self._begin_new()
                return True
        return bool(super().eventFilter(watched, event))

    # --- showing ------------------------------------------------------------------------------

    def heading(self) -> str:
        return tr("Rooms")

    def renew(self) -> None:
        """Take over theme, zoom and language."""
        super().renew()
        self.field.setFixedHeight(px(36))
        self.field.setFont(theme.text_font(14))
        self.field.setPlaceholderText(tr("Search rooms, or type the name of a new one"))
        self.field.setAccessibleName(tr("Search rooms, or type the name of a new one"))
        self.list.setAccessibleName(tr("Rooms of the server"))
        self.list.verticalScrollBar().setSingleStep(px(24))
        self.list.setMinimumHeight(px(ROW))  # in a low window it gives way, not what one types into
        self._answer.setFixedHeight(px(36))
        self.list.scheduleDelayedItemsLayout()
        self.hint.setFont(theme.text_font(12))
        self.password.setFixedHeight(px(36))
        self.password.setPlaceholderText(tr("Password of the room"))
        self.password.setAccessibleName(tr("Password of the room"))
        self.password_button.setText(tr("Join"))
        self.knock_button.setText(tr("Ask them"))
        for button in (self.new_button, self.password_button, self.knock_button):
            button.setFixedHeight(px(36))
        self.password.setMinimumWidth(px(40))  # in little room it gives way, not the words on the buttons
        self._row.setContentsMargins(0, 0, 0, 0)
        self._top.setContentsMargins(px(RING), 0, px(8), 0)  # as far as the box below; the bars of lists take the rest
        self._top.setSpacing(px(8))
        self._foot.setContentsMargins(px(RING), px(RING), px(8), 0)
        self.form.renew()
        self._say()

    def _say(self) -> None:
        """Everything in words: the list, the button, why we are not let in."""
        typed = self.field.text().strip()
        listed = self._listed
        if listed is None:
            text = tr("Asking the server…")
        elif listed.problem:
            text = safe_text(listed.problem)
        elif not self.model.rooms:
            text = tr("No room is called that.") if typed else tr("The server shows no rooms.")
        else:
            text = ""
        self.hint.setText(text)
        self.hint.setVisible(bool(text) and not self._form_area.isVisibleTo(self))
        name = typed if typed.startswith("#") else f"#{typed}"
        fresh = bool(typed) and not self.model.has(name)
        create = tr("Create {room}").format(room=isolated(name)) if fresh else tr("Create a room…")
        self.new_button.setText(create.replace("&", "&&"))
        self.new_button.setAccessibleName(plain(create))
        self._say_denial()

    def _say_denial(self) -> None:
        refused, knock = self._refused, self._knock
        text = denial_text(refused) if refused is not None else ""
        good = knock is not None and not knock.problem
        if knock is not None:
            asked = tr("The people in {room} were asked. You will be told here when they invite you.")
            text = asked.format(room=isolated(knock.name)) if good else safe_text(knock.problem)
        theme.mark(self.problem, "tone", "success" if good else "error")
        self.problem.setText(text)
        self.problem.setVisible(bool(text))
        for field in (self.field, self.password, self.form.name):  # screen readers follow the keyboard
            field.setAccessibleDescription(plain(text))
        key = refused is not None and refused.why is Denial.KEY
        may_knock = refused is not None and refused.may_knock and knock is None
        self.password.setVisible(key)
        self.password_button.setVisible(key)
        self.knock_button.setVisible(may_knock)
        self._answer.setVisible(key or may_knock)
        self._row.setSpacing(px(4) if self._low else px(8))
        form = self._form_area.isVisibleTo(self)
        self.field.setVisible(not (self._low and text) and not form)
        self.new_button.setVisible(not (self._over.height() < px(TIGHT) and text) and not form)
        self.list.setVisible(not (self._low and (key or may_knock or good)) and not form)


class _RoomDelegate(QStyledItemDelegate):
    """Name, and at the right how many are there; below it the topic."""

    def __init__(self, model: DirectoryModel, parent: QListView) -> None:
        super().__init__(parent)
        self._model = model

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex) -> QSize:
        """Two lines; the width is the list's."""
        return QSize(px(100), px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """One room."""
        room, colours = self._model.rooms[index.row()], theme.current()
        painter.save()
        if option.state & QStyle.State_Selected:
            painter.fillRect(option.rect, QColor(colours.selected))
        elif option.state & QStyle.State_MouseOver:
            painter.fillRect(option.rect, QColor(colours.row_hover))
        inside = option.rect.adjusted(px(8), px(4), -px(16), -px(4))
        head = QRect(inside.left(), inside.top(), inside.width(), px(20))
        painter.setFont(theme.text_font(12))
        painter.setPen(QColor(colours.secondary))
        count = people(room)
        painter.drawText(head, _RIGHT, count)
        head.setRight(head.right() - painter.fontMetrics().horizontalAdvance(count) - px(12))
        painter.setFont(theme.text_font(14, semibold=True))
        painter.setPen(QColor(colours.text))
        name = painter.fontMetrics().elidedText(safe_name(room.name), Qt.ElideRight, head.width())
        painter.drawText(head, _LEFT, name)
        below = inside.adjusted(0, px(20), 0, 0)
        painter.setFont(theme.text_font(12))
        painter.setPen(QColor(colours.secondary))
        parts = [tr("you are in it")] if self._model.is_in(index.row()) else []
        text = " · ".join([*parts, *filter(None, (one_line(room.topic),))])
        painter.drawText(below, _LEFT, painter.fontMetrics().elidedText(text, Qt.ElideRight, below.width()))
        painter.restore()
