import type { AccountState } from './state';

/** One change that somebody makes to one part of one resource, outside CloudFormation. */
export interface SingleDrift {
  readonly kind: string;
  /** A part of the physical id or name of the changed resource. */
  readonly id: string;
  readonly make: (state: AccountState) => void;
}

type Part = keyof AccountState;
type Change = (value: any, id: string) => boolean | void;

/** Statements of a policy, however it is written. */
function statements(document: any): any[] {
  document.Statement = [document.Statement].flat();
  return document.Statement;
}

/** Changes of a policy document, whichever policy it is. */
const POLICY_CHANGES: Readonly<Record<string, (document: any) => boolean | void>> = {
  'statement added': (document) =>
    void statements(document).push({ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: '*' }),
  'statement removed': (document) => void statements(document).pop(),
  'action added': (document) => {
    const [first] = statements(document);
    first.Action = [first.Action, 'iam:PassRole'].flat();
  },
  'effect turned round': (document) => {
    const [first] = statements(document);
    first.Effect = first.Effect === 'Allow' ? 'Deny' : 'Allow';
  },
  'condition removed': (document) => {
    const found = statements(document).find(({ Condition }) => Condition);
    if (!found) return false;
    delete found.Condition;
    return true;
  },
};

/** Policies as the state has them, by part and the member that is the document. */
const POLICIES: readonly (readonly [string, Part, (value: any) => any])[] = [
  ['trust policy', 'roles', (role) => role.trust],
  ['inline policy', 'roles', (role) => Object.values(role.inline)[0]],
  ['managed policy', 'managedPolicies', (document) => document],
  ['key policy', 'keys', (key) => key.policy],
  ['bucket policy', 'buckets', (bucket) => bucket.policy],
  ['queue policy', 'queues', (queue) => queue.Policy],
  ['topic policy', 'topics', (topic) => topic.Policy],
  ['endpoint policy', 'endpoints', (endpoint) => endpoint.PolicyDocument],
];

const CHANGES: readonly (readonly [string, Part, Change])[] = [
  ['boundary changed', 'roles', (role) => void (role.boundary = 'arn:aws:iam::aws:policy/AdministratorAccess')],
  ['inline policy added', 'roles', (role) => void (role.inline.Extra = { Version: '2012-10-17', Statement: [] })],
  [
    'inline policy removed',
    'roles',
    (role) => {
      const [name] = Object.keys(role.inline);
      return name !== undefined && delete role.inline[name];
    },
  ],
  ['managed policy attached', 'roles', (role) => void role.managed.push('arn:aws:iam::aws:policy/AdministratorAccess')],
  ['session lengthened', 'roles', (role) => void (role.session += 3600)],
  ['rotation turned off', 'keys', (key) => void (key.rotation = !key.rotation)],
  ['key disabled', 'keys', (key) => void (key.state = 'PendingDeletion')],
  ['public access opened', 'buckets', (bucket) => void (bucket.publicAccess = undefined)],
  ['bucket key replaced', 'buckets', (bucket) => void (bucket.encryption = { SSEAlgorithm: 'aws:kms' })],
  ['versioning suspended', 'buckets', (bucket) => void (bucket.versioning = 'Suspended')],
  ['lock removed', 'buckets', (bucket) => bucket.lock !== undefined && ((bucket.lock = undefined), true)],
  ['queue key removed', 'queues', (queue) => void (queue.KmsMasterKeyId = 'alias/other')],
  [
    'dead-letter queue changed',
    'queues',
    (queue) => void (queue.RedrivePolicy = { maxReceiveCount: 1, deadLetterTargetArn: 'x' }),
  ],
  ['topic key removed', 'topics', (topic) => void (topic.KmsMasterKeyId = undefined)],
  ['subnet made public', 'subnets', (subnet) => void (subnet.MapPublicIpOnLaunch = true)],
  ['endpoint policy reset', 'endpoints', (endpoint) => void delete endpoint.PolicyDocument],
  [
    'endpoint group added',
    'endpoints',
    (endpoint) => void (endpoint.SecurityGroupIds = [...(endpoint.SecurityGroupIds ?? []), 'sg-0']),
  ],
  ['private DNS turned', 'endpoints', (endpoint) => void (endpoint.PrivateDnsEnabled = !endpoint.PrivateDnsEnabled)],
  [
    'route added',
    'routeTables',
    (table) => void table.routes.push({ DestinationCidrBlock: '0.0.0.0/0', GatewayId: 'igw-1' }),
  ],
  ['subnet moved', 'routeTables', (table) => void table.subnets.pop()],
  [
    'egress opened',
    'rules',
    (rules) => void rules.push({ isEgress: true, rule: { IpProtocol: '-1', CidrIp: '0.0.0.0/0' } }),
  ],
  [
    'ingress opened',
    'rules',
    (rules) =>
      void rules.push({ isEgress: false, rule: { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, CidrIp: '0.0.0.0/0' } }),
  ],
  ['rule removed', 'rules', (rules) => void rules.pop()],
  ['recording stopped', 'trails', (trail) => void (trail.IsLogging = false)],
  ['selector removed', 'trails', (trail) => void trail.AdvancedEventSelectors.pop()],
  [
    'selector narrowed',
    'trails',
    (trail) => void (trail.AdvancedEventSelectors[0].FieldSelectors[0].Equals = ['Data']),
  ],
  ['log validation off', 'trails', (trail) => void (trail.EnableLogFileValidation = false)],
  ['trail key removed', 'trails', (trail) => void delete trail.KMSKeyId],
  ['filter weakened', 'guardrails', (guardrail) => weaken(guardrail, '1')],
  ['draft weakened', 'guardrails', (guardrail) => weaken(guardrail, 'DRAFT')],
  ['filter disabled', 'guardrails', (guardrail) => disable(guardrail)],
  ['version deleted', 'guardrails', (guardrail) => void delete guardrail.versions['1']],
  ['role replaced', 'runtimes', ({ properties }) => void (properties.RoleArn += '-other')],
  [
    'network made public',
    'runtimes',
    ({ properties }) => void (properties.NetworkConfiguration = { NetworkMode: 'PUBLIC' }),
  ],
  [
    'image replaced',
    'runtimes',
    ({ properties }) => void (properties.AgentRuntimeArtifact.ContainerConfiguration.ContainerUri += '0'),
  ],
  [
    'variable added',
    'runtimes',
    ({ properties }) => void (properties.EnvironmentVariables = { ...properties.EnvironmentVariables, EXTRA: 'x' }),
  ],
  [
    'lifetime lengthened',
    'runtimes',
    ({ properties }) => void (properties.LifecycleConfiguration.IdleRuntimeSessionTimeout += 1),
  ],
];

