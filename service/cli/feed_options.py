"""Options that the commands about feeds share."""

from __future__ import annotations

import click

workspace_option = click.option("--workspace", default="default", show_default=True, help="In which workspace.")
tag_option = click.option("--tag", "tags", multiple=True, help='A tag that rules can name as "tag:...". May be given several times.')
alert_option = click.option("--alert-existing", is_flag=True, help="Alert what the feeds hold already, too.")
