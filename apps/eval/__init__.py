"""`hugginggpt eval`: scores a controller's plans on labelled requests, and whole runs of a file of requests."""
