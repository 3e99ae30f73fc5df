"""What participants answered on evaluation sheets, and how the two waves compare."""
