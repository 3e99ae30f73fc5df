"""What may leave, what is kept and for how long, and what each person is owed."""
