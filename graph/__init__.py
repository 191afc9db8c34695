"""The request as data, and how the stages connect. Importing it does nothing; import its modules."""
