"""Lessons in the window: where they stand in a panel, what they ask for, and what is remembered of them.

Nothing here knows any panel: what a task asks is asked of the facts that the panel declares, and what a page begins
with is handed to the panel's view as any preset or session would be. Before the window is shown it imports only
`lab.ui.lessons.hub` and what that needs; files are read, and cards are made, when somebody asks for a lesson.
"""
