"""Where the frozen program starts. Also imported by its engine process, which must not open a window."""

import multiprocessing
import sys

if __name__ == "__main__":
    multiprocessing.freeze_support()
    from app.__main__ import main

    sys.exit(main())
