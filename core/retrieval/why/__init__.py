"""Why a query found what it found: rankings looked into, and scores split among words."""
