"""The look: ink on paper, one vermilion accent. style.css has what a theme cannot say."""

import gradio as gr

PAPER, INK, QUIET, LINE = "#fbfaf7", "#262422", "#65605a", "#d9d5cc"
NIGHT, CHALK, DIM, EDGE = "#16161a", "#f2f0ea", "#a5a19a", "#3a3a42"
SEAL, SEAL_DARK, SEAL_DEEP, SEAL_LIGHT = "#a8321f", "#8c2818", "#c2472f", "#e0674d"
LINES = ["#8a857c", "#c2472f", "#4f7a8c", "#b08a3c"]  # of a plot, in both modes

NONE = "transparent"
_VALUES = [  # in light mode, in dark mode (None: the same), and the theme's variables with these values
    (PAPER, NIGHT, "body_background_fill background_fill_primary background_fill_secondary"),
    (PAPER, NIGHT, "checkbox_label_text_color_selected"),
    (PAPER, NIGHT, "block_background_fill"),  # opaque: the login form behind is grey
    (INK, CHALK, "body_text_color button_secondary_text_color input_border_color_focus"),
    (INK, CHALK, "checkbox_label_background_fill_selected checkbox_label_border_color_selected"),
    (QUIET, DIM, "body_text_color_subdued block_label_text_color block_title_text_color"),
    (QUIET, DIM, "block_info_text_color input_placeholder_color"),
    (LINE, EDGE, "border_color_primary color_accent_soft input_border_color table_border_color"),
    (SEAL, SEAL_LIGHT, "border_color_accent link_text_color link_text_color_active link_text_color_visited"),
    (SEAL_DARK, SEAL_LIGHT, "link_text_color_hover"),
    (SEAL, SEAL_DEEP, "slider_color button_primary_background_fill button_primary_border_color"),
    (SEAL_DARK, SEAL, "button_primary_background_fill_hover"),
    ("#ffffff", "#ffffff", "button_primary_text_color"),
    ("#ffffff", "#1f1f25", "input_background_fill input_background_fill_focus"),
    ("#f1eee7", "#24242b", "button_secondary_background_fill_hover checkbox_label_background_fill_hover"),
    ("#b9b3a8", "#5c5c66", "button_secondary_border_color"),
    (NONE, NONE, "block_border_color block_label_background_fill"),
    (NONE, NONE, "panel_background_fill button_secondary_background_fill"),
    (NONE, NONE, "checkbox_label_background_fill checkbox_label_border_color"),
    (NONE, NONE, "table_even_background_fill table_odd_background_fill"),
    (NONE, None, "block_title_background_fill"),
    (SEAL, None, "color_accent"),
    ("0px", None, "block_border_width block_padding block_radius block_label_border_width"),
    ("0px", None, "block_title_padding form_gap_width"),
    ("1px", None, "input_border_width button_border_width"),
    ("16px", None, "layout_gap"),
    ("none", None, "block_shadow input_shadow input_shadow_focus checkbox_label_shadow"),
    ("none", None, "button_primary_shadow button_secondary_shadow"),
    ("400", None, "block_title_text_weight"),
]
THEME = gr.themes.Default(
    primary_hue=gr.themes.Color(*[SEAL] * 11),
    neutral_hue="stone",
    font=["Segoe UI", "Roboto", "Helvetica Neue", "sans-serif"],
    font_mono=["ui-monospace", "monospace"],
    radius_size=gr.themes.sizes.radius_sm,
).set(
    **{name: light for light, _, names in _VALUES for name in names.split()},
    **{f"{name}_dark": dark for _, dark, names in _VALUES for name in names.split() if dark},
)
