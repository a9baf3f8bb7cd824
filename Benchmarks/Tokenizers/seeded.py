# SPDX-License-Identifier: Apache-2.0
"""Chance that comes out the same everywhere."""

import random


class Seeded:
    """Only `random.Random.random`, the one method whose numbers never change between versions."""

    def __init__(self, seed):
        self.source = random.Random(seed)

    def below(self, count):
        return int(self.source.random() * count)

    def between(self, low, high):
        """A whole number from low to high, both included."""
        return low + self.below(high - low + 1)

    def choice(self, items):
        return items[self.below(len(items))]

    def chance(self, share):
        return self.source.random() < share

    def shuffled(self, items):
        items = list(items)
        for last in range(len(items) - 1, 0, -1):
            other = self.below(last + 1)
            items[last], items[other] = items[other], items[last]
        return items
