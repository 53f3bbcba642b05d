"""The program: everything that knows there is a user, a disk and a portal."""
