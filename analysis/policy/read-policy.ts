import type { Resource } from '../model/assembly';
import type { Guard } from '../model/guard';
import type { Node } from '../model/node';
import type { Case, Text, Unreadable } from '../model/text';
import { byDeployment } from './by-deployment';
import type { Condition, Pattern, Principal, PrincipalKind, Selection, Statement } from './statement';

/** Writes a text so that equal resources have equal texts. */
export type Canonical = (text: Text) => Text;

/**
 * The statements of a policy document. A part that can't be read is a hole in the pattern it belongs to; a document
 * that can't be read is one statement that may allow or deny anything.
 *
 * @param document the policy, as an object or as a text
 * @param holder the resource that has the policy
 * @param canonical writes references as ARN or name, as `Model.canonical` does
 */
export function readPolicy(document: Node, holder: Resource, canonical: Canonical = (text) => text): Statement[] {
  switch (document.kind) {
    case 'object':
      return membersOf(document)('Statement')
        .flatMap((list) => list.items())
        .flatMap((node) => readStatement(node, holder, canonical));
    case 'scalar': {
      const parsed = document.json().filter(({ kind }) => kind !== 'scalar');
      return parsed.length > 0
        ? parsed.flatMap((node) => readPolicy(node, holder, canonical))
        : [unreadableStatement(document, holder)];
    }
    default:
      return [unreadableStatement(document, holder)];
  }
}

/** The values below a key, in any case: IAM ignores the case of element names. */
type Members = (key: string) => readonly Node[];

/** The names of elements in their usual spelling. */
const ELEMENTS: ReadonlySet<string> = new Set([
  ...['Version', 'Id', 'Statement', 'Sid', 'Effect', 'Condition'],
  ...['Principal', 'NotPrincipal', 'Action', 'NotAction', 'Resource', 'NotResource'],
]);

function membersOf(node: Node): Members {
  const keys = node.keys();
  if (keys.every((key) => ELEMENTS.has(key))) {
    return (key) => (keys.includes(key) ? node.at(key) : NOTHING);
  }
  const members = new Map<string, Node[]>();
  for (const [key, value] of node.entries()) {
    const lower = key.toLowerCase();
    members.set(lower, [...(members.get(lower) ?? []), value]);
  }
  return (key) => members.get(key.toLowerCase()) ?? node.at(key);
}

const NOTHING: readonly Node[] = [];

/**
 * Reads one statement of a policy. The result has several statements if what it refuses, or its form, depends on
 * conditions.
 */
export function readStatement(node: Node, holder: Resource, canonical: Canonical = (text) => text): Statement[] {
  if (node.kind !== 'object') {
    return [unreadableStatement(node, holder)];
  }
  const members = membersOf(node);
  const conditions = members('Condition').flatMap((block) => readConditions(block, canonical));
  const principals = readPrincipals(members, canonical);
  const effects = members('Effect').flatMap((value) => value.texts());
  const [sid] = members('Sid').flatMap((value) => value.texts());
  const statements: Statement[] = [];
  for (const [effect, effectGuard] of readEffects(effects, node)) {
    for (const actions of readSelections(members, 'Action', node, canonical)) {
      for (const resources of readSelections(members, 'Resource', node, canonical)) {
        const guard = node.guard.and(effectGuard).and(actions.guard).and(resources.guard);
        if (guard.possible()) {
          const statement: Statement = {
            effect,
            actions: actions.selection,
            resources: resources.selection,
            principals,
            conditions,
            guard,
            place: node.place,
            ...(sid ? { sid: sid.value } : {}),
            holder,
            unreadable: unreadableParts(effects, actions.selection, resources.selection, principals, conditions),
          };
          statements.push(...byDeployment(statement));
        }
      }
    }
  }
  return statements;
}

function readEffects(effects: readonly Case<Text>[], node: Node): [Statement['effect'], Guard][] {
  if (effects.length === 0) {
    return [['unknown', node.guard]];
  }
  return effects.map(({ value, guard }) => {
    const [text] = value;
    return [value.length === 1 && (text === 'Allow' || text === 'Deny') ? text : 'unknown', guard];
  });
}

interface GuardedSelection {
  readonly selection: Selection;
  readonly guard: Guard;
}

/** `Action` or `NotAction`; both of them when the template has one in one case and the other in another. */
function readSelections(
  members: Members,
  key: 'Action' | 'Resource',
  node: Node,
  canonical: Canonical,
): GuardedSelection[] {
  const positive = members(key);
  const negative = members(`Not${key}`);
  const selection = (except: boolean, nodes: readonly Node[]): GuardedSelection[] =>
    nodes.length === 0
      ? []
      : [
          {
            selection: { except, patterns: nodes.flatMap((each) => textsOf(each, canonical)) },
            guard: nodes.map(({ guard }) => guard).reduce((any, next) => any.or(next)),
          },
        ];
  const found = [...selection(false, positive), ...selection(true, negative)];
  if (found.length > 0) {
    return found;
  }
  const everything: Case<Text> = { value: ['*'], guard: node.guard, place: node.place };
  return [{ selection: { except: false, patterns: [everything] }, guard: node.guard }];
}

