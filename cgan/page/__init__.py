"""The Gradio page: parts.py has what the tabs share, then one file a tab, layout.py puts them together."""
