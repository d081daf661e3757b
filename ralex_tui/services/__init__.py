"""Use cases. They know the domain and the ports, nothing else."""
