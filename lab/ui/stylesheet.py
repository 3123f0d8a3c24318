"""The one style sheet of the application, built from a theme's colours.

Variants are chosen by the dynamic properties ``kind`` and ``role``. Fonts never appear here: a rule about fonts would
override what `lab.ui.fonts` gives each widget.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lab.ui.colors import mix, veil
from lab.ui.outlines import write_svg
from lab.ui.themes import Theme

Image = Callable[[str, str], str]


def build(t: Theme, image_dir: str) -> str:
    """The style sheet of theme `t`; the few pictures it needs are written to `image_dir`."""

    def image(name: str, color: str) -> str:
        # the colour is part of the name because Qt caches pictures by path
        return write_svg(name, color, Path(image_dir) / f"{name}-{color[1:]}.svg")

    return "".join((_surfaces(t), _bars(t), _buttons(t), _inputs(t, image), _lists(t, image)))


def _surfaces(t: Theme) -> str:
    roles = "".join(
        f'QLabel[role="{role}"] {{ color:{color}; }}\n'
        for role, color in (
            ("text", t.text),
            ("muted", t.muted),
            ("faint", t.faint),
            ("ok", t.ok),
            ("warn", t.warn),
            ("error", t.error),
            ("accent", t.accent),
            ("forward", t.forward),
            ("gradient", t.gradient),
        )
    )
    return f"""
    QMainWindow, QDialog {{ background:{t.bg}; }}
    QLabel {{ background:transparent; }}
    {roles}
    QLabel[role]:disabled {{ color:{t.line_strong}; }}
    QToolTip {{ background:{t.raised}; color:{t.text}; border:1px solid {t.line_strong}; padding:6px 8px; }}
    QFrame#card {{ background:{t.surface}; border:1px solid {t.line}; border-radius:10px; }}
    QFrame#card[focused="true"] {{ border:1px solid {t.accent}; }}
    QFrame#overlay {{ background:{veil(t.surface, 0.9)}; border:1px solid {t.line}; border-radius:8px; }}
    QLabel#key {{ background:{t.raised}; color:{t.text}; border:1px solid {t.line_strong}; border-bottom:2px solid
        {t.line_strong}; border-radius:4px; padding:1px 6px; }}
    QFrame#well {{ background:{t.raised}; border:none; border-radius:8px; }}
    QFrame#line {{ background:{t.line}; border:none; }}
    QFrame#notice {{ background:{t.raised}; border:1px solid {t.line_strong}; border-radius:8px; }}
    QFrame#banner {{ background:{mix(t.surface, t.error, 0.1)}; border:1px solid {veil(t.error, 0.55)};
        border-radius:8px; }}
    QScrollArea, QScrollArea > QWidget > QWidget#scrolled {{ background:transparent; border:none; }}
    QScrollArea[drawer="true"] {{ background:{t.bg}; border-left:1px solid {t.line_strong}; }}
    QScrollBar:vertical {{ background:transparent; width:10px; margin:0; }}
    QScrollBar:horizontal {{ background:transparent; height:10px; margin:0; }}
    QScrollBar::handle {{ background:{t.line_strong}; border-radius:3px; margin:2px; }}
    QScrollBar::handle:vertical {{ min-height:28px; }}
    QScrollBar::handle:horizontal {{ min-width:28px; }}
    QScrollBar::handle:hover {{ background:{t.faint}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width:0; height:0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background:transparent; }}
    QProgressBar {{ background:{t.groove}; border:none; border-radius:2px; max-height:4px; min-height:4px; }}
    QProgressBar::chunk {{ background:{t.accent}; border-radius:2px; }}
    """


def _bars(t: Theme) -> str:
    return f"""
    QMainWindow::separator {{ background:{t.bg}; width:8px; height:8px; }}
    QMainWindow::separator:hover {{ background:{t.accent_soft}; }}
    QDockWidget {{ border:none; }}
    QToolBar {{ background:{t.surface}; border:none; padding:0; spacing:0; }}
    QToolBar#appbar {{ border-bottom:1px solid {t.line}; }}
    QToolBar#transport {{ border-top:1px solid {t.line}; }}
    QStatusBar {{ background:{t.surface}; color:{t.muted}; }}
    QTabBar {{ background:{t.bg}; qproperty-drawBase:0; }}
    QTabBar::tab {{ background:transparent; color:{t.muted}; padding:0 18px 0 14px; height:36px; border:none;
        border-bottom:2px solid transparent; margin:0 2px; }}
    QTabBar::tab:hover {{ color:{t.text}; }}
    QTabBar::tab:selected {{ color:{t.text}; border-bottom:2px solid {t.accent}; }}
    QTabBar::tab:focus {{ color:{t.text}; background:{t.hover}; }}
    QSplitter::handle {{ background:transparent; }}
    QSplitter::handle:hover {{ background:{t.line}; }}
    QMenuBar {{ background:transparent; color:{t.muted}; spacing:2px; }}
    QMenuBar::item {{ background:transparent; padding:6px 10px; border-radius:6px; }}
    QMenuBar::item:selected {{ background:{t.hover}; color:{t.text}; }}
    QMenu {{ background:{t.raised}; border:1px solid {t.line_strong}; border-radius:8px; padding:5px; color:{t.text}; }}
    QMenu::item {{ padding:6px 24px 6px 10px; border-radius:5px; min-height:18px; }}
    QMenu::item:selected {{ background:{t.accent_soft}; }}
    QMenu::item:disabled {{ color:{t.faint}; }}
    QMenu::icon {{ padding-left:8px; }}
    QMenu::separator {{ height:1px; background:{t.line}; margin:5px 8px; }}
    """


def _buttons(t: Theme) -> str:
    chosen = t.hover if t.dark else t.surface
    return f"""
    QPushButton, QToolButton {{ background:transparent; border:1px solid transparent; border-radius:6px;
        padding:0 11px; min-height:28px; color:{t.text}; }}
    QToolButton {{ padding:0; min-width:28px; }}
    QToolButton[worded="true"] {{ padding:0 5px; color:{t.muted}; }}
    QPushButton:hover, QToolButton:hover {{ background:{t.hover}; }}
    QPushButton:pressed, QToolButton:pressed {{ background:{t.accent_soft}; }}
    QPushButton:disabled, QToolButton:disabled {{ color:{t.line_strong}; }}
    QToolButton::menu-indicator, QPushButton::menu-indicator {{ image:none; width:0; }}
    QComboBox[kind="flat"] {{ background:transparent; border:1px solid transparent; }}
    QComboBox[kind="flat"]:hover {{ background:{t.hover}; }}
    QPushButton[kind="outline"] {{ border:1px solid {t.line_strong}; background:{t.raised}; }}
    QPushButton[tight="true"] {{ padding:0 6px; }}
    QPushButton[kind="outline"]:hover {{ background:{t.hover}; }}
    QPushButton[kind="outline"]:checked {{ background:{t.accent_soft}; border:1px solid {t.accent}; }}
    QPushButton[kind="outline"]:disabled {{ border:1px solid {t.line}; }}
    QPushButton[kind="flat"]:checked {{ background:{t.accent_soft}; border:1px solid {t.accent}; }}
    QPushButton[kind="primary"] {{ background:{t.accent}; color:{t.on_accent}; border:1px solid {t.accent}; }}
    QPushButton[kind="primary"]:hover {{ background:{t.accent}; border:1px solid {t.text}; }}
    QPushButton[kind="primary"]:disabled {{ background:{t.line}; border:1px solid {t.line}; color:{t.faint}; }}
    QPushButton[kind="chip"] {{ background:{t.raised}; border:1px solid {t.line}; border-radius:14px; padding:0 13px;
        min-height:26px; color:{t.muted}; }}
    QPushButton[kind="chip"]:hover {{ background:{t.hover}; color:{t.text}; }}
    QPushButton[kind="chip"]:checked {{ background:{t.accent_soft}; border:1px solid {t.accent}; color:{t.text}; }}
    QPushButton[kind="seg"] {{ border-radius:5px; padding:0 10px; min-height:22px; color:{t.muted}; }}
    QPushButton[kind="seg"]:hover {{ color:{t.text}; }}
    QPushButton[kind="seg"]:checked {{ background:{chosen}; color:{t.text}; }}
    QPushButton[kind="seg"]:disabled, QPushButton[kind="chip"]:disabled {{ color:{t.line_strong}; }}
    QPushButton#search {{ text-align:left; padding-left:10px; color:{t.muted}; }}
    QPushButton[kind="link"] {{ color:{t.accent}; padding:0 6px; }}
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons:0; }}
    QDialogButtonBox QPushButton {{ border:1px solid {t.line_strong}; background:{t.raised}; min-width:64px; }}
    QDialogButtonBox QPushButton:hover {{ background:{t.hover}; }}
    QDialogButtonBox QPushButton:default {{ background:{t.accent}; color:{t.on_accent}; border:1px solid {t.accent}; }}
    QDialogButtonBox QPushButton:default:hover {{ border:1px solid {t.text}; }}
    QDialogButtonBox QPushButton:focus {{ border:1px solid {t.accent}; }}
    QDialogButtonBox QPushButton:default:focus {{ border:2px solid {t.text}; }}
    QToolButton[kind="play"] {{ background:{t.accent}; border-radius:19px; min-width:36px; min-height:36px; }}
    QToolButton[kind="play"]:hover {{ border:1px solid {t.text}; }}
    QToolButton[kind="play"]:disabled {{ background:{t.line}; }}
    QToolButton[kind="tool"] {{ min-width:34px; min-height:34px; }}
    QToolButton[kind="bare"] {{ min-width:26px; min-height:26px; }}
    QToolButton:checked {{ background:{t.accent_soft}; border:1px solid {t.accent}; }}
    QPushButton:focus, QToolButton:focus {{ border:1px solid {t.accent}; outline:none; }}
    QPushButton:checked:focus, QToolButton:checked:focus {{ border:1px solid {t.text}; }}
    QPushButton[kind="outline"]:checked:focus, QPushButton[kind="chip"]:checked:focus,
    QPushButton[kind="flat"]:checked:focus {{ border:1px solid {t.text}; }}
    QPushButton[kind="primary"]:focus, QToolButton[kind="play"]:focus {{ border:2px solid {t.text}; }}
    """


def _inputs(t: Theme, image: Image) -> str:
    knob = t.text if t.dark else t.surface
    return f"""
    QLineEdit, QAbstractSpinBox, QPlainTextEdit, QTextEdit {{ background:{t.raised}; border:1px solid {t.line_strong};
        border-radius:6px; padding:0 9px; min-height:28px; color:{t.text};
        selection-background-color:{t.accent}; selection-color:{t.on_accent}; }}
    QLineEdit:focus, QAbstractSpinBox:focus, QPlainTextEdit:focus, QTextEdit:focus {{ border:1px solid {t.accent}; }}
    QLineEdit:disabled, QAbstractSpinBox:disabled {{ color:{t.faint}; border:1px solid {t.line}; }}
    QLineEdit[kind="number"] {{ background:transparent; border:1px solid transparent; padding:0 5px; }}
    QLineEdit[kind="number"]:hover {{ background:{t.raised}; border:1px solid {t.line}; }}
    QLineEdit[kind="number"]:focus {{ background:{t.raised}; border:1px solid {t.accent}; }}
    QLineEdit[kind="number"]:disabled {{ background:transparent; border:1px solid transparent; color:{t.faint}; }}
    QLineEdit[bad="true"], QLineEdit[bad="true"]:focus, QLineEdit[bad="true"]:hover {{ border:1px solid {t.error}; }}
    QLineEdit QToolButton {{ min-width:0; min-height:0; border:none; background:transparent; padding:0; }}
    QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width:0; height:0; border:none; }}
    QComboBox {{ background:{t.raised}; border:1px solid {t.line_strong}; border-radius:6px; padding:0 8px 0 10px;
        min-height:28px; color:{t.text}; }}
    QComboBox:hover {{ background:{t.hover}; }}
    QComboBox:focus, QComboBox:on {{ border:1px solid {t.accent}; }}
    QComboBox:disabled {{ color:{t.faint}; border:1px solid {t.line}; }}
    QComboBox::drop-down {{ border:none; width:24px; }}
    QComboBox::down-arrow {{ image:url("{image("caret-down", t.muted)}"); width:12px; height:12px; }}
    QSlider {{ background:transparent; }}
    QSlider:horizontal {{ min-height:28px; }}
    QSlider::groove:horizontal {{ height:4px; border-radius:2px; background:{t.groove}; }}
    QSlider::sub-page:horizontal {{ background:{t.accent}; border-radius:2px; }}
    QSlider::sub-page:horizontal:disabled {{ background:{t.line_strong}; }}
    QSlider::handle:horizontal {{ background:{knob}; border:2px solid {t.accent}; width:10px; height:10px;
        margin:-5px 0; border-radius:7px; }}
    QSlider::handle:horizontal:hover {{ background:{t.accent_soft}; }}
    QSlider::handle:horizontal:focus {{ background:{t.accent}; border:2px solid {t.text}; }}
    QSlider::handle:horizontal:disabled {{ background:{t.raised}; border:2px solid {t.line_strong}; }}
    QCheckBox, QRadioButton {{ spacing:8px; color:{t.text}; min-height:28px; }}
    QCheckBox:disabled, QRadioButton:disabled {{ color:{t.faint}; }}
    QCheckBox::indicator, QGroupBox::indicator {{ width:15px; height:15px; border-radius:4px;
        border:1px solid {t.line_strong}; background:{t.raised}; }}
    QCheckBox::indicator:checked {{ background:{t.accent}; border:1px solid {t.accent};
        image:url("{image("check-bold", t.on_accent)}"); }}
    QCheckBox::indicator:focus, QRadioButton::indicator:focus {{ border:2px solid {t.text}; }}
    QCheckBox::indicator:disabled {{ background:{t.line}; border:1px solid {t.line}; }}
    QRadioButton::indicator {{ width:13px; height:13px; border-radius:7px; border:1px solid {t.line_strong};
        background:{t.raised}; }}
    QRadioButton::indicator:checked {{ background:{t.on_accent}; border:4px solid {t.accent}; width:7px; height:7px; }}
    """


def _lists(t: Theme, image: Image) -> str:
    return f"""
    QComboBox QAbstractItemView {{ background:{t.raised}; border:1px solid {t.line_strong}; border-radius:6px;
        padding:4px; outline:none; selection-background-color:{t.accent_soft}; selection-color:{t.text}; }}
    QListView, QTreeView, QTableView {{ background:{t.surface}; border:none; outline:none; color:{t.text};
        selection-background-color:{t.accent_soft}; selection-color:{t.text}; gridline-color:{t.line}; }}
    QAbstractItemView::item {{ min-height:28px; padding:0 8px; border-radius:5px; }}
    QAbstractItemView::item:hover {{ background:{t.hover}; }}
    QAbstractItemView::item:selected {{ background:{t.accent_soft}; color:{t.text}; }}
    QHeaderView::section {{ background:{t.surface}; color:{t.muted}; border:none; border-bottom:1px solid {t.line};
        padding:4px 8px; }}
    QTreeView::branch:closed:has-children {{ image:url("{image("caret-right", t.muted)}"); }}
    QTreeView::branch:open:has-children {{ image:url("{image("caret-down", t.muted)}"); }}
    """
