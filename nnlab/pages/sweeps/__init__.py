"""What the page Explore is made of: its sidebar, its sweep, what of the results is looked at."""
