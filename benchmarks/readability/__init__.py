"""Can frames be read? A small classifier names what is in the receptacle that is looked at."""
