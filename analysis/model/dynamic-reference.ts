import { concat, textKey, textOf } from './compose-text';
import type { OpaqueHole, Place, Text } from './text';

const START = '{{resolve:';
const END = '}}';

/** Whether CloudFormation puts a value into a text that is written out. */
export function hasDynamicReference(text: string): boolean {
  return text.includes(START);
}

/** A text with each `{{resolve:…}}` as a hole: CloudFormation puts in a value that no template holds. */
export function withDynamicReferences(text: Text, place: Place): Text {
  if (!text.some((part) => typeof part === 'string' && hasDynamicReference(part))) {
    return text;
  }
  let done: Text = [];
  let open: Text | undefined;
  for (const part of text) {
    if (typeof part !== 'string') {
      [done, open] = open ? [done, concat(open, [part])] : [concat(done, [part]), undefined];
      continue;
    }
    for (let rest = part; rest !== '';) {
      const until = open ? rest.indexOf(END) : rest.indexOf(START);
      const end = until < 0 ? rest.length : open ? until + END.length : until;
      const piece = textOf(rest.slice(0, end));
      rest = rest.slice(end);
      if (!open) {
        done = concat(done, piece);
        open = until < 0 ? undefined : [];
      } else {
        open = concat(open, piece);
        if (until >= 0) {
          done = concat(done, [dynamicReference(open, place)]);
          open = undefined;
        }
      }
    }
  }
  return open ? concat(done, open) : done;
}

function dynamicReference(inner: Text, origin: Place): OpaqueHole {
  const written = inner.map((part) => (typeof part === 'string' ? part : `\${${part.key}}`)).join('');
  return {
    kind: 'unreadable',
    key: `dynamic ${textKey(inner)}`,
    excludes: '',
    from: inner,
    printed: written,
    unreadable: { origin, reason: 'dynamic reference', hint: `${written} is filled in at deployment` },
  };
}
