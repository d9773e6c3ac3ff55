"""The whole of Milkrun on one machine: gateway, Lambda service, schedule, and the real data stores."""
