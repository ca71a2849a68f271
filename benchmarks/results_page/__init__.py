"""A page of results for the documentation, made from the records of one or several runs."""
