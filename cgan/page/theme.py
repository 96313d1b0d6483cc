"""How the page looks, beside style.css: Gradio's theme Soft, with enough contrast to be read."""

import gradio as gr

THEME = gr.themes.Soft(primary_hue="indigo", font=["system-ui", "sans-serif"]).set(
    body_text_color_subdued="*neutral_500",
    block_title_text_color="*primary_700",
    block_label_text_color="*primary_700",
    button_primary_background_fill="*primary_600",
    button_primary_background_fill_hover="*primary_700",
    button_primary_background_fill_dark="*primary_600",
    button_primary_background_fill_hover_dark="*primary_700",
    button_secondary_background_fill_hover_dark="*primary_700",
    checkbox_label_background_fill_selected="*primary_600",
    link_text_color_dark="*primary_300",
    link_text_color_visited_dark="*primary_300",
)
