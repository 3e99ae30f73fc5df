"""What kinds of file browsers are told they get."""

CALENDAR = "text/calendar"
PDF = "application/pdf"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"
