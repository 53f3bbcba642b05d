"""Filling a form: what was typed is read, entered with undo, shown beside the official page."""
