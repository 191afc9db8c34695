"""Chat models: which one a name means, how it is reached, and one question to it; for the controller and for experts."""
