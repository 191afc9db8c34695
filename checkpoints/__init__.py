"""Durability: the ledger, the store of files, and LangGraph's own checkpoints, all in one home folder."""
