"""What is said about the status page: texts for customers, and cards and forms for ourselves."""
