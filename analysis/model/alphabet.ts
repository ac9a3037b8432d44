/**
 * Characters that values can't contain. Only characters that matter as delimiters or wildcards are listed: an alphabet
 * answers "could the value hold this delimiter?".
 */
const PRINTABLE = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at));

function without(allowed: RegExp): string {
  return PRINTABLE.filter((character) => !allowed.test(character)).join('');
}

/** A number: an account id. */
export const DIGITS = without(/[0-9]/);
/** A part of a UUID. */
export const HEXADECIMAL = without(/[0-9a-f]/);
/** Letters, digits and `-`: Regions, stacks, most generated ids. */
export const WORDS = without(/[A-Za-z0-9-]/);
/** Letters, digits, `-` and `_`: functions, machines, queues (with `.` for FIFO). */
export const NAMES = without(/[A-Za-z0-9_.-]/);
/** Names of IAM: letters, digits and `+=,.@-_`. */
export const IAM_NAMES = without(/[A-Za-z0-9+=,.@_-]/);
/** Letters, digits and `/_.#-`: log groups, secrets, parameters, repositories. */
export const PATHS = without(/[A-Za-z0-9/_.#+=@-]/);
/** A value of a resource of which only one thing is known: it has no wildcard. */
export const NO_WILDCARD = '*? ';
/** An ARN: no wildcard, no space, no quote. */
export const ARN = `${NO_WILDCARD}"'<>\\`;
