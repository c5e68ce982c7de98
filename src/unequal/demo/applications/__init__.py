"""Meridian's six applications and its office: how each writes its extracts.

Every module has the same two verbs: `open_files` prepares the files, `write` adds one cell.
"""
