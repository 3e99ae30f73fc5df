"""Sites: the municipalities and associations that run the programme."""
