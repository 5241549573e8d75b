"""Asks the web server beside it whether it is alive; `python -m lantern_site.probe` is the image's health check."""

import http.client
import os
import sys
from urllib.parse import urlsplit


def answers(port: int, site_url: str) -> bool:
    """Whether /healthz answers on this machine, when asked under the name that the site goes by."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", "/healthz", headers={"Host": urlsplit(site_url).netloc})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(not answers(8000, os.environ["SITE_URL"]))
