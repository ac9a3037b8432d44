import { type Resources, app, document, of, ref } from './app';

/** What a case changes in the app. */
export interface Change {
  /** Resources that are added to the stack of the agent, or replace those of their id. */
  readonly add?: Resources;
  /** Values by path: `Runtime.NetworkConfiguration.NetworkMode`. A function gets the current value. */
  readonly set?: Readonly<Record<string, unknown>>;
  /** Other sections of that template: `Parameters`, `Conditions`, `Transform`. */
  readonly sections?: Readonly<Record<string, unknown>>;
  /** Another stack: a whole template, or its resources. */
  readonly other?: Resources;
  /** Without account and Region. */
  readonly agnostic?: true;
}

/** An attack and its benign twin, which differ in one value. */
export interface Pair {
  readonly name: string;
  /** Ids of the rules, at least one of which must report the attack. */
  readonly rules: string;
  readonly attack: Change;
  readonly twin: Change;
}

/** An attack with `bad`, and the benign twin with `good`. */
export function pair(rules: string, name: string, bad: unknown, good: unknown, change: (value: any) => Change): Pair {
  return { rules, name, attack: change(bad), twin: change(good) };
}

/** A separate policy for a role. */
export const policyFor = (role: unknown, ...statements: unknown[]) =>
  of('AWS::IAM::Policy', { PolicyName: 'more', PolicyDocument: document(...statements), Roles: [role] });

/** Adds a statement to the execution role. */
export const execution = (...statements: unknown[]): Change => ({
  add: { More: policyFor(ref('ExecutionRole'), ...statements) },
});

/** The stacks of the app with a change. */
export function changed({ add, set = {}, sections, other, agnostic }: Change) {
  const Resources = { ...app(), ...add };
  for (const [path, value] of Object.entries(set)) {
    const [id, ...keys] = path.split('.');
    const last = keys.pop()!;
    const holder = keys.reduce((inner, key) => (inner[key] ??= {}), Resources[id].Properties);
    holder[last] = typeof value === 'function' ? value(holder[last]) : value;
  }
  const place = agnostic ? {} : { account: '111122223333', region: 'us-east-1' };
  const Outputs = Object.fromEntries(
    Object.entries(EXPORTS).map(([name, Value]) => [name.replaceAll('-', ''), { Value, Export: { Name: name } }]),
  );
  return [
    { id: 'Agent', stackName: 'Agent', ...place, template: { Resources, Outputs, ...sections } },
    ...(other
      ? [{ id: 'Other', stackName: 'Other', ...place, template: 'Resources' in other ? other : { Resources: other } }]
      : []),
  ];
}

const get = (id: string, attribute: string) => ({ 'Fn::GetAtt': [id, attribute] });

/** What other stacks can import. */
const EXPORTS: Readonly<Record<string, unknown>> = {
  'execution-arn': get('ExecutionRole', 'Arn'),
  'execution-name': ref('ExecutionRole'),
  'worker-arn': get('WorkerRole', 'Arn'),
  'worker-name': ref('WorkerRole'),
  'session-arn': get('SessionRole', 'Arn'),
  'table-id': ref('RouteTable'),
  'group-id': get('RuntimeGroup', 'GroupId'),
  'vpc-id': ref('Vpc'),
  'queue-arn': get('Queue', 'Arn'),
  'machine-arn': ref('Machine'),
  'open-arn': get('Open', 'Arn'),
  'evidence-arn': get('Evidence', 'Arn'),
};
