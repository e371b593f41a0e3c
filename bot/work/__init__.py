"""Getting due work done: Docket behind our own port."""
