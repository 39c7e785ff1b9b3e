"""How texts are written token by token, whatever chooses the tokens: laws, draws, texts, prompts' ends."""
