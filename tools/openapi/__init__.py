"""The contract of the HTTP API as an OpenAPI document, made from what handlers and gateway really use."""