/** Somebody deletes a resource. These are the parts of which the service names a missing resource. */
const DELETIONS: readonly Part[] = [
  'roles',
  'managedPolicies',
  'keys',
  'buckets',
  'trails',
  'guardrails',
  'runtimes',
  'runtimePolicies',
];

function weaken({ versions }: any, version: string): void {
  const copy = structuredClone(versions[version].properties);
  copy.ContentPolicyConfig.FiltersConfig[0].InputStrength = 'LOW';
  versions[version].properties = copy;
}

function disable({ versions }: any): void {
  const copy = structuredClone(versions['1'].properties);
  copy.ContentPolicyConfig.FiltersConfig[0].InputEnabled = false;
  versions['1'].properties = copy;
}

/** Every kind of change, with the resources of an account that it can be made to. */
export function driftKinds(state: AccountState): Map<string, SingleDrift[]> {
  const kinds = new Map<string, SingleDrift[]>();
  const add = (kind: string, part: Part, change: Change) => {
    for (const id of Object.keys(state[part])) {
      const trial = structuredClone((state[part] as any)[id]);
      const before = JSON.stringify(trial);
      if (change(trial, id) === false || JSON.stringify(trial) === before) continue;
      const make = (target: AccountState) => void change((target[part] as any)[id], id);
      kinds.set(kind, [...(kinds.get(kind) ?? []), { kind, id, make }]);
    }
  };
  for (const [kind, part, change] of CHANGES) add(kind, part, change);
  const changes = Object.entries(POLICY_CHANGES);
  for (const [at, [name, part, documentOf]] of POLICIES.entries()) {
    // Two changes of each policy, so that every change is made to several of them.
    for (const [change, apply] of [changes[at % changes.length], changes[(at + 2) % changes.length]]) {
      add(`${name}: ${change}`, part, (value) => {
        const document = documentOf(value);
        return document === undefined ? false : apply(document);
      });
    }
  }
  for (const part of DELETIONS) {
    for (const id of Object.keys(state[part])) {
      const kind = `${part} deleted`;
      const make = (target: AccountState) => void delete (target[part] as any)[id];
      kinds.set(kind, [...(kinds.get(kind) ?? []), { kind, id, make }]);
    }
  }
  return kinds;
}
