"""Assets: what this project's runs read, where it lies, and whether it is still there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    QUrl,
    Slot,
)
from PySide6.QtGui import QColor, QDesktopServices
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.commands import Command
from app.panels.panel import Panel

if TYPE_CHECKING:
    from app.session import Session
    from core.project.records import AssetRecord, Change

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("Kind", "What", "Where", "There")
KINDS = {
    "model": "Model",
    "encoder": "Embedding model",
    "collection": "Collection",
    "tokenizer": "Tokenizer",
    "text": "Text",
    "file": "File",
    "folder": "Folder",
    "project": "Project",
}


class AssetModel(QAbstractTableModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.assets: list[AssetRecord] = []

    def show(self, assets: list[AssetRecord]) -> None:
        self.beginResetModel()
        self.assets = assets
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.assets)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = 0) -> Any:
        asset = self.assets[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            there = "yes" if asset.present else "missing"
            return (KINDS.get(asset.kind, asset.kind), asset.description, asset.where, there)[index.column()]
        if role == Qt.ItemDataRole.ForegroundRole and not asset.present:
            return QColor(theme.tokens().warning)
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == 2:
            return asset.where
        return None


class AssetsPanel(Panel):
    key, title = "assets", "Assets"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._model = AssetModel(self)
        self._shown = QSortFilterProxyModel(self)
        self._shown.setSourceModel(self._model)
        self._shown.setFilterKeyColumn(-1)
        self._shown.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._shown.setSortCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._filter = QLineEdit()
        self._filter.setPlaceholderText("Filter")
        self._filter.setAccessibleName("Filter the assets")
        self._filter.setClearButtonEnabled(True)
        self._filter.setMaximumWidth(320)
        self._filter.textChanged.connect(self._shown.setFilterFixedString)
        self.table = self._make_table()
        self._reveal = QPushButton("Show in its folder")
        self._reveal.clicked.connect(self.reveal)
        self._relink = QPushButton("Say where it is now…")
        self._relink.clicked.connect(self.relink)
        self._forget = QPushButton("Forget")
        self._forget.setToolTip("Takes it off this list; nothing on the disk is touched")
        self._forget.clicked.connect(self.forget)

        bar = QHBoxLayout()
        bar.addWidget(self._filter, 1)
        bar.addStretch(1)
        for button in (self._reveal, self._relink, self._forget):
            bar.addWidget(button)
        card = theme.styled(QFrame(), card="plain")
        inner = QVBoxLayout(card)
        inner.setContentsMargins(8, 8, 8, 8)
        inner.addWidget(self.table)
        self._empty = theme.styled(QLabel(""), role="muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._stack = QStackedWidget()
        self._stack.addWidget(card)
        self._stack.addWidget(self._empty)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(bar)
        column.addWidget(self._stack, 1)
        self.set_page("", page)
        session.changed.connect(self._on_change)
        session.project_changed.connect(self.refresh)
        theme.current().changed.connect(self.table.viewport().update)
        self.refresh()

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self._shown)
        table.setAccessibleName("Assets of this project")
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setSortingEnabled(True)
        table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 14)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(0, 110)
        header.resizeSection(1, 240)
        header.resizeSection(3, 80)
        table.selectionModel().selectionChanged.connect(self._enable)
        return table

    @property
    def selected(self) -> AssetRecord | None:
        rows = self.table.selectionModel().selectedRows()
        return self._model.assets[self._shown.mapToSource(rows[0]).row()] if rows else None

    @Slot()
    def refresh(self) -> None:
        project = self.session.project
        if project is None:
            self._show([])
        else:
            self.session.ask(project.assets, then=self._show, owner=self, key="assets")

    @Slot(object)
    def _on_change(self, change: Change) -> None:
        if "assets" in change.kinds:
            self.refresh()

    def _show(self, assets: list[AssetRecord]) -> None:
        kept = self.selected
        self._model.show(assets)
        self._stack.setCurrentIndex(0 if assets else 1)
        self._empty.setText(
            "No assets yet: the models, tokenizers and texts that your runs read are listed here."
            if self.session.project
            else "No project is open."
        )
        for row, asset in enumerate(assets):
            if kept is not None and asset.id == kept.id:
                self.table.selectRow(self._shown.mapFromSource(self._model.index(row, 0)).row())
        self._enable()

    @Slot()
    def _enable(self) -> None:
        asset, project = self.selected, self.session.project
        writable = project is not None and not project.read_only
        self._reveal.setEnabled(asset is not None)
        self._relink.setEnabled(asset is not None and writable)
        self._forget.setEnabled(asset is not None and writable)

    @Slot()
    def reveal(self) -> None:
        """Open the folder that the asset lies in, or the nearest one that is still there."""
        if self.selected is not None:
            where = Path(self.selected.where)
            folder = next((parent for parent in where.parents if parent.is_dir()), None)
            if folder is not None:
                QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    @Slot()
    def forget(self) -> None:
        """Take the asset off the list; undone with *Undo*."""
        if self.selected is not None and self.session.project is not None:
            self.session.follow(self.session.project.forget_asset(self.selected.id))

    @Slot()
    def relink(self) -> None:
        asset, project = self.selected, self.session.project
        if asset is None or project is None:
            return
        title, start = f"Where is {asset.description} now?", Path(asset.where).parent
        dialogs = self.session.dialogs
        if asset.kind == "model":
            where = dialogs.open_folder(self, title, start=start)
        else:
            where = dialogs.open_file(self, title, start=start)
        if where is not None:
            self.session.follow(project.relink_asset(asset.id, where))

    def commands(self) -> list[Command]:
        def chosen() -> bool:
            return self.selected is not None

        return [
            Command("assets.reveal", "Show the asset in its folder", self.reveal, enabled=chosen),
            Command("assets.relink", "Say where the asset is now", self.relink, enabled=chosen),
            Command("assets.forget", "Forget the asset", self.forget, enabled=chosen),
        ]
