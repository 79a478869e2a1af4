"""Rules about kube-apiservers: their flags, backends, mounts and retention."""
