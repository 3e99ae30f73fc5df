"""What each person is owed: to see what is kept about them, and to be deleted in time."""
