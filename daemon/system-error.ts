import { LabError } from '../lib/lab/fabric.ts';

/** What a system's error means, what mends it, and whether the person or the machine is to do so. */
interface Meaning {
  readonly reason: string;
  readonly remedy?: string;
  readonly status: 2 | 3;
}

const meanings: Readonly<Record<string, Meaning>> = {
  ENOENT: { reason: 'there is no such file or folder', status: 2 },
  ENOTDIR: { reason: 'a part of this path is no folder', status: 2 },
  EISDIR: { reason: 'this is a folder', status: 2 },
  EEXIST: { reason: 'something of this name is there already', status: 2 },
  EROFS: { reason: 'this file system is read-only', remedy: 'choose another place', status: 2 },
  ENAMETOOLONG: { reason: 'this name is too long', status: 2 },
  ENXIO: { reason: 'nobody reads there', status: 2 },
  EACCES: { reason: 'permission is denied', remedy: 'choose another place, or run as root', status: 3 },
  EPERM: { reason: 'permission is denied', remedy: 'choose another place, or run as root', status: 3 },
  ENOSPC: { reason: 'there is no space left', remedy: 'make room, or choose another place', status: 3 },
  EDQUOT: { reason: 'there is no space left', remedy: 'make room, or choose another place', status: 3 },
  EMFILE: { reason: 'too many files are open', remedy: 'raise the limit: ulimit -n', status: 3 },
  EADDRINUSE: { reason: 'somebody listens there already', remedy: 'choose another port', status: 2 },
  EADDRNOTAVAIL: {
    reason: 'this machine does not have that address',
    remedy: 'ip address lists those it has',
    status: 2,
  },
  ENOTFOUND: { reason: 'there is no host of that name', status: 2 },
  EAI_AGAIN: { reason: 'nobody answers for that name', status: 3 },
};

/** Whether an error is one that the system told: of a file, or of a socket. */
export const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'code' in error && 'syscall' in error;

/**
 * `cannot listen at 127.0.0.1:80: permission is denied; choose another place, or run as root`.
 *
 * @param what what was being done, and where
 */
export function systemError(what: string, error: NodeJS.ErrnoException): LabError {
  const { reason, remedy, status } = meanings[error.code ?? ''] ?? { reason: error.message, status: 2 };
  return new LabError(`cannot ${what}: ${reason}${remedy === undefined ? '' : `; ${remedy}`}`, status);
}

/** As `systemError`, for one that nobody expected where it came up: place and deed are as the system tells them. */
export function unexpectedSystemError(error: NodeJS.ErrnoException): LabError {
  const {
    syscall = 'go on',
    path,
    address,
    port,
  } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  const place = path ?? (address === undefined ? undefined : `${address}${port === undefined ? '' : `:${port}`}`);
  return systemError(place === undefined ? syscall : `${syscall} '${place}'`, error);
}
