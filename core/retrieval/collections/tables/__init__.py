"""Tables of text: CSV, JSON Lines, Parquet. Read row by row, whatever their size."""
