/**
 * Whether a path is one of those that patterns name: `*` and `?` match inside a directory, `**` matches any number of
 * directories, and all other characters match literally.
 */
export function pathMatcher(patterns: readonly string[]): (path: string) => boolean {
  const forms = patterns.map(formOf);
  return (path) => forms.some((form) => form.test(path));
}

function formOf(pattern: string): RegExp {
  const source = (pattern.match(/\*\*\/|\*\*|\*|\?|[^*?]+/g) ?? []).map((piece) => {
    switch (piece) {
      case '**/':
        return '(?:[^/]+/)*';
      case '**':
        return '.*';
      case '*':
        return '[^/]*';
      case '?':
        return '[^/]';
      default:
        return piece.replace(/[.+^${}()|[\]\\]/g, '\\$&');
    }
  });
  return new RegExp(`^${source.join('')}$`, 's');
}
