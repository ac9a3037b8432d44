/** IAM wildcards: `*` is any text, `?` one character. */

const compiled = new Map<string, RegExp>();

/**
 * Whether everything that `narrow` matches is matched by `wide`. A wildcard in `narrow` counts as a character that only a
 * wildcard of `wide` takes in, so the answer is never wrongly yes.
 */
export function covers(wide: string, narrow: string, ignoreCase = false): boolean {
  if (wide === '*' || wide === narrow) {
    return true;
  }
  if (!wide.includes('*') && !wide.includes('?')) {
    return ignoreCase && wide.length === narrow.length && wide.toLowerCase() === narrow.toLowerCase();
  }
  const flags = ignoreCase ? 'is' : 's';
  const key = `${flags}${wide}`;
  let expression = compiled.get(key);
  if (expression === undefined) {
    const source = wide
      .split('*')
      .map((part) => part.split('?').map(escaped).join('[^*]'))
      .join('.*');
    expression = new RegExp(`^${source}$`, flags);
    compiled.set(key, expression);
  }
  return expression.test(narrow);
}

/** Whether an action pattern covers another; IAM compares actions without regard to case. */
export function actionCovers(wide: string, narrow: string): boolean {
  return covers(wide, narrow, true);
}

export function hasWildcard(pattern: string): boolean {
  return /[*?]/.test(pattern.replace(/\$\{[^}]*\}/g, ''));
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
