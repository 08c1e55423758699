"""numguard in other engines: one engine's calling convention a file, without domain rules.

DuckDB passes 2,048 rows at a time on its own threads, so each call uses one thread. Polars passes whole columns or
pieces of a hundred thousand rows, one call at a time, so a call uses all threads that it may. The results are those of
the functions of `numguard`. pyarrow needs no adapter, because these functions take and return its arrays; the one of
pandas returns series.
"""
