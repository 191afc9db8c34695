"""Chat models as experts: the controller's own, and a vision-language model."""
