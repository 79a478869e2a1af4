"""Parts of configurations that several carriers share, such as kubeadm's ClusterConfiguration."""
