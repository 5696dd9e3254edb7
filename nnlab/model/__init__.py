"""The article's equations: activations, losses, the network and the optimizers."""
