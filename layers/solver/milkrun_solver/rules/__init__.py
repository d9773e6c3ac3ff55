"""The rules that decide whether a vehicle can serve a job or shipment, one module for each."""
