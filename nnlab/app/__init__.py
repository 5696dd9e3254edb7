"""Everything that uses Streamlit: the playground, Explore and what both share."""
