"""Documents that are no PDF, as the text or table that a person reads in them; a reader for each kind of file."""
