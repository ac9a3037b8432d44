import { printed } from '../model/printed-text';
import type { Text } from '../model/text';
import type { Declaration } from './read-declarations';

/** A declaration as text. */
export interface Decision {
  /** The kind and what it is about: `egress 10.20.0.0/16:443 (Network/Network)`. */
  readonly what: string;
  /** The reason, with the end of the declaration. */
  readonly reason: string;
  /** Id of the stack whose template has it. */
  readonly stack: string;
}

/** A declaration as text for reports. */
export function decisionOf(declaration: Declaration): Decision {
  const { reason, expires, place } = declaration;
  return {
    what: titleOf(declaration, printed),
    reason: expires === undefined ? reason : `${reason} (until ${expires})`,
    stack: place.stack.id,
  };
}

/** The kind of a declaration and what it is about. */
export function titleOf(declaration: Declaration, write: (text: Text) => string): string {
  const { kind, subject } = declaration;
  return [kind, ...about(declaration, write), ...(subject === undefined ? [] : [`(${subject})`])].join(' ');
}

function about({ kind, texts, principals }: Declaration, write: (text: Text) => string): string[] {
  const said = (key: string) => (texts.get(key) ?? []).map((text) => write(text)).join(', ');
  switch (kind) {
    case 'action':
      return [`${said('action')}${said('resources') && ` on ${said('resources')}`}`];
    case 'egress':
      return [`${said('peer')}:${said('port') || '443'}`];
    case 'principal':
      return [principals.map(({ name }) => write(name)).join(', ')];
    default:
      return [];
  }
}
