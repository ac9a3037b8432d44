import type {
  Bound,
  ComputeCode,
  Condition,
  EndpointPermission,
  Flow,
  OutsideAccess,
  Permission,
  Store,
  Trigger,
  Trust,
} from './statement';

/**
 * The phrases of a statement, shared by Markdown, page, picture, difference and terminal. Their result is still
 * untrusted text: every renderer escapes it for its own format.
 */

const OPERATORS: Readonly<Record<string, string>> = {
  StringEquals: 'is',
  StringNotEquals: 'is not',
  StringEqualsIgnoreCase: 'is (in any case)',
  StringLike: 'is like',
  StringNotLike: 'is not like',
  ArnEquals: 'is',
  ArnNotEquals: 'is not',
  ArnLike: 'is like',
  ArnNotLike: 'is not like',
  Bool: 'is',
  NumericEquals: 'is',
  NumericLessThan: 'is less than',
  NumericLessThanEquals: 'is at most',
  NumericGreaterThan: 'is more than',
  NumericGreaterThanEquals: 'is at least',
  IpAddress: 'is in',
  NotIpAddress: 'is not in',
  Null: 'is absent:',
};

/** `aws:SourceAccount is ${AWS::AccountId}` */
export function conditionText({ operator, key, values }: Condition): string {
  const optional = operator.endsWith('IfExists');
  const [, set, name] = /^(ForAllValues:|ForAnyValue:)?(.*?)(?:IfExists)?$/s.exec(operator)!;
  // ForAllValues holds for a request without the key, too: IAM User Guide, "Set operators for multivalued context keys".
  const orAbsent = optional || set === 'ForAllValues:' ? ' (or is absent)' : '';
  if (name === 'Null' && values.length === 1 && /^(true|false)$/.test(values[0])) {
    return `${key} is ${values[0] === 'true' ? 'absent' : 'present'}`;
  }
  const every = set === 'ForAllValues:' ? 'every ' : set === 'ForAnyValue:' ? 'some ' : '';
  return `${every}${key} ${OPERATORS[name] ?? name} ${values.join(' or ')}${orAbsent}`;
}

export function conditionsText(conditions: readonly Condition[]): string {
  return conditions.map(conditionText).join(' and ');
}

/** `{"source":["x"]} on the bus ${Stack/Bus}` */
export function firesOn({ when, bus }: Pick<Trigger, 'when' | 'bus'>): string {
  return `${when}${bus === undefined ? '' : ` on the bus ${bus}`}`;
}

/** ` only if …`, or nothing. */
function onlyIf(conditions: readonly Condition[]): string {
  return conditions.length ? ` only if ${conditionsText(conditions)}` : '';
}

/** Permissions that differ only in their actions and resources: every action is allowed on every resource. */
export interface PermissionGroup extends Omit<Permission, 'action' | 'resource'> {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

function withoutCall(permission: Permission): Omit<Permission, 'action' | 'resource'> {
  const rest: Partial<Permission> = { ...permission };
  delete (rest as { action?: string }).action;
  delete (rest as { resource?: string }).resource;
  return rest as Omit<Permission, 'action' | 'resource'>;
}

/** Joins permissions that differ only in actions or resources; keeps the order. */
export function grouped(permissions: readonly Permission[]): PermissionGroup[] {
  const groups = new Map<string, { actions: string[]; permission: Permission }>();
  for (const permission of permissions) {
    const key = JSON.stringify({ ...permission, action: undefined });
    const group = groups.get(key) ?? { actions: [], permission };
    group.actions.push(permission.action);
    groups.set(key, group);
  }
  const joined = new Map<string, PermissionGroup & { resources: string[] }>();
  for (const { actions, permission } of groups.values()) {
    const rest = withoutCall(permission);
    const key = JSON.stringify([rest, actions]);
    const group = joined.get(key) ?? { ...rest, actions, resources: [] };
    group.resources.push(permission.resource);
    joined.set(key, group);
  }
  return [...joined.values()];
}

/** Entries of an endpoint policy: every action is let pass, or denied, on every resource for every principal. */
export interface EndpointGroup {
  readonly effect: 'allow' | 'deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly principals: readonly string[];
  readonly conditions: readonly Condition[];
}

/** Joins the entries of an endpoint policy that differ in one part; keeps the order. */
export function endpointGroups(permissions: readonly EndpointPermission[]): EndpointGroup[] {
  const single = permissions.map(({ effect, action, resource, principal, conditions }) => ({
    effect,
    actions: [action],
    resources: [resource],
    principals: [principal],
    conditions,
  }));
  return (['principals', 'resources', 'actions'] as const).reduce(joinedBy, single);
}

function joinedBy(groups: EndpointGroup[], part: 'principals' | 'resources' | 'actions'): EndpointGroup[] {
  const joined = new Map<string, EndpointGroup>();
  for (const group of groups) {
    const key = JSON.stringify({ ...group, [part]: undefined });
    const same = joined.get(key);
    joined.set(key, same ? { ...same, [part]: [...new Set([...same[part], ...group[part]])] } : group);
  }
  return [...joined.values()];
}

/** An ARN without the parts that are equal for every resource of the stack, and references without their braces. */
export function shortArn(text: string): string {
  return text.replace(/\$\{(?:AWS::)?([^{}]*)\}/g, '$1').replace(/^arn:[^:]*:([^:]*):[^:]*:[^:]*:/, '$1 ');
}

export function trustText({ principal, conditions, effect }: Trust): string {
  return `${effect === 'deny' ? 'never ' : ''}${principal}${onlyIf(conditions)}`;
}

/** `may s3:GetObject only if …`, `gets a copy`, `calls cloudtrail:StopLogging` */
export function outsideAccessText({ by, actions = [], conditions = [] }: OutsideAccess): string {
  return {
    policy: `may ${actions.join(', ')}${onlyIf(conditions)}`,
    ACL: 'let in by the ACL',
    copy: 'gets a copy',
    destination: 'is sent its data',
    call: `calls ${actions.join(', ')}`,
    role: `may ${actions.join(', ')}${onlyIf(conditions)} with a role of the app`,
  }[by];
}

export function flowText({ direction, peer, protocol, ports, reaches = [] }: Flow): string {
  const to = reaches.length > 0 ? `, which ${reaches.join(', ')} has` : '';
  return `${direction} ${peer}, ${protocol}${ports === 'all' ? ', all ports' : ` port ${ports}`}${to}`;
}

export function accessText({ access }: Store): string {
  return access.join(' and ');
}

/** `8 hours`; the unit is the largest that leaves a whole number. */
/** What runs on the compute of an agent, in a word. */
export function codeKindText(kind: ComputeCode['kind']): string {
  return kind === 'image' ? 'container image' : kind === 'archive' ? 'code archive' : 'code';
}

export function boundText({ value, unit }: Pick<Bound, 'value' | 'unit'>): string {
  if (typeof value !== 'number' || unit !== 'seconds') {
    const noun = value === 1 ? unit.replace(/s$/, '') : unit;
    return value === 0 && unit === 'days' ? 'for ever' : `${value}${value === 'unbounded' || !unit ? '' : ` ${noun}`}`;
  }
  for (const [name, seconds] of [
    ['days', 86_400],
    ['hours', 3_600],
    ['minutes', 60],
  ] as const) {
    if (value >= seconds && value % seconds === 0) {
      return value === seconds ? `1 ${name.slice(0, -1)}` : `${value / seconds} ${name}`;
    }
  }
  return `${value} seconds`;
}
