"""How the page looks: a theme on system fonts, one style sheet and two scripts, all read from this package."""

from __future__ import annotations

from importlib.resources import files

import gradio as gr

SANS = ["ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif"]
MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "Liberation Mono", "monospace"]

_PAPER = {
    "bg": "#faf9f6",
    "sheet": "#ffffff",
    "ink": "#1c1b19",
    "soft": "#66625b",
    "line": "#e3dfd7",
    "accent": "#1f4e79",
}
_NIGHT = {
    "bg": "#151719",
    "sheet": "#1d2023",
    "ink": "#e9e6df",
    "soft": "#a29d93",
    "line": "#33373b",
    "accent": "#8fbbe6",
}


def theme() -> gr.themes.Base:
    """Paper by day, slate by night; fonts that every system has, so that nothing is fetched."""
    base = gr.themes.Base(primary_hue="blue", neutral_hue="stone", font=SANS, font_mono=MONO, radius_size="sm")
    return base.set(
        body_background_fill=_PAPER["bg"],
        body_background_fill_dark=_NIGHT["bg"],
        body_text_color=_PAPER["ink"],
        body_text_color_dark=_NIGHT["ink"],
        body_text_color_subdued=_PAPER["soft"],
        body_text_color_subdued_dark=_NIGHT["soft"],
        background_fill_primary=_PAPER["sheet"],
        background_fill_primary_dark=_NIGHT["sheet"],
        background_fill_secondary=_PAPER["bg"],
        background_fill_secondary_dark=_NIGHT["bg"],
        border_color_primary=_PAPER["line"],
        border_color_primary_dark=_NIGHT["line"],
        block_background_fill=_PAPER["sheet"],
        block_background_fill_dark=_NIGHT["sheet"],
        block_border_color=_PAPER["line"],
        block_border_color_dark=_NIGHT["line"],
        input_background_fill=_PAPER["sheet"],
        input_background_fill_dark=_NIGHT["sheet"],
        color_accent=_PAPER["accent"],
        link_text_color=_PAPER["accent"],
        link_text_color_dark=_NIGHT["accent"],
        button_primary_background_fill=_PAPER["accent"],
        button_primary_background_fill_dark="#2f6aa3",
        button_primary_background_fill_hover="#173c5e",
        button_primary_background_fill_hover_dark="#3a7abb",
        button_primary_text_color="#ffffff",
    )


def css() -> str:
    """The style sheet of the page."""
    return _asset("page.css")


def script(name: str) -> str:
    """A component's script: the body of a function of `element` and `trigger`."""
    return _asset(name)


def _asset(name: str) -> str:
    return files("ui.web").joinpath("assets", name).read_text(encoding="utf-8")
