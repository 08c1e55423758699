"""numguard inside of other engines: one engine's calling convention a file, and no rule of the trade.

DuckDB hands over 2,048 rows at a time on threads of its own, so each call takes one thread; Polars hands over whole
columns or pieces of a hundred thousand rows, one call at a time, so a call takes what it may. What is answered is what
the arrays of the face answer. pyarrow needs no file: its arrays go in and come out as they are. So do those of pandas,
whose file is for results that are series.
"""
