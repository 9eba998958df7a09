"""`python -m eagerc`."""

import sys

from eagerc.cli.main import main

sys.exit(main())
