"""Tables and lines of text by arithmetic: conditions on rows, and questions that counting and adding answer."""
