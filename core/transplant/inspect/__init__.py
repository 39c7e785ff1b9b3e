"""A transplanted model, looked into token by token, without torch: for a window while a person waits."""
