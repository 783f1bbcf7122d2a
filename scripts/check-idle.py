#!/usr/bin/env python3
"""What a run costs that has nothing to do: over a tree of 10,000 transcripts that were all delivered,
beside `find -printf` over the same tree. Fails where it takes more than four times as long, on the
clock or of the processor, or opens a transcript (seen with strace, where that is installed)."""

import argparse
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROJECTS, SESSIONS, RUNS, MOST = 100, 100, 15, 4.0


def write_tree(projects: pathlib.Path) -> None:
    for project in range(PROJECTS):
        folder = projects / f"-home-ada-p{project:03}"
        folder.mkdir(parents=True)
        for number in range(SESSIONS):
            session = f"{project:08x}-{number:04x}-4000-8000-000000000000"
            head = f'{{"sessionId":"{session}","cwd":"/home/ada/p{project:03}","timestamp":"2026-03-01T10:00:0'
            (folder / f"{session}.jsonl").write_text(
                f'{head}0Z","type":"user","uuid":"{session[:-1]}1","message":{{"role":"user","content":"prompt"}}}}\n'
                f'{head}1Z","type":"assistant","uuid":"{session[:-1]}2","message":{{"id":"msg_{session}","model":"m",'
                f'"stop_reason":"end_turn","content":[],"usage":{{"input_tokens":1,"output_tokens":60}}}}}}\n')


def least(command: list[str]) -> tuple[float, float]:
    """The shortest of several runs, and the one that took the processor least, in milliseconds."""
    clock, processor = [], []
    for _ in range(RUNS):
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        clock.append(1e3 * (time.perf_counter() - began))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor.append(1e3 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
    return min(clock), min(processor)


def opened(command: list[str], folder: pathlib.Path) -> int:
    log = folder / "strace"
    subprocess.run(["strace", "-f", "-e", "trace=open,openat", "-o", log, *command], check=True)
    return sum(".jsonl\"" in line and "projects/" in line for line in log.read_text(errors="replace").splitlines())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", metavar="PATH", type=pathlib.Path, default=ROOT / "target/release/moda-agent")
    binary = parser.parse_args().binary.resolve()
    with tempfile.TemporaryDirectory(prefix="moda-agent-idle-") as name:
        folder = pathlib.Path(name)
        write_tree(folder / "projects")
        os.environ |= {"XDG_CONFIG_HOME": name, "XDG_STATE_HOME": name}
        run = [str(binary), "upload", "-q", "--endpoint", f"file:{folder}/spans", str(folder / "projects")]
        subprocess.run(run, check=True)
        find = least(["find", str(folder / "projects"), "-printf", "%p %i %s %T@\n"])
        idle = least(run)
        ratios = [one / other for one, other in zip(idle, find)]
        print(f"find        {find[0]:6.1f} ms  {find[1]:6.1f} ms of the processor")
        print(f"moda-agent  {idle[0]:6.1f} ms  {idle[1]:6.1f} ms of the processor")
        print(f"times       {ratios[0]:6.1f}     {ratios[1]:6.1f}, at most {MOST} are wanted")
        files = opened(run, folder) if shutil.which("strace") else None
        print("opened      not known, without strace" if files is None else f"opened      {files} transcripts")
    return 1 if max(ratios) > MOST or files else 0


if __name__ == "__main__":
    sys.exit(main())
