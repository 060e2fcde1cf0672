"""Become another program that ends when its supervisor ends: launch.py SUPERVISOR SIGNAL UID GID COMMAND…

It runs as a script of its own between fork and exec, because a function there could deadlock beside threads.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Take the user asked for (-1 keeps it), ask for the death signal, and become the command."""
    supervisor, signal_number, uid, gid = (int(word) for word in sys.argv[1:5])
    command = sys.argv[5:]
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        # Asked for after the change of user, which would clear it.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
        if os.getppid() != supervisor:
            sys.exit("The supervisor ended before this program could start.")
    try:
        os.execvp(command[0], command)  # noqa: S606
    except OSError as error:
        sys.exit(f"{command[0]} cannot be started: {error.strerror}.")


if __name__ == "__main__":
    main()
