"""File formats that bring a policy or apiserver settings to a server, one module each."""
