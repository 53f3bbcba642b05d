"""Signatures and their validation; imports nothing else of this project usable as a library by itself."""
