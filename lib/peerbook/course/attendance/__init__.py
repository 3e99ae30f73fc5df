"""Who is on the course, who came, and what the group sparring took up."""
