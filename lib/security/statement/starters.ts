import type { Agent } from './agent';
import { readPolicy } from './policy-reading';
import type { Identities, Identity } from './roles';
import { listOf, sorted, sortedBy, type Item, type Source } from './source';
import type { Drive, Starter } from './statement';

/** Order in which the ways to drive an agent are listed. */
const DRIVES: readonly Drive[] = [
  'start sessions',
  'start turns through a workflow',
  'submit messages',
  'follow turns',
  'cancel and delete',
  'invoke the runtime directly',
];

const CREATE = 'bedrock-mantle:CreateAgentSession';
const SUBMIT = 'bedrock-mantle:CreateAgentSessionEvent';
const DELETE = 'bedrock-mantle:DeleteAgentSession';
const FOLLOW = [
  'bedrock-mantle:GetAgentSession',
  'bedrock-mantle:ListAgentSessionEvents',
  'bedrock-mantle:ListAgentSessionItems',
];
const SESSION_ACTIONS = [CREATE, SUBMIT, DELETE, ...FOLLOW];
const INVOKE = 'bedrock-agentcore:InvokeAgentRuntime';

/** Who may drive an agent, by identity policies and by the resource policies of its Runtime. */
export function startersOf(agent: Agent, identities: Identities, source: Source): Starter[] {
  const gate = runtimeGate(agent, source);
  const able = new Set([...SESSION_ACTIONS, INVOKE].flatMap((action) => [...identities.able(action).keys()]));
  const found = [...able]
    .filter(({ item }) => item.key !== agent.sessionRole?.item.key)
    .map((identity) => ({ identity, may: drivesOf(agent, identity, identities, gate) }))
    .filter(({ may }) => may.length > 0)
    .map(({ identity, may }) => ({ principal: identity.item.name, assumedBy: identity.trustedBy, may }));
  const invited = gate.admitted.map((principal) => ({
    principal,
    assumedBy: [],
    may: ['invoke the runtime directly'] as const,
  }));
  return sortedBy([...found, ...invited], ({ principal }) => principal);
}

/** Joins what a principal may do directly with what it may start. */
export function withWorkflowStarters(starters: readonly Starter[], workflow: readonly Identity[]): Starter[] {
  const merged = new Map(starters.map((starter) => [starter.principal, starter]));
  for (const { item, trustedBy } of workflow) {
    const known = merged.get(item.name);
    const may = new Set<Drive>([...(known?.may ?? []), 'start turns through a workflow']);
    merged.set(item.name, {
      principal: item.name,
      assumedBy: trustedBy,
      may: DRIVES.filter((drive) => may.has(drive)),
    });
  }
  return sortedBy(merged.values(), ({ principal }) => principal);
}

/** The identities that may create sessions that run under the agent's session role. */
export function sessionStarters(agent: Agent, identities: Identities): Identity[] {
  return [...identities.able(CREATE).keys()].filter(
    (identity) => identity !== agent.sessionRole && mayStart(agent, identity, identities),
  );
}

function mayStart(agent: Agent, identity: Identity, identities: Identities): boolean {
  const role = agent.sessionRole?.item.name;
  return (
    role !== undefined &&
    identities.may(identity, CREATE, agent.project) &&
    identities.may(identity, 'iam:PassRole', `\${${role}}`)
  );
}

function drivesOf(agent: Agent, identity: Identity, identities: Identities, gate: RuntimeGate): Drive[] {
  const may = (...actions: string[]) => actions.some((action) => identities.may(identity, action, agent.project));
  const invokes = () =>
    [agent.runtime, ...agent.endpoints].some(({ name }) => identities.may(identity, INVOKE, `\${${name}}`));
  const drives: [Drive, boolean][] = [
    ['start sessions', mayStart(agent, identity, identities)],
    ['submit messages', may(SUBMIT)],
    ['follow turns', may(...FOLLOW)],
    ['cancel and delete', may(DELETE)],
    ['invoke the runtime directly', gate.open(identity.item) && invokes()],
  ];
  return drives.filter(([, holds]) => holds).map(([drive]) => drive);
}

interface RuntimeGate {
  /** Whether the Runtime's own policy lets an identity through. */
  open(item: Item): boolean;
  /** Principals that the policy itself admits, the session role left out. */
  readonly admitted: readonly string[];
}

function runtimeGate(agent: Agent, source: Source): RuntimeGate {
  const own = new Set([agent.runtime, ...agent.endpoints].map(({ key }) => key));
  const entries = source
    .items('AWS::BedrockAgentCore::ResourcePolicy')
    .filter(({ properties }) => {
      const target = source.target(properties.ResourceArn);
      return target !== undefined && own.has(target.key);
    })
    .flatMap(({ properties }) => readPolicy(properties.Policy, source));
  const role = agent.sessionRole && `\${${agent.sessionRole.item.name}}`;
  const admitted = entries
    .filter(({ effect }) => effect === 'allow')
    .flatMap(({ principals }) => principals)
    .filter((principal) => principal !== role);
  return {
    admitted: sorted(admitted),
    open: (item) =>
      !entries.some(
        ({ effect, principals, conditions }) =>
          effect === 'deny' &&
          principals.includes('everybody') &&
          conditions.length === 1 &&
          /^(Arn|String)NotEquals$/.test(conditions[0].operator) &&
          conditions[0].key === 'aws:PrincipalArn' &&
          !listOf(conditions[0].values).includes(`\${${item.name}}`),
      ),
  };
}
