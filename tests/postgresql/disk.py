"""A small disk that can be filled: memory, mounted where nobody else sees it."""

import errno
import os
import subprocess
from pathlib import Path

from cluster import OTHER, Place

MEBIBYTE = 1024 * 1024


class Disk:
    """A disk of so many MiB. It lies in the namespace of a process that does nothing, and is reached through that."""

    def __init__(self, place: Place, mebibytes: int):
        at = place.directory("disk")
        mount = f'mount -t tmpfs -o size={mebibytes}m,mode=0777 tmpfs "{at}"'
        if os.geteuid() == 0:
            way = ["unshare", "--mount"]
            # As the server's user: only a process of the same one may look into the namespace.
            keep = "exec setpriv --reuid=nobody --regid=nogroup --clear-groups cat"
        else:
            way, keep = ["unshare", "--user", "--map-root-user", "--mount"], "exec cat"
        self.keeper = subprocess.Popen(
            [*way, "sh", "-c", f"{mount} && echo mounted && {keep}"],
            cwd="/", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.keeper.stdout.readline().strip() == "mounted", "no disk could be mounted in a namespace"
        self.path = Path(f"/proc/{self.keeper.pid}/root{at}")
        self.ballast = self.path / "ballast"

    def directory(self, name: str) -> Path:
        """A new directory on it, for the server."""
        path = self.path / name
        subprocess.run(["mkdir", "-m", "700", path], check=True, cwd="/", **OTHER)
        return path

    def fill(self, but: int) -> None:
        """Fills it but for so many bytes."""
        free = os.statvfs(self.path)
        size = max(free.f_bavail * free.f_bsize - but, 0)
        try:
            with self.ballast.open("wb", buffering=0) as file:
                for written in range(0, size, MEBIBYTE):
                    file.write(bytes(min(MEBIBYTE, size - written)))
        except OSError as error:
            # The server took the rest meanwhile: it is full.
            if error.errno != errno.ENOSPC:
                raise

    def free(self) -> None:
        """Takes the ballast away."""
        self.ballast.unlink()

    def end(self) -> None:
        """The disk goes with its process."""
        self.keeper.stdin.close()
        self.keeper.wait(10)
        self.keeper.stdout.close()
