"""Runs one command and prints its cost: seconds of the processor, seconds on the clock, bytes at the peak.

A process of its own, and a small one: the peak that the kernel knows of a command begins with the peak of the
process that started it. What the command prints goes into a file. Its exit code becomes this one's.
"""

import os
import sys
import time


def launch(output: str, errors: str, command: list[str]) -> int:
    actions = [
        (os.POSIX_SPAWN_OPEN, file, path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        for file, path in [(1, output), (2, errors)]
    ]
    began = time.perf_counter()
    process = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
    _, status, usage = os.wait4(process, 0)
    wall = time.perf_counter() - began
    print(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(launch(sys.argv[1], sys.argv[2], sys.argv[3:]))
