"""The second opinion: does an answer keep every rule of its problem?"""
