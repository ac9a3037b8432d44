import { SARIF_LIMITS } from '../../../lib/contracts/audit';

/**
 * The path inside the repository that a SARIF `uri` means, in one form. Undefined for anything else: an absolute path,
 * a URL, a path with `..`, or a path that programs interpret differently.
 */
export function repositoryPath(uri: string): string | undefined {
  let path: string;
  try {
    path = decodeURIComponent(uri);
  } catch {
    return undefined;
  }
  // A colon before the first slash would be a scheme or a drive.
  const strange = /[\u0000-\u001f\u007f\\]|^[^/]*:/.test(path) || /[?#]/.test(uri);
  if (strange || path.startsWith('/') || path.length > SARIF_LIMITS.path) return undefined;
  const segments = path.split('/').filter((segment) => segment !== '.' && segment !== '');
  if (segments.length === 0 || segments.includes('..')) return undefined;
  return segments.join('/');
}
