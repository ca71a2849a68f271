"""How the documentation is built: `make docs`."""

import sys
from pathlib import Path

import crossworld

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "crossworld"
author = "The crossworld developers"
copyright = f"{author}, MIT licence"
release = version = crossworld.__version__

extensions = [
    "environments",  # ours: a page for each registered id
    "floorplans",  # ours: a drawing for each family of rooms
    "frames",  # ours: what some moments of games look like
    "wrappers",  # ours: the table of wrappers
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
]
exclude_patterns = ["_build", "tables"]

# Docstrings are written with `single` backticks.
default_role = "code"
myst_enable_extensions = ["attrs_block", "colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 80
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_custom_sections = [("Keys", "params_style")]

# Links into other projects would need their inventories, hence a network, at build time.
nitpicky = True
nitpick_ignore_regex = [
    ("py:.*", r"(gym|gymnasium|np|numpy|collections|typing|pathlib|typing_extensions)\..*"),
    ("py:.*", r"(os\.PathLike|terminations|.*\.CleanRLEnvs)"),
    ("py:.*", r"(Any|Path|Protocol|TypedDict|NDArray|optional|int8|W)"),
    ("py:.*", r".*\.(parts|controllers)\..*"),  # private to the package
    ("py:class", r"crossworld\.envs\.household\.game\.Game"),  # the same
    # Not in that module's scope.
    (
        "py:exc",
        "(ResetNeeded|DependencyNotInstalled|(Protocol|Suite|Agent|Adapter|Dataset|Tokenizer|Embedder)Error)",
    ),
]

html_theme = "furo"
pygments_dark_style = "github-dark"
html_title = "crossworld"
html_logo = "_static/logo.svg"
html_favicon = "_static/logo.svg"
html_static_path = ["_static"]
html_css_files = ["custom.css"]
html_show_sphinx = False
html_copy_source = False
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#2f6f4f",
        "color-brand-content": "#2a6a8e",
        "color-api-name": "#2f6f4f",
        "color-api-pre-name": "#2f6f4f",
    },
    "dark_css_variables": {
        "color-brand-primary": "#7fc8a0",
        "color-brand-content": "#7fb8dc",
        "color-api-name": "#7fc8a0",
        "color-api-pre-name": "#7fc8a0",
    },
}
copybutton_prompt_text = r"\$ "
copybutton_prompt_is_regexp = True
