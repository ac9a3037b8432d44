import { literalOf, soleHole, textKey } from './compose-text';
import { FALSE, type Guard, TRUE, UNDECIDED } from './guard';
import { entriesOf } from './json';
import type { Origin } from './origin';
import type { TemplateReader } from './template-reader';
import type { Text } from './text';

/** The conditions of a stack as guards. */
export class StackConditions {
  private readonly known = new Map<string, Guard>();
  private readonly open = new Set<string>();

  constructor(private readonly reader: TemplateReader) {}

  /** When a condition holds. A condition that can't be read may hold or not. */
  public guard(name: string): Guard {
    const known = this.known.get(name);
    if (known) {
      return known;
    }
    const definition = this.reader.section('Conditions', name);
    if (definition === undefined || this.open.has(name)) {
      return this.either(name);
    }
    this.open.add(name);
    try {
      const guard = this.evaluate(definition, this.reader.origin(`Conditions.${name}`));
      if (guard === UNDECIDED) {
        this.reader.model.undecided(this.reader.stack);
      }
      this.known.set(name, guard);
      return guard;
    } finally {
      this.open.delete(name);
    }
  }

  /** When two texts are equal. */
  public equal(left: Text, right: Text): Guard {
    const [a, b] = trimmed(left, right);
    const [known, other] = literalOf(a) === undefined ? [literalOf(b), a] : [literalOf(a), b];
    if (textKey(a) === textKey(b)) {
      return TRUE;
    }
    if (known !== undefined) {
      if (literalOf(other) !== undefined) {
        return FALSE;
      }
      // The known characters must occur, whatever the holes are.
      if (!fits(known, other)) {
        return FALSE;
      }
      const hole = soleHole(other);
      if (hole) {
        return this.reader.model.isValue(hole, known);
      }
    }
    const keys = [textKey(a), textKey(b)].sort();
    return this.reader.model.diagrams.either(`equal ${keys.join('\u0002')}`, this.reader.model.comparison(a, b));
  }

  private evaluate(definition: unknown, origin: Origin): Guard {
    const [[name, argument] = ['', undefined], ...others] = entriesOf(definition);
    const parts = Array.isArray(argument) ? (argument as unknown[]) : [];
    const part = (index: number) => this.evaluate(parts[index], origin.below(name).below(index));
    if (others.length === 0) {
      switch (name) {
        case 'Condition':
          if (typeof argument === 'string') return this.guard(argument);
          break;
        case 'Fn::Not':
          if (parts.length === 1) return part(0).not();
          break;
        case 'Fn::And':
          if (parts.length > 0) return parts.reduce<Guard>((all, _, index) => all.and(part(index)), TRUE);
          break;
        case 'Fn::Or':
          if (parts.length > 0) return parts.reduce<Guard>((any, _, index) => any.or(part(index)), FALSE);
          break;
        case 'Fn::Equals':
          if (parts.length === 2) return this.comparison(parts, origin);
          break;
      }
    }
    return this.either(origin.path);
  }

  private comparison(parts: readonly unknown[], origin: Origin): Guard {
    const [left, right] = parts.map((part, index) =>
      this.reader.texts(part, origin.below('Fn::Equals').below(index), TRUE),
    );
    if (left.length === 0 || right.length === 0) {
      return this.either(origin.path);
    }
    return left
      .flatMap((one) => right.map((other) => one.guard.and(other.guard).and(this.equal(one.value, other.value))))
      .reduce((any, each) => any.or(each), FALSE);
  }

  private either(name: string): Guard {
    return this.reader.model.diagrams.either(`${this.reader.stack.id} condition ${name}`, `condition ${name}`);
  }
}

/** Two texts without what they have in common at both ends. */
function trimmed(left: Text, right: Text): [Text, Text] {
  const [a, b] = [flat(left), flat(right)];
  const same = (one?: Text[number], other?: Text[number]) =>
    one !== undefined &&
    other !== undefined &&
    (typeof one === 'string' || typeof other === 'string' ? one === other : one.key === other.key);
  while (same(a[0], b[0])) {
    a.shift();
    b.shift();
  }
  while (same(a.at(-1), b.at(-1))) {
    a.pop();
    b.pop();
  }
  return [packed(a), packed(b)];
}

function flat(text: Text): Text[number][] {
  return text.flatMap((part): Text[number][] => (typeof part === 'string' ? [...part] : [part]));
}

function packed(parts: readonly Text[number][]): Text {
  const text: Text[number][] = [];
  for (const part of parts) {
    const last = text.length - 1;
    if (typeof part === 'string' && typeof text[last] === 'string') {
      text[last] += part;
    } else {
      text.push(part);
    }
  }
  return text;
}

/** False when a text with holes can't equal a known text, which must contain the known characters in order. */
function fits(known: string, text: Text): boolean {
  const hole = soleHole(text);
  if (hole) {
    return ![...known].some((character) => hole.excludes.includes(character));
  }
  let from = 0;
  for (const [index, part] of text.entries()) {
    if (typeof part !== 'string') {
      continue;
    }
    const found =
      index === text.length - 1 && known.endsWith(part) ? known.length - part.length : known.indexOf(part, from);
    if (found < from || (index === 0 && found > 0) || (index === text.length - 1 && !known.endsWith(part))) {
      return false;
    }
    from = found + part.length;
  }
  return true;
}
