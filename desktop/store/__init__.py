"""The encrypted workspace: clients, facts, drafts, dossiers, files and evidence."""
