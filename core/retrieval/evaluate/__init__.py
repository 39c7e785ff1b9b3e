"""Systems evaluated on a collection: the job behind ``retrieval run``."""
