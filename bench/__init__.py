"""`make bench`: how fast the hall is, as ratios against references that run beside it.

For: the figures of the README. Each goal compares the hall with something that everybody knows (an empty FastAPI route,
`await ws.send_text`, the same hall without a disk, the sync of this very disk), started by the benchmark itself, in
the same run, in turns: A B A B. A ratio says the same on a fast and on a slow machine; a time does not.
Not for: gates on absolute times, and not for finding out *why* (use a profiler on `python -m bench.house`).

    __main__.py     what to measure, and the table
    goals.py        one function per goal: which servers, which load, which ratio
    servers.py      server processes: started on one core, their processor time and memory read from outside
    house.py        the hall with the windows into it that some goals need (steps of the loop, bytes held, no storing)
    references.py   what the hall is compared with
    load.py         the people, kiosks and boards: one cheap process on another core
    figures.py      medians, ranges, percentiles, Markdown
    slowsync.c      a disk on which every sync takes 20 ms longer

Everything runs in a temporary folder under the working directory, because that is the disk that a hall would use.
"""
