"""Causal language models behind one interface, kept from job to job."""
