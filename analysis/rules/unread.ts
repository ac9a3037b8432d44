import type { Resource } from '../model/assembly';
import type { TemplateModel } from '../model/template-model';
import type { Hole, Text, Unreadable } from '../model/text';
import type { Declared } from './declared';
import { type Finding, type Located, placeOf } from './finding';

export interface Met {
  readonly unreadable: Unreadable;
  readonly subjects: Set<string>;
  /** The place where it was found first. */
  readonly at: Located | undefined;
  readonly texts: Text[];
}

/** The values that questions found and that can't be read, by origin. */
export class Unread {
  private readonly byOrigin = new Map<string, Met>();

  constructor(private readonly model: TemplateModel) {}

  public note(
    subject: string,
    at: Located | undefined,
    ...met: readonly (Unreadable | Hole | Text | undefined)[]
  ): void {
    for (const each of met) {
      for (const [unreadable, text] of unreadablesIn(each)) {
        const key = originKey(unreadable);
        let known = this.byOrigin.get(key);
        if (!known) {
          known = { unreadable, subjects: new Set(), at, texts: [] };
          this.byOrigin.set(key, known);
        }
        known.subjects.add(subject);
        if (text) {
          known.texts.push(text);
        }
      }
    }
  }

  /** All of these values, with the subjects that they could affect. */
  public all(): readonly Pick<Met, 'unreadable' | 'subjects'>[] {
    return [...this.byOrigin.values()];
  }

  /** One finding for each origin that isn't declared. */
  public *findings(declared: Declared): Iterable<Finding> {
    for (const { unreadable, subjects } of this.model.unread()) {
      subjects.forEach((subject) => this.note(subject, undefined, unreadable));
    }
    for (const { unreadable, subjects, at, texts } of this.byOrigin.values()) {
      const user = at && placeOf(at).resource;
      const isDeclared =
        declared.unreadable(unreadable, ...texts) ||
        (user !== undefined && unreadable.origin.resource === undefined && declared.part(user));
      if (!isDeclared) {
        const names = [...subjects].map((subject) => this.nameOf(subject)).sort();
        const { preset } = unreadable;
        yield {
          at: unreadable.origin.resource || !at ? unreadable.origin : at,
          subject: originKey(unreadable),
          // The default is judged like any other value. The finding says that another value can be passed.
          ...(preset === undefined
            ? { says: `${sentence(unreadable)}, and it could touch ${list(names)}` }
            : { says: `${ofDefault(unreadable)}, and it could touch ${list(names)}`, severity: 'warning' }),
          ...(at && unreadable.origin.resource === undefined ? { related: [unreadable.origin] } : {}),
          data: { origin: originKey(unreadable), subjects: [...subjects].sort() },
        };
      }
    }
  }

  private nameOf(subject: string): string {
    const resource: Resource | undefined = this.model.resource(subject.replace(/^agent /, ''));
    return resource ? (resource.constructPath ?? resource.logicalId) : subject;
  }
}

/** The sentence about a value that can't be read. Names of functions keep their case. */
function sentence({ hint, reason }: Unreadable): string {
  const text = hint.replace(/\.$/, '');
  return reason === 'malformed' ? `This can't be read: ${lowerFirst(text)}` : `This can't be read: ${text}`;
}

/** Of a parameter, the hint is `parameter Stage is given at deployment`. */
function ofDefault({ hint }: Unreadable): string {
  return `Only the default was judged: ${hint}, where another value can be passed`;
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

const MOST_NAMES = 3;

function list(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).join(', ');
  return names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown;
}

/** One key for each place, parameter or export. Things outside of the assembly with the same name have one key. */
function originKey({ origin, reason, hint }: Unreadable): string {
  const { stack, resource, path } = origin;
  const isNamed = reason === 'dynamic reference' || (reason === 'outside the assembly' && path !== 'Type');
  return isNamed ? `${stack.id} ${hint}` : `${resource?.id ?? stack.id} ${path}`;
}

function unreadablesIn(met: Unreadable | Hole | Text | undefined): [Unreadable, Text | undefined][] {
  if (met === undefined) {
    return [];
  }
  if ('reason' in met) {
    return [[met, undefined]];
  }
  const text = Array.isArray(met) ? (met as Text) : [met as Hole];
  return text.flatMap((part): [Unreadable, Text][] =>
    typeof part !== 'string' && part.kind !== 'reference' && part.unreadable ? [[part.unreadable, text]] : [],
  );
}
