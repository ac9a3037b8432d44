import { printed } from '../model/printed-text';
import type { Declaration } from './declared';

/** A declaration in words. */
export interface Decision {
  /** The kind and what it is about: `egress 10.20.0.0/16:443 (Network/Network)`. */
  readonly what: string;
  /** The reason, with its end. */
  readonly reason: string;
  /** Id of the stack whose template has it. */
  readonly stack: string;
}

/** What a declaration says, for whoever reads a report. */
export function decisionOf(declaration: Declaration): Decision {
  const { kind, subject, reason, expires, place } = declaration;
  return {
    what: [kind, ...about(declaration), ...(subject === undefined ? [] : [`(${subject})`])].join(' '),
    reason: expires === undefined ? reason : `${reason} (until ${expires})`,
    stack: place.stack.id,
  };
}

function about({ kind, texts, principals }: Declaration): string[] {
  const said = (key: string) => (texts.get(key) ?? []).map(printed).join(', ');
  switch (kind) {
    case 'action':
      return [`${said('action')}${said('resources') && ` on ${said('resources')}`}`];
    case 'egress':
      return [`${said('peer')}:${said('port') || '443'}`];
    case 'principal':
      return [principals.map(({ name }) => printed(name)).join(', ')];
    default:
      return [];
  }
}
