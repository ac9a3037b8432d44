import type { Hole, Text } from './text';

/**
 * A text for messages and pages: `${<stack id>#<logical id>}` for `Ref`, `${<stack id>#<logical id>.<attribute>}` for
 * `Fn::GetAtt`, and `${…}` without a `#` for everything else that only the deployment knows.
 */
export function printed(text: Text): string {
  return text.map((part) => (typeof part === 'string' ? part : printedHole(part))).join('');
}

function printedHole(hole: Hole): string {
  if (hole.kind === 'reference') {
    return `\${${hole.key}}`;
  }
  if (hole.printed !== undefined) {
    return hole.printed;
  }
  const name = hole.key.slice(hole.key.indexOf('#') + 1);
  return `\${${hole.kind === 'parameter' ? `parameter ${name}` : name}}`;
}
