import { readText } from '../../analysis/files/read-text';
import { UsageError } from './command';

/** More than any file that this program writes. */
const MOST_BYTES = 256 * 1024 * 1024;

/**
 * Reads a JSON file that the user names.
 *
 * @param what the content that the file must have, for the fix
 * @throws UsageError with the file
 */
export function readJsonFile(file: string, what: string): unknown {
  try {
    return JSON.parse(readText(file, MOST_BYTES)) as unknown;
  } catch (problem) {
    throw new UsageError(`${file} can't be read as JSON: ${(problem as Error).message}. Fix: give ${what}.`);
  }
}
