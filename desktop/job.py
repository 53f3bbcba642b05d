"""A job object of Windows: what a child process may take, and its end when its parent ends.

It hides the calls into kernel32 and ntdll. A child starts suspended and runs only once the job holds it, so that
neither it nor what it starts (the launcher of a virtual environment starts the real Python) is ever outside.
"""

from __future__ import annotations

import ctypes
import subprocess
import sys
import weakref
from ctypes import wintypes

assert sys.platform == "win32"

SUSPENDED = 0x4
"""CREATE_SUSPENDED, for `creationflags`."""
_EXTENDED_LIMIT_INFORMATION = 9
_PROCESS_MEMORY = 0x100
_DIE_ON_UNHANDLED_EXCEPTION = 0x400
_KILL_ON_JOB_CLOSE = 0x2000
_TERMINATE_SET_QUOTA_SUSPEND_RESUME = 0x1 | 0x100 | 0x800


class _BasicLimits(ctypes.Structure):
    _fields_ = (
        ("PerProcessUserTimeLimit", wintypes.LARGE_INTEGER),
        ("PerJobUserTimeLimit", wintypes.LARGE_INTEGER),
        ("LimitFlags", wintypes.DWORD),
        ("MinimumWorkingSetSize", ctypes.c_size_t),
        ("MaximumWorkingSetSize", ctypes.c_size_t),
        ("ActiveProcessLimit", wintypes.DWORD),
        ("Affinity", ctypes.c_size_t),
        ("PriorityClass", wintypes.DWORD),
        ("SchedulingClass", wintypes.DWORD),
    )


class _ExtendedLimits(ctypes.Structure):
    _fields_ = (
        ("BasicLimitInformation", _BasicLimits),
        ("IoInfo", ctypes.c_ulonglong * 6),
        ("ProcessMemoryLimit", ctypes.c_size_t),
        ("JobMemoryLimit", ctypes.c_size_t),
        ("PeakProcessMemoryUsed", ctypes.c_size_t),
        ("PeakJobMemoryUsed", ctypes.c_size_t),
    )


_kernel = ctypes.WinDLL("kernel32", use_last_error=True)
_kernel.CreateJobObjectW.restype = wintypes.HANDLE
_kernel.CreateJobObjectW.argtypes = (wintypes.LPVOID, wintypes.LPCWSTR)
_kernel.SetInformationJobObject.argtypes = (wintypes.HANDLE, ctypes.c_int, wintypes.LPVOID, wintypes.DWORD)
_kernel.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
_kernel.OpenProcess.restype = wintypes.HANDLE
_kernel.OpenProcess.argtypes = (wintypes.DWORD, wintypes.BOOL, wintypes.DWORD)
_kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
_resume = ctypes.WinDLL("ntdll").NtResumeProcess
_resume.argtypes = (wintypes.HANDLE,)


class Job:
    """Holds one child; `memory` bounds, in bytes, what each process in it may commit."""

    def __init__(self, memory: int) -> None:
        self._handle = _sure(_kernel.CreateJobObjectW(None, None))
        self._end = weakref.finalize(self, _kernel.CloseHandle, self._handle)
        limits = _ExtendedLimits()
        # A crash must not put up a dialog that waits for somebody, so: die on an unhandled exception.
        limits.BasicLimitInformation.LimitFlags = _PROCESS_MEMORY | _DIE_ON_UNHANDLED_EXCEPTION | _KILL_ON_JOB_CLOSE
        limits.ProcessMemoryLimit = memory
        size = ctypes.sizeof(limits)
        _sure(_kernel.SetInformationJobObject(self._handle, _EXTENDED_LIMIT_INFORMATION, ctypes.byref(limits), size))

    def hold(self, process: subprocess.Popen[bytes]) -> None:
        """Take in a child that was started SUSPENDED and let it run; raise OSError after killing it."""
        child = None
        try:
            child = _sure(_kernel.OpenProcess(_TERMINATE_SET_QUOTA_SUSPEND_RESUME, False, process.pid))
            _sure(_kernel.AssignProcessToJobObject(self._handle, child))
            if status := _resume(child):
                raise OSError(f"NtResumeProcess: {status & 0xFFFFFFFF:#x}")
        except OSError:
            process.kill()
            raise
        finally:
            if child is not None:
                _kernel.CloseHandle(child)

    def close(self) -> None:
        """End what still runs in it; so does its last reference, and the end of this process, however it ends."""
        self._end()


def _sure(result: int | None) -> int:
    """Return a call's result, or raise what it left as its error."""
    if not result:
        raise ctypes.WinError(ctypes.get_last_error())
    return result