function readPrincipals(members: Members, canonical: Canonical): Statement['principals'] {
  const [positive, negative] = [members('Principal'), members('NotPrincipal')];
  return positive.length + negative.length > 0
    ? [
        ...positive.flatMap((value) => principalsOf(value, false, canonical)),
        ...negative.flatMap((value) => principalsOf(value, true, canonical)),
      ]
    : 'attached';
}

const PRINCIPAL_KINDS: readonly PrincipalKind[] = ['AWS', 'Service', 'Federated', 'CanonicalUser'];

function principalsOf(node: Node, except: boolean, canonical: Canonical): Principal[] {
  if (node.kind === 'object') {
    return node.entries().flatMap(([key, value]) => {
      const kind = PRINCIPAL_KINDS.find((known) => known.toLowerCase() === key.toLowerCase()) ?? 'unknown';
      return textsOf(value, canonical).map((name) => ({ kind, except, name }));
    });
  }
  const kind: PrincipalKind = node.kind === 'unreadable' ? 'unknown' : 'AWS';
  return textsOf(node, canonical).map((name) => ({ kind, except, name }));
}

function readConditions(block: Node, canonical: Canonical): Condition[] {
  if (block.kind !== 'object') {
    return [unreadableCondition(block, '')];
  }
  return block
    .entries()
    .flatMap(([operator, keys]) =>
      keys.kind === 'object'
        ? keys.entries().map(([key, values]) => condition(operator, key, values, canonical))
        : [unreadableCondition(keys, operator)],
    );
}

function condition(operator: string, key: string, values: Node, canonical: Canonical): Condition {
  return {
    ...parseOperator(operator),
    key: key.toLowerCase(),
    keyText: key,
    values: textsOf(values, canonical),
    guard: values.guard,
    place: values.place,
    ...(values.unreadable ? { unreadable: values.unreadable } : {}),
  };
}

function unreadableCondition(node: Node, operator: string): Condition {
  return {
    ...parseOperator(operator),
    key: '',
    keyText: '',
    values: [],
    guard: node.guard,
    place: node.place,
    unreadable: node.unreadable ?? malformed(node),
  };
}

type Operator = Pick<Condition, 'operator' | 'test' | 'set' | 'ifExists'>;

const operators = new Map<string, Operator>();
const MOST_OPERATORS = 1000;

/** An operator of a condition, taken apart. */
export function parseOperator(operator: string): Operator {
  let parsed = operators.get(operator);
  if (!parsed) {
    parsed = takenApart(operator);
    if (operators.size < MOST_OPERATORS) {
      operators.set(operator, parsed);
    }
  }
  return parsed;
}

function takenApart(operator: string): Operator {
  const [, set, test, ifExists] = /^(?:(foranyvalue|forallvalues):)?(.*?)(ifexists)?$/.exec(operator.toLowerCase())!;
  return {
    operator,
    test,
    ...(set === undefined ? {} : { set: set === 'foranyvalue' ? 'any' : 'all' }),
    ifExists: ifExists !== undefined,
  };
}

/** The texts of a value or of a list of values. An object is a hole. */
export function textsOf(node: Node, canonical: Canonical): Pattern[] {
  const texts: Pattern[] = node.listTexts((item) => hole(item.unreadable ?? malformed(item)));
  texts.forEach((text, at) => {
    const value = canonical(text.value);
    if (value !== text.value) {
      texts[at] = { ...text, value, written: text.value };
    }
  });
  return texts;
}

function unreadableStatement(node: Node, holder: Resource): Statement {
  const unreadable = node.unreadable ?? malformed(node);
  const anything: Selection = {
    except: false,
    patterns: [{ value: hole(unreadable), guard: node.guard, place: node.place }],
  };
  return {
    effect: 'unknown',
    actions: anything,
    resources: anything,
    principals: 'attached',
    conditions: [],
    guard: node.guard,
    place: node.place,
    holder,
    unreadable: [unreadable],
  };
}

function hole(unreadable: Unreadable): Text {
  const { stack, resource, path } = unreadable.origin;
  return [{ kind: 'unreadable', key: `${resource?.id ?? stack.id} ${path}`, excludes: '', unreadable }];
}

function malformed({ place }: Node): Unreadable {
  return {
    origin: place,
    reason: 'malformed',
    hint: 'the statement is not written as the grammar of IAM policies says',
  };
}

function unreadableParts(
  effects: readonly Case<Text>[],
  actions: Selection,
  resources: Selection,
  principals: Statement['principals'],
  conditions: readonly Condition[],
): Unreadable[] {
  const found: Unreadable[] = [];
  const add = (unreadable: Unreadable): void => {
    if (!found.includes(unreadable)) {
      found.push(unreadable);
    }
  };
  const note = ({ value }: Case<Text>): void => {
    for (const part of value) {
      if (typeof part === 'object' && part.kind !== 'reference' && part.unreadable) {
        add(part.unreadable);
      }
    }
  };
  effects.forEach(note);
  actions.patterns.forEach(note);
  resources.patterns.forEach(note);
  if (principals !== 'attached') {
    principals.forEach(({ name }) => note(name));
  }
  conditions.forEach(({ values }) => values.forEach(note));
  conditions.forEach(({ unreadable }) => unreadable && add(unreadable));
  return found;
}
