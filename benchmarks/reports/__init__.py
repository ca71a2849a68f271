"""What is made of a run: tables, plots, an HTML page, comparisons."""
