/** Texts of the C library, which clients and people see; Node has only the names. */
const texts: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied', EDQUOT: 'Disk quota exceeded', EFBIG: 'File too large', EIO: 'Input/output error', EADDRINUSE: 'Address already in use', EADDRNOTAVAIL: 'Cannot assign requested address', EEXIST: 'File exists', EINVAL: 'Invalid argument',
  EISDIR: 'Is a directory', ENAMETOOLONG: 'File name too long', ENOENT: 'No such file or directory', ENOSPC: 'No space left on device', ENOTDIR: 'Not a directory',
  ENOTFOUND: 'Name or service not known', EPERM: 'Operation not permitted', EROFS: 'Read-only file system',
};

/** The code of a system error, or ''. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** What C's strerror says of an error. */
export function systemError(error: unknown): string {
  return texts[codeOf(error)] ?? (error instanceof Error ? error.message : String(error));
}
