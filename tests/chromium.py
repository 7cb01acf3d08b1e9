"""Debian's Chromium, as every test that needs a browser starts it, and when a page of Dash has come to rest."""

from __future__ import annotations

from playwright.sync_api import Page

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

AT_REST = """() => {
    const state = window.store && window.store.getState();
    if (!state || state.appLifecycle !== "HYDRATED") return false;
    const { stored, completed, ...underWay } = state.callbacks;
    return Object.values(underWay).every(waiting => waiting.length === 0)
        && !document.querySelector("[data-dash-is-loading=true]");
}"""
"""Dash's own account of itself: everything is set up and no callback waits or runs, nor is a component loading.

A quiet network alone says little: a starved browser is quiet for half a second between its scripts and its first callback.
"""


def settled(page: Page) -> None:
    """Wait until a page of Dash has answered everything it asked."""
    page.wait_for_load_state("networkidle")
    page.wait_for_function(AT_REST, timeout=60_000)
