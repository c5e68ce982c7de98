"""Words that all rooms share: money, periods, ids, lines, table contracts, errors.

Standard library only. Its parts are modules, so that a reader of another room sees where
a word comes from: `from unequal.terms.money import money_sum`.
"""
