"""The controls of a form that hold paths: one to pick or drop, several of them, or a place to write to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from app import theme
from app.figures import size
from app.icons import icon
from app.widgets.elided_button import ElidedButton
from app.widgets.elided_combo import ElidedCombo
from app.widgets.form_editors import Editor
from app.widgets.form_schema import Field
from app.widgets.known_paths import KnownPath, known_paths, path_label
from app.widgets.tooltip import tooltip

if TYPE_CHECKING:
    from app.session import Session

PATH = Qt.ItemDataRole.UserRole
FILTERS = {"tokenizer": ("Tokenizers (*.json *.model *.tiktoken *.gguf *.vocab *.txt)", "All files (*)")}
NAMED = {"tokenizer"}
"""Kinds of input that may also be named, as ``cl100k_base`` is: what is no path is taken as it was typed."""
FOLDERS = ("model", "project", "folder", "collection", "evaluation")
EITHER = ("", "file", "encoder")
"""Kinds of input that may be a file or a folder."""
WHAT = {"": "file or folder", "file": "file or folder", "encoder": "model"}
"""What a field asks for, where that is not its kind of input."""
IN_FOLDER = {
    "encoder": ("config.json", "modules.json", "model.safetensors", "pytorch_model.bin"),
    "collection": ("corpus.jsonl", "corpus.jsonl.gz", "queries.jsonl", "queries.jsonl.gz"),
}
"""Files that stand for the folder which they are in; of a model's folder all do."""
VOWELS = "aeiou"
LINES = 6
"""Of a list of texts, before it scrolls."""


