"""What ties the window to the system around it: one instance, links and files, paper, notices, crashes."""
