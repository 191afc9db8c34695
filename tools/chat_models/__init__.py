"""Chat models of the controller and of experts: names, providers, connections, calls, structured output, recordings."""
