"""Measure a packet of 500 records with 300 certificates: its time, its memory and its size.

It makes the ledger and the certificates, one page of text and a picture each, in a temporary
folder. It prints and never fails.
"""

import io
import os
import subprocess
import sys
import tempfile
import time
from typing import Final

from fpdf import FPDF
from PIL import Image

RECORDS: Final = 500
CERTIFICATES: Final = 300
MEASURED: Final = """\
import resource, sys
from cmeledger.cli.main import Io, main
code = main(sys.argv[1:], Io(sys.stdout, sys.stderr, {}))
own, aside = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
used = own.ru_utime + own.ru_stime + aside.ru_utime + aside.ru_stime
print(
    f"{used:.1f} s of the processor, exit {code}, at most {own.ru_maxrss // 1024} MB of memory, "
    f"and {aside.ru_maxrss // 1024} MB in the process that reads certificates"
)
"""


def certificate(number: int) -> bytes:
    """Make a certificate: a page with a line of text and a picture of a page's grain."""
    paper = FPDF()
    paper.set_compression(True)
    paper.add_page()
    paper.set_font("helvetica", size=16)
    paper.cell(text=f"Certificate {number}")
    picture = io.BytesIO()
    Image.effect_noise((300, 400), 20 + number % 7).save(picture, "JPEG")
    paper.image(picture, y=40, w=150)
    return bytes(paper.output())


def ledger() -> str:
    """Write a ledger of one cycle; the first records have a certificate each."""
    lines = ['format = 1\n[physician]\nname = "Test Sample, MD"\nbirthday = "05-10"\n']
    lines.append('[[license]]\njurisdiction = "MA"\nnumber = "1"\nrenewal-date = 2026-05-10\n')
    for number in range(RECORDS):
        day = f"202{4 + number % 2}-{6 + number % 7:02}-{1 + number % 28:02}"
        lines.append(
            f'[[activity]]\nid = "r{number}"\ndate = {day}\ntitle = "Course number {number}"\n'
            f'provider = "A school"\ncategory = 1\ncredits = 0.5\n'
        )
        if number < CERTIFICATES:
            lines.append(f'evidence = ["evidence/{number}.pdf"]\n')
    return "".join(lines)


def main() -> None:
    """Make the ledger, then each form of the packet."""
    source = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "src")
    env = {**os.environ, "PYTHONPATH": source}
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "evidence"))
        for number in range(CERTIFICATES):
            with open(os.path.join(folder, "evidence", f"{number}.pdf"), "wb") as file:
                file.write(certificate(number))
        with open(os.path.join(folder, "cme.toml"), "w", encoding="utf-8") as text:
            text.write(ledger())
        for options in ([], ["--format", "html"], ["--zip"]):
            out = os.path.join(folder, "out")
            command = ["packet", os.path.join(folder, "cme.toml"), "--as-of", "2026-03-01"]
            began = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-c", MEASURED, *command, "--force", "-o", out, *options],
                env=env,
                capture_output=True,
                text=True,
                check=True,
            )
            taken = time.perf_counter() - began
            size = os.path.getsize(out) / 1e6
            said = done.stdout.strip().split("\n")[-1]
            print(f"{' '.join(options) or 'pdf':<14} {taken:5.1f} s, {said}, {size:.1f} MB")


if __name__ == "__main__":
    main()
