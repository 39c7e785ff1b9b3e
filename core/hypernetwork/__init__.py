"""Hypernetworks that foretell a token's embedding from its spelling, whatever tokenizer it belongs to (ZeTT).

B. Minixhofer, E. Ponti and I. Vulić, *Zero-Shot Tokenizer Transfer*, arXiv 2405.07883. A network is trained
on a frozen language model (`training`), or read from a folder (`folder`); either serves any tokenizer
afterwards.
"""
