"""Signatures and their validation; imports nothing else of this project and is usable as a library on its own."""
