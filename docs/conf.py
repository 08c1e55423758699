"""How the documentation is built: `make docs`. A warning is an error."""

import sys
from pathlib import Path

import numguard

sys.path.insert(0, str(Path(__file__).parent))

project = "numguard"
author = "the numguard authors"
copyright = author  # noqa: A001 - the name that Sphinx reads
version = release = numguard.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "closed_list", "traps", "written_lists"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "numguard"
html_static_path: list[str] = []
html_copy_source = False

# Links to headings are checked: a renamed heading breaks the build, not the published page.
myst_heading_anchors = 4

# Docstrings put names in single backticks, as the rest of the project does.
default_role = "code"
add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_mock_imports = ["pyspark"]  # installed only in the environments of the engines
napoleon_use_rtype = False
