"""Widgets used by two or more pages: static layouts whose leaf props the callbacks fill."""
