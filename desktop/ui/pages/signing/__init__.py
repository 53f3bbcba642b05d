"""What signing asks and tells on its way: the PIN, what to do when a token is gone, why none is seen, what was kept."""