class _Droppable(Editor):
    """Takes local files that are dropped on it."""

    def __init__(self, field: Field, session: Session) -> None:
        super().__init__(field)
        self._session = session
        self.setAcceptDrops(True)

    def take(self, paths: list[Path]) -> None:
        raise NotImplementedError

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.take([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    def _start(self) -> Path | None:
        """Where a file dialog opens: beside what is chosen."""
        value = self.value()
        chosen = value[0] if isinstance(value, list) and value else value
        return Path(chosen).parent if isinstance(chosen, str) else None


def _icon_button(name: str, words: str) -> QPushButton:
    button = theme.styled(QPushButton(icon(name), ""), kind="quiet")
    button.setIconSize(QSize(18, 18))
    button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)  # the row is no lower for it
    button.setAccessibleName(words)
    button.setToolTip(words)
    return button


class PathEditor(_Droppable):
    """A list of what is known, and a button to look elsewhere; where names will do, one may be typed."""

    def __init__(self, field: Field, session: Session) -> None:
        super().__init__(field, session)
        self._known: list[KnownPath] = []
        self._chosen_before: str | None = None
        self.box = ElidedCombo(field.title, tips=False)
        if field.input in NAMED:
            self._let_type()
        else:
            what = WHAT.get(field.input, field.input)
            self.box.setPlaceholderText(f"Choose or drop {'an' if what[:1] in VOWELS else 'a'} {what}")
        self._add_control(self.box)
        self.box.activated.connect(lambda _: self.changed.emit())
        self.box.currentIndexChanged.connect(self._show_tip)
        self.browse = _icon_button("folder", f"Browse for: {field.title}")
        if field.input in ("tokenizer", *EITHER):
            menu = QMenu(self.browse)
            menu.addAction("A file…", self._browse_file)
            menu.addAction("A folder…", self._browse_folder)
            self.browse.setMenu(menu)
        else:
            self.browse.clicked.connect(self._browse_folder if field.input in FOLDERS else self._browse_file)
        self.row.addWidget(self.browse)
        self._fill(None)

    @property
    def control(self) -> QWidget:
        return self.box

    def _let_type(self) -> None:
        """A name, or a path: what is typed counts once the field is left or Return is pressed."""
        self.box.setEditable(True)
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        line = self.box.lineEdit()
        assert line is not None
        line.setPlaceholderText(f"Choose, drop or name a {self.field.input}")
        line.setAccessibleName(self.field.title)
        line.setAcceptDrops(False)  # else it would take the text of the address
        line.editingFinished.connect(self._typed)

    @Slot()
    def _typed(self) -> None:
        """Offer what was typed as one more of the list, and choose it."""
        if self._chosen_before != self.value():
            self._fill(self.value())
            self.changed.emit()

    def value(self) -> str | None:
        if self.box.isEditable() and self.box.currentText() != self.box.itemText(self.box.currentIndex()):
            return self.box.currentText().strip() or None
        value = self.box.currentData()
        return value if isinstance(value, str) else None

    def set_value(self, value: Any) -> None:
        self._fill(value if isinstance(value, str) else None)

    def offer_known(self) -> None:
        """Look again for what there is to pick."""
        self._session.ask(
            known_paths,
            self._session.project,
            self.field.input,
            then=self._offer,
            owner=self,
            key="known",
        )

    def take(self, paths: list[Path]) -> None:
        path = paths[0]
        if path.name in IN_FOLDER.get(self.field.input, ()) or (self.field.input == "model" and path.suffix):
            path = path if path.is_dir() else path.parent
        self._fill(str(path))
        self.changed.emit()

    def _offer(self, known: list[KnownPath]) -> None:
        self._known = known
        self._fill(self.value())

    def _fill(self, chosen: str | None) -> None:
        box, known = self.box, {str(known.path): known for known in self._known}
        box.blockSignals(True)
        box.clear()
        if self.field.nullable:
            box.addItem(self.field.none or "Default", None)
        if chosen is not None and chosen not in known:
            self._add(KnownPath(Path(chosen), path_label(Path(chosen)), ""))
        group = ""
        for item in self._known:
            if item.group != group and box.count():
                box.insertSeparator(box.count())
            group = item.group
            self._add(item)
        box.setCurrentIndex(box.findData(chosen) if chosen is not None else 0 if self.field.nullable else -1)
        line = box.lineEdit()
        if line is not None:
            line.setText(box.itemText(box.currentIndex()))
            line.setCursorPosition(0)
        self._chosen_before = chosen
        box.blockSignals(False)
        self._show_tip()

    def _add(self, item: KnownPath) -> None:
        self.box.addItem(item.label, str(item.path))
        where = f"{item.path}\n{item.group}" if item.group else str(item.path)
        self.box.setItemData(self.box.count() - 1, tooltip(where), Qt.ItemDataRole.ToolTipRole)

    @Slot()
    def _show_tip(self) -> None:
        self.box.setToolTip(tooltip(self.value() or self.field.help))

    @Slot()
    def _browse_folder(self) -> None:
        self._took(self._session.dialogs.open_folder(self, self.field.title, start=self._start()))

    @Slot()
    def _browse_file(self) -> None:
        filters = FILTERS.get(self.field.input, ())
        self._took(
            self._session.dialogs.open_file(self, self.field.title, start=self._start(), filters=filters)
        )

    def _took(self, path: Path | None) -> None:
        if path is not None:
            self.take([path])


class OutputEditor(_Droppable):
    """A place to write to: typed, browsed for or dropped; left empty, the field's own default."""

    def __init__(self, field: Field, session: Session) -> None:
        super().__init__(field, session)
        self.box = QLineEdit()
        self.box.setPlaceholderText("Default" if field.nullable else "")
        self.box.setClearButtonEnabled(True)
        self.box.setAcceptDrops(False)  # else it would take the text of the address
        self._add_control(self.box)
        self.box.textChanged.connect(lambda _: self.changed.emit())
        self.browse = _icon_button("folder", f"Browse for: {field.title}")
        self.browse.clicked.connect(self._browse)
        self.row.addWidget(self.browse)
        self.set_value(field.default)

    @property
    def control(self) -> QWidget:
        return self.box

    def value(self) -> str | None:
        return self.box.text().strip() or None

    def set_value(self, value: Any) -> None:
        self.blockSignals(True)
        self.box.setText(value if isinstance(value, str) else "")
        self.blockSignals(False)

    def take(self, paths: list[Path]) -> None:
        self.box.setText(str(paths[0]))

    @Slot()
    def _browse(self) -> None:
        dialogs, title = self._session.dialogs, self.field.title
        if self.field.output == "folder":
            path = dialogs.open_folder(self, title, start=self._start())
        else:
            path = dialogs.save_file(self, title, start=self._start())
        if path is not None:
            self.take([path])


class PathsEditor(_Droppable):
    """Several files or folders: how many and how large, their list on demand, a menu to add more."""

    def __init__(self, field: Field, session: Session) -> None:
        super().__init__(field, session)
        self._known: list[KnownPath] = []
        self._paths: list[str] = []
        self._bytes: dict[str, int | None] = {}
        """None of a folder: what is read of it the preview tells."""
        self.summary = ElidedButton("field", Qt.TextElideMode.ElideMiddle, 24)
        self.summary.setToolTip("Show or hide the list")
        self._add_control(self.summary)
        self.add = _icon_button("add", f"Add to: {field.title}")
        self._menu = QMenu(self.add)
        self._menu.aboutToShow.connect(self._fill_menu)
        self.add.setMenu(self._menu)
        self.row.addWidget(self.add)
        self.list = _Files(field.title)
        self.list.removed.connect(self._remove)
        self.summary.toggled.connect(self._unfold)
        self.list.hide()
        self.column.addWidget(self.list)
        self.set_value(field.default)

    @property
    def control(self) -> QWidget:
        return self.summary

    @property
    def shown(self) -> str:
        return self.summary.words

    def value(self) -> list[str]:
        return list(self._paths)

    def set_value(self, value: Any) -> None:
        wanted = value if isinstance(value, list) else []
        self._paths = list(dict.fromkeys(path for path in wanted if isinstance(path, str)))
        self._show()

    def offer_known(self) -> None:
        self._session.ask(
            known_paths,
            self._session.project,
            self.field.input,
            then=self._offer,
            owner=self,
            key="known",
        )

    def take(self, paths: list[Path]) -> None:
        self.set_value([*self._paths, *map(str, paths)])
        self.changed.emit()

    def _offer(self, known: list[KnownPath]) -> None:
        self._known = known

    def _fill_menu(self) -> None:
        menu = self._menu
        menu.clear()
        if self.field.input not in FOLDERS:
            menu.addAction("Files…", self._browse)
        menu.addAction("A folder…", self._browse_folder)
        if self.field.input in NAMED:
            menu.addAction("By name…", self._name)
        left = [known for known in self._known if str(known.path) not in self._paths]
        groups = {known.group: [k for k in left if k.group == known.group] for known in left}
        for group, members in groups.items():
            menu.addSeparator()
            if len(members) > 1:
                every = [known.path for known in members]
                what = "" if self.field.input in FOLDERS else " files"
                menu.addAction(f"All {len(every)}{what} {group}", partial(self.take, every))
            for known in members[:12]:
                action = menu.addAction(known.label.replace("&", "&&"), partial(self.take, [known.path]))
                action.setToolTip(tooltip(str(known.path)))
        if self._paths:
            menu.addSeparator()
            menu.addAction("Remove all", partial(self._replace, []))

    def _browse(self) -> None:
        filters = FILTERS.get(self.field.input, ())
        paths = self._session.dialogs.open_files(self, self.field.title, start=self._start(), filters=filters)
        if paths:
            self.take(paths)

    def _browse_folder(self) -> None:
        folder = self._session.dialogs.open_folder(self, self.field.title, start=self._start())
        if folder is not None:
            self.take([folder])

    def _name(self) -> None:
        name = self._session.dialogs.ask_text(self, self.field.title, "Its name, such as cl100k_base:")
        if name is not None:
            self.take([Path(name)])

    def _remove(self, rows: list[int]) -> None:
        self._replace([path for row, path in enumerate(self._paths) if row not in rows])

    def _replace(self, paths: Sequence[str]) -> None:
        self.set_value(list(paths))
        self.changed.emit()

    def _unfold(self, shown: bool) -> None:
        self.list.setVisible(shown and bool(self._paths))

    def _show(self) -> None:
        self._say()
        self.list.show_files(self._paths, self._bytes)
        self._unfold(self.summary.isChecked())
        unknown = [path for path in self._paths if path not in self._bytes]
        if unknown:
            self._session.ask(_sizes, unknown, then=self._sized, owner=self, key="sizes")

    def _say(self) -> None:
        paths = self._paths
        if not paths:
            what = "folders" if self.field.input in FOLDERS else "files"
            words = f"None yet: add or drop {what}"
        elif len(paths) == 1:
            words = path_label(Path(paths[0]))
        else:
            folders = any(self._bytes.get(path, 0) is None for path in paths)
            what = "folders" if self.field.input in FOLDERS else "files and folders" if folders else "files"
            words = f"{len(paths)} {what}"
        sizes = [self._bytes.get(path) for path in paths]
        known = [length for length in sizes if length is not None]
        if paths and len(known) == len(paths):
            words += f" · {size(sum(known))}"
        self.summary.say(words)
        self.summary.setAccessibleName(f"{self.field.title}: {words}")

    def _sized(self, sizes: dict[str, int | None]) -> None:
        self._bytes.update(sizes)
        self._say()
        self.list.show_files(self._paths, self._bytes)


class _Files(QListWidget):
    """The files and folders of a `PathsEditor`; Delete takes the chosen ones out."""

    removed = Signal(list)
    """Rows."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setAccessibleName(f"{title}: the files; Delete takes one out")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)

    def show_files(self, paths: Sequence[str], sizes: dict[str, int | None]) -> None:
        chosen = self.currentRow()
        self.clear()
        for path in paths:
            known = sizes.get(path)
            length = "" if known is None else f"  {size(known)}"
            item = QListWidgetItem(f"{path_label(Path(path))}{length}")
            item.setToolTip(tooltip(path))
            self.addItem(item)
        self.setCurrentRow(min(chosen, self.count() - 1))
        line = max(self.sizeHintForRow(0), self.fontMetrics().height() + 8)
        self.setFixedHeight(line * min(LINES, max(1, len(paths))) + 4)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._remove()
        else:
            super().keyPressEvent(event)

    def _remove(self) -> None:
        rows = [index.row() for index in self.selectedIndexes()]
        if rows:
            self.removed.emit(rows)

    def _menu(self, place: Any) -> None:
        menu = QMenu(self)
        action = menu.addAction("Take out of the list", self._remove)
        action.setEnabled(bool(self.selectedIndexes()))
        menu.exec(self.mapToGlobal(place))
        menu.deleteLater()


def _sizes(paths: Sequence[str]) -> dict[str, int | None]:
    """The length of each file; 0 for what cannot be read, which the preview tells in words."""
    found: dict[str, int | None] = {}
    for path in paths:
        try:
            found[path] = None if Path(path).is_dir() else Path(path).stat().st_size
        except OSError:
            found[path] = 0
    return found
