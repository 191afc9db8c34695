"""The catalogue of experts: models of the Hub and of backends, how their calls ended, and how candidates are ranked."""
