"""People: who takes part, by a random code, whatever they do in the programme."""
