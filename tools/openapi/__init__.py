"""Generates the OpenAPI document of the HTTP API from the code of the handlers and from template.yaml."""
