"""A portal as Python calls: contract, session, catalogue, submission."""
