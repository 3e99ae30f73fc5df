"""Who may come in, and who has seen what: users on a page for leaders."""
