"""The Ensemble tool: several models as one."""
