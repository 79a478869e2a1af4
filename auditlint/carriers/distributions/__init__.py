"""Configurations of distributions of Kubernetes, and of the tools that install them."""
