"""The pages of the app: the playground and Explore, and in folders what they are made of."""
