"""JupyterHub in front of peerbook: `jupyterhub -f jupyterhub_config.py`. See docs/deployment.md.

All that differs from place to place comes from the environment, so this file can stay as it is:

PEERBOOK_HUB_URL       where browsers find the hub, as https://peerbook.kommune.example/
PEERBOOK_HUB_LOGIN     a file like this one that says how people log in; it has the last word
PEERBOOK_HUB_FOLDER    what the hub keeps, and the home of each user's server; 0700
PEERBOOK_HUB_PORT      where the proxy listens, on this machine only; TLS ends in front of it
PEERBOOK_STORE_URL     the one store of all users, on PostgreSQL
PEERBOOK_DATA          what lies beside the store, for all servers and for commands; 0700
PEERBOOK_KEY_FILE      its key, and PGPASSFILE the password of the database; 0600
"""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import peerbook.server

c = get_config()  # noqa: F821 - JupyterHub defines it

os.umask(0o077)  # what the hub and its servers write is theirs alone
folder = Path(os.environ["PEERBOOK_HUB_FOLDER"]).resolve()
os.environ["PEERBOOK_DATA"]  # asked for here, or backups would lie in each user's own folder
shared = ("PEERBOOK_STORE_URL", "PEERBOOK_DATA", "PEERBOOK_KEY_FILE", "PGPASSFILE")

# -- where it is -----------------------------------------------------------------------------------

url = os.environ["PEERBOOK_HUB_URL"]
port = os.environ.get("PEERBOOK_HUB_PORT", "8000")
c.JupyterHub.public_url = url
c.JupyterHub.bind_url = f"http://127.0.0.1:{port}{urlsplit(url).path or '/'}"
c.JupyterHub.db_url = f"sqlite:///{folder / 'hub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(folder / "cookie-secret")
c.ConfigurableHTTPProxy.pid_file = str(folder / "proxy.pid")
look = Path(peerbook.server.__file__).parent / "template" / "static"  # the pages' own
c.JupyterHub.template_paths = [str(Path(__file__).parent / "templates"), str(look)]
# Below, lines of the logs name who asked, and for what.
c.JupyterHub.log_level = "ERROR"
c.ConfigurableHTTPProxy.log_level = "warn"

# -- who comes in ----------------------------------------------------------------------------------

# Peerbook knows people by the hub's names, and servers keep their files under them.
c.Authenticator.username_pattern = r"[^\W\d_][\w.-]{1,19}\Z"
# As long as a login of peerbook may last. One that is not used ends earlier, and the hub asks anew
# before the next.
c.JupyterHub.cookie_max_age_days = 0.5

# -- the servers -----------------------------------------------------------------------------------

# All servers run as the system user of the hub, which nobody logs in as. JupyterHub warns of this
# spawner, since notebooks run whatever their users write. Peerbook's pages run nothing of a user's,
# and who may see what is kept by the store. So this is what `peerbook serve` is on one machine; the
# key and the password of the database are readable to one system user, and to no person.
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = str(folder / "users" / "{username}")
c.Spawner.cmd = [sys.executable, "-m", "peerbook", "serve", "--hub"]
c.Spawner.environment = {name: os.environ[name] for name in shared if name in os.environ}
c.Spawner.http_timeout = c.Spawner.start_timeout = 60
c.JupyterHub.implicit_spawn_seconds = 0.1  # nobody needs to know that servers start and stop

# A server that has not been used for an hour ends; the next visit starts it again.
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "services": ["idle-culler"],
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    }
]
c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [
            *(sys.executable, "-m", "jupyterhub_idle_culler"),
            *("--timeout=3600", "--IdleCuller.log_level=ERROR"),
        ],
    }
]

# -- what the place decides itself -----------------------------------------------------------------

load_subconfig(os.environ["PEERBOOK_HUB_LOGIN"])  # noqa: F821 - JupyterHub defines it
