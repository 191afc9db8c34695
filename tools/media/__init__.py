"""Media at the border to the experts: read within the limits and upright, and given back so that anybody can open them."""
