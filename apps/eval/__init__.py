"""`hugginggpt eval`: how well a controller plans, and how a file of requests fares from end to end."""
