"""Groups of instances, by name: each group has a table of its own."""

TUNED_ON = frozenset(
    {"C2_10_4", "RC1_10_3", "X-n106-k14", "X-n200-k36", "X-n303-k21", "X-n524-k153", "X-n819-k171"}
)
"""What the search was tuned on. Its results there say little about others."""
VARIANTS = {
    "HFVRP": "Fleets of several kinds",
    "MDVRPTW": "Several depots",
    "SDVRPTW": "Customers for some vehicles",
    "MTVRPTWR": "Several trips and release times",
}
"""The beginnings of the names of variants, up to an underscore, and what they are."""
GROUPS = ("Instances not tuned on", "Instances tuned on", *VARIANTS.values())
"""In the order of tables."""


def group(instance: str) -> str:
    """The group of an instance."""
    if instance in TUNED_ON:
        return GROUPS[1]
    return VARIANTS.get(instance.partition("_")[0], GROUPS[0])
