"""What a transplant did to a model, figure by figure; each file one kind of evidence."""
