import argparse
import sys

from lantern_site.local import launcher

parser = argparse.ArgumentParser(prog="python -m lantern_site.local", description="Run Lantern on this machine.")
parser.add_argument("--port", type=int, default=8000, help="where the pages are (default 8000)")
sys.exit(launcher.main(parser.parse_args().port))
