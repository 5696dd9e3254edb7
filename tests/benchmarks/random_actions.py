"""Does many random actions on the page, and compares page, link and run after each.

    python -m tests.benchmarks.random_actions --seeds 5 --actions 200

This prints a line for each seed, and any differences. The tests make shorter walks.
"""

import argparse
import time

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect

from tests.helpers.browser_page import PATIENCE, new_page
from tests.helpers.chromium import chromium
from tests.helpers.random_actions import PAGE, Walk
from tests.helpers.server import serving


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--actions", type=int, default=200)
    arguments = parser.parse_args()
    expect.set_options(timeout=PATIENCE)
    with serving(PAGE) as (address, _), chromium() as browser:
        for seed in range(arguments.first, arguments.first + arguments.seeds):
            page = new_page(browser)
            page.set_default_timeout(PATIENCE)
            walk = Walk(page, f"http://{address}", seed)
            began = time.perf_counter()
            try:
                walk.go(arguments.actions)
            except (AssertionError, PlaywrightError) as error:
                print(
                    f"seed {seed}, action {len(walk.done)}: {walk.done[-12:]}\n{str(error)[-1500:]}"
                )
            else:
                seconds = time.perf_counter() - began
                print(f"seed {seed}: {arguments.actions} actions agree, {seconds:.0f} s")
            page.close()


if __name__ == "__main__":
    main()
