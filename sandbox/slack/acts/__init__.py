"""What people do in the workspace; the page and the tests' driver both call this."""
