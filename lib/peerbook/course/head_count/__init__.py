"""How many came to the café and to meetings, with no names."""
