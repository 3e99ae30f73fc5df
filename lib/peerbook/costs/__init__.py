"""What a peer-support programme costs, by what it does, year by year and for whom."""
