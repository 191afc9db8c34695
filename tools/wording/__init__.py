"""How people word requests, in seven languages: one data file a language, and what reads it."""
