"""The theme: Gradio's variables in terms of the palette in web/ink.css, which also has the dark mode."""

import gradio as gr

PAPER, NIGHT = "#fbfaf7", "#16161a"  # as in ink.css; Gradio shows them before any style sheet is there
LINES = {  # of losses, in both modes: G is red and D is blue in each model
    **{"g": "#c2472f", "d": "#3f7aa0", "d_real": "#3f7aa0", "d_fake": "#3f8f7f"},
    **{"reconstruction": "#8a857c", "kl": "#b08a3c"},
}

_VALUES = {
    "paper": "background_fill_primary background_fill_secondary block_background_fill"
    " checkbox_label_text_color_selected",
    "ink": "body_text_color button_secondary_text_color input_border_color_focus"
    " checkbox_label_background_fill_selected checkbox_label_border_color_selected",
    "quiet": "body_text_color_subdued block_label_text_color block_title_text_color block_info_text_color"
    " input_placeholder_color",
    "line": "border_color_primary color_accent_soft input_border_color table_border_color",
    "edge": "button_secondary_border_color",
    "hover": "button_secondary_background_fill_hover checkbox_label_background_fill_hover",
    "field": "input_background_fill input_background_fill_focus",
    "seal": "border_color_accent color_accent link_text_color link_text_color_active link_text_color_visited"
    " link_text_color_hover",
    "seal-ground": "slider_color button_primary_background_fill button_primary_border_color",
    "seal-pressed": "button_primary_background_fill_hover",
    "on-seal": "button_primary_text_color",
}
_PLAIN = {
    "transparent": "block_border_color block_label_background_fill block_title_background_fill"
    " panel_background_fill button_secondary_background_fill checkbox_label_background_fill"
    " checkbox_label_border_color table_even_background_fill table_odd_background_fill",
    "0px": "block_border_width block_padding block_radius block_label_border_width block_title_padding"
    " form_gap_width",
    "1px": "input_border_width button_border_width",
    "16px": "layout_gap",
    "none": "block_shadow input_shadow input_shadow_focus checkbox_label_shadow button_primary_shadow"
    " button_secondary_shadow",
    "400": "block_title_text_weight",
}


def _settings():
    values = {f"var(--{name})": names for name, names in _VALUES.items()} | _PLAIN
    each = {name: value for value, names in values.items() for name in names.split()}
    return {
        **{"body_background_fill": PAPER, "body_background_fill_dark": NIGHT},
        **each,
        **{f"{name}_dark": value for name, value in each.items() if f"{name}_dark" in _KNOWN},
    }


_KNOWN = vars(gr.themes.Default())
THEME = gr.themes.Default(
    primary_hue=gr.themes.Color(*["#a8321f"] * 11),
    neutral_hue="stone",
    font=["Segoe UI", "Roboto", "Helvetica Neue", "sans-serif"],
    font_mono=["ui-monospace", "monospace"],
    radius_size=gr.themes.sizes.radius_sm,
).set(**_settings())
