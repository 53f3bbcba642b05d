"""The pages of the window, one module each; none knows another, all go through the shell."""
