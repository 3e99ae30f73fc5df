"""Files in and out: calendars, PDF pages and spreadsheets."""
