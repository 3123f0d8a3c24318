"""The Qt shell shared by all panels."""
