"""The look: ink on paper, one vermilion accent. style.css has what a theme cannot say."""

import gradio as gr

PAPER, INK, QUIET, LINE = "#fbfaf7", "#262422", "#65605a", "#d9d5cc"
NIGHT, CHALK, DIM, EDGE = "#16161a", "#f2f0ea", "#a5a19a", "#3a3a42"
SEAL, SEAL_DARK, SEAL_DEEP, SEAL_LIGHT = "#a8321f", "#8c2818", "#c2472f", "#e0674d"
LINES = ["#8a857c", "#c2472f", "#4f7a8c", "#b08a3c"]  # of a plot, in both modes

_BOTH = {  # variable: (light, dark)
    "body_background_fill": (PAPER, NIGHT),
    "background_fill_primary": (PAPER, NIGHT),
    "background_fill_secondary": (PAPER, NIGHT),
    "body_text_color": (INK, CHALK),
    "body_text_color_subdued": (QUIET, DIM),
    "border_color_primary": (LINE, EDGE),
    "border_color_accent": (SEAL, SEAL_LIGHT),
    "color_accent_soft": (LINE, EDGE),
    "block_background_fill": ("transparent", "transparent"),
    "block_border_color": ("transparent", "transparent"),
    "block_label_background_fill": ("transparent", "transparent"),
    "block_label_text_color": (QUIET, DIM),
    "block_title_text_color": (QUIET, DIM),
    "block_info_text_color": (QUIET, DIM),
    "panel_background_fill": ("transparent", "transparent"),
    "input_background_fill": ("#ffffff", "#1f1f25"),
    "input_background_fill_focus": ("#ffffff", "#1f1f25"),
    "input_border_color": (LINE, EDGE),
    "input_border_color_focus": (INK, CHALK),
    "input_placeholder_color": (QUIET, DIM),
    "slider_color": (SEAL, SEAL_DEEP),
    "link_text_color": (SEAL, SEAL_LIGHT),
    "link_text_color_active": (SEAL, SEAL_LIGHT),
    "link_text_color_hover": (SEAL_DARK, SEAL_LIGHT),
    "link_text_color_visited": (SEAL, SEAL_LIGHT),
    "button_primary_background_fill": (SEAL, SEAL_DEEP),
    "button_primary_background_fill_hover": (SEAL_DARK, SEAL),
    "button_primary_border_color": (SEAL, SEAL_DEEP),
    "button_primary_text_color": ("#ffffff", "#ffffff"),
    "button_secondary_background_fill": ("transparent", "transparent"),
    "button_secondary_background_fill_hover": ("#f1eee7", "#24242b"),
    "button_secondary_border_color": ("#b9b3a8", "#5c5c66"),
    "button_secondary_text_color": (INK, CHALK),
    "checkbox_label_background_fill": ("transparent", "transparent"),
    "checkbox_label_background_fill_hover": ("#f1eee7", "#24242b"),
    "checkbox_label_background_fill_selected": (INK, CHALK),
    "checkbox_label_text_color_selected": (PAPER, NIGHT),
    "checkbox_label_border_color": ("transparent", "transparent"),
    "checkbox_label_border_color_selected": (INK, CHALK),
    "table_border_color": (LINE, EDGE),
    "table_even_background_fill": ("transparent", "transparent"),
    "table_odd_background_fill": ("transparent", "transparent"),
}
_ONE = {
    "color_accent": SEAL,
    "block_border_width": "0px",
    "block_shadow": "none",
    "block_padding": "0px",
    "block_radius": "0px",
    "block_label_border_width": "0px",
    "block_title_text_weight": "400",
    "block_title_background_fill": "transparent",
    "block_title_padding": "0px",
    "input_border_width": "1px",
    "input_shadow": "none",
    "input_shadow_focus": "none",
    "checkbox_label_shadow": "none",
    "button_primary_shadow": "none",
    "button_secondary_shadow": "none",
    "button_border_width": "1px",
    "layout_gap": "16px",
    "form_gap_width": "16px",
}
THEME = gr.themes.Default(
    primary_hue=gr.themes.Color(*[SEAL] * 11),
    neutral_hue="stone",
    font=["Segoe UI", "Roboto", "Helvetica Neue", "sans-serif"],
    font_mono=["ui-monospace", "monospace"],
    radius_size=gr.themes.sizes.radius_sm,
).set(
    **_ONE,
    **{name: light for name, (light, _) in _BOTH.items()},
    **{f"{name}_dark": dark for name, (_, dark) in _BOTH.items()},
)
