"""What another release of kube-apiserver makes of the same policy and the same flags, where both releases take them."""
