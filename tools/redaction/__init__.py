"""Removes secrets from everything that enters the graph from outside."""
