"""E-forms: from a procedure to a dossier ready for signing; knows no user, disk place, network or window."""
