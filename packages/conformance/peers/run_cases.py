"""The loop of a client under test in Python: PROGRAM URL COUNT AGENT."""

import asyncio
import os
import sys
from urllib.parse import quote

AT_A_TIME = int(os.environ.get("AT_A_TIME", "16"))
# A client that does not notice the end of its connection must not hold up the others.
PATIENCE_S = 60


async def run_cases(connect):
    base, count, agent = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    numbers = iter(range(1, count + 1))

    async def work():
        for number in numbers:
            url = f"{base}/runCase?case={number}&agent={quote(agent)}"
            try:
                await asyncio.wait_for(connect(url), PATIENCE_S)
            except Exception:
                pass

    await asyncio.gather(*(work() for _ in range(AT_A_TIME)))
