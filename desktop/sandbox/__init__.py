"""The practice portal: a real HTTP server that judges as a real one does."""
