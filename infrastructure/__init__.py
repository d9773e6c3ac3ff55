"""Templates and files that template.yaml uses, and the code that generates some of them."""
