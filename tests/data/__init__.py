"""The embedded sample, file by file."""
