"""numguard inside of other engines: one engine's calling convention a file, and no rule of the trade.

An engine runs these on threads of its own, so each call takes one thread; what is answered is what the arrays of the
face answer. pandas and pyarrow need no file: their arrays go in and come out as they are.
"""
