"""What if: a day that was, lived again under other rules.

    day = of_csv(lines, plan, seed=1)                       # or of_journal(plan, events, seed=1)
    runs = [play(plan, day, rule) for rule in rules]        # the same people under each rule
    figures(runs[0])                                        # waits by class, overtakes, utilisation, clerk-hours

For: `tidehall whatif`, `POST …/whatif`, and anybody who wants to know what a rule would have brought. Everything here is a
function of its arguments: the hall is the real one (app.core), in this process, with no database and no event loop.
Not for: forecasts. The people of the day came to a hall that was as it was; who would have stayed at home is not known.

The comparison is fair because whatever is left to chance (how long somebody takes, who does not come when called) is
drawn once, into the day, and belongs to the person: every rule meets the same people (common random numbers).
"""
