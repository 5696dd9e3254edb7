"""All that knows Streamlit: the playground, Explore and what both share."""
