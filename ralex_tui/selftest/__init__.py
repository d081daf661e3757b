"""The user's own proof: processes killed, disks filled, files spoilt, and an independent judge of what is left."""
