import { GetEventSelectorsCommand } from '@aws-sdk/client-cloudtrail';
import { MANTLE_ENVIRONMENT_ACTIONS, MANTLE_SESSION_ACTIONS } from '../../../../lib/identity/perms';
import { NoAnswer, probe } from '../probe';
import type { ProbeContext } from '../probe-context';
import { callerArn, MANTLE, type TrailEvent } from '../trail-event';

const MANTLE_EVENTS = `{ $.eventSource = "${MANTLE}" }`;
const TRAIL_NEEDS = [
  'an agent',
  'a turn that ended at least 15 minutes ago',
  'a trail that delivers to CloudWatch Logs',
];

export const sessionEvents = probe({
  id: 'session-events',
  question: 'Does CloudTrail record the session operations of Managed Agents?',
  default:
    'The trail selects every data event of Bedrock projects. The documentation advises not to rely on records of session operations.',
  where: ['lib/audit/event-selectors.ts', 'docs/audit.md'],
  needs: [...TRAIL_NEEDS, 'a trail with data events of AWS::BedrockMantle::Project'],
  looksAt: ['turn', 'trail'],
  permissions: [{ actions: ['cloudtrail:GetEventSelectors'] }],
  usd: 0,
  minutes: 1,
  answers: {
    recorded: {
      means: 'The session operations of a turn are in the trail.',
      change:
        'document in docs/audit.md which operations are recorded, and raise an alarm for those of unexpected callers',
    },
    'not-recorded': {
      means: 'The trail has other events of bedrock-mantle during the turn, but no session operation.',
    },
  },
  async run(context) {
    const { Name } = await context.trail();
    const { AdvancedEventSelectors = [] } = await context.clients.cloudTrail.send(
      new GetEventSelectorsCommand({ TrailName: Name }),
    );
    const selected = AdvancedEventSelectors.flatMap(({ FieldSelectors = [] }) => FieldSelectors).some(
      ({ Field, Equals }) => Field === 'resources.type' && Equals?.includes('AWS::BedrockMantle::Project'),
    );
    if (!selected) throw new NoAnswer('the trail does not select data events of AWS::BedrockMantle::Project');
    const events = await context.trailEvents(MANTLE_EVENTS, await context.turnPeriod());
    const ofSessions = events.filter(({ eventName }) => SESSION_EVENTS.has(eventName ?? ''));
    if (ofSessions.length > 0) return { answer: 'recorded', evidence: counted(ofSessions), confidence: 'certain' };
    await context.requireDelivered();
    if (events.length === 0)
      throw new NoAnswer(
        'the trail has no event of bedrock-mantle during the turn, so it is unknown whether it records them',
      );
    return { answer: 'not-recorded', evidence: counted(events), confidence: 'likely' };
  },
});

/** The operations of sessions and environments. An event has the name of its action. */
const SESSION_EVENTS: ReadonlySet<string> = new Set(
  [...MANTLE_SESSION_ACTIONS, ...MANTLE_ENVIRONMENT_ACTIONS].map((action) => action.split(':')[1]),
);

function counted(events: readonly TrailEvent[]): string[] {
  const kinds = new Map<string, number>();
  for (const { eventName, eventCategory } of events) {
    const kind = `${eventName ?? 'no name'} (${eventCategory ?? 'no category'})`;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return [...kinds].map(([kind, count]) => `${kind}: ${count}`).sort();
}

export const invokedBy = probe({
  id: 'invoked-by',
  question: 'Which value does `invokedBy` have when Managed Agents assumes the session role?',
  default: 'An alarm is raised if any other principal than bedrock-mantle.amazonaws.com assumes the role.',
  where: ['lib/audit/audit-alarm.ts'],
  needs: TRAIL_NEEDS,
  looksAt: ['stacks', 'turn', 'trail'],
  permissions: [],
  usd: 0,
  minutes: 1,
  answers: {
    'bedrock-mantle': { means: '`invokedBy` is bedrock-mantle.amazonaws.com.' },
    another: {
      means: '`invokedBy` has another value: every session raises the alarm.',
      change: 'let AuditAlarm.unexpectedSessionRoleUse accept the value in the evidence',
    },
    absent: {
      means: 'The event has no `invokedBy`: every session raises the alarm.',
      change: 'let AuditAlarm.unexpectedSessionRoleUse compare another member of the event',
    },
  },
  async run(context) {
    const roles = new Set((await sessionRoles(context)).map((name) => `:role/${name}`));
    const events = await context.trailEvents(
      '{ ($.eventSource = "sts.amazonaws.com") && ($.eventName = "AssumeRole*") }',
      await context.turnPeriod(),
    );
    const assumed = events.filter(
      ({ requestParameters, errorCode }) =>
        errorCode === undefined && roles.has(`:role/${requestParameters?.roleArn?.split('/').pop()}`),
    );
    if (assumed.length === 0)
      throw new NoAnswer(
        'the session role was not assumed during the turn, according to the trail; a resumed session may not need it',
      );
    const values = [...new Set(assumed.map(({ userIdentity }) => userIdentity?.invokedBy))];
    const stranger = values.find((value) => value !== undefined && value !== MANTLE);
    const answer = stranger !== undefined ? 'another' : values.includes(undefined) ? 'absent' : 'bedrock-mantle';
    const types = [...new Set(assumed.map(({ userIdentity }) => userIdentity?.type ?? 'none'))];
    return {
      answer,
      evidence: [
        `invokedBy: ${values.map((value) => value ?? 'absent').join(', ')}`,
        `userIdentity.type: ${types.join(', ')}`,
        `events: ${assumed.length}`,
      ],
      confidence: 'certain',
    };
  },
});

/** Names of the roles that Managed Agents assumes. @throws NoAnswer when the stacks have none */
async function sessionRoles(context: ProbeContext): Promise<readonly string[]> {
  const roles = (await context.resources('AWS::IAM::Role')).filter(({ logicalId }) =>
    /SessionRole[0-9A-F]{8}$/.test(logicalId),
  );
  if (roles.length === 0) throw new NoAnswer('the stacks contain no session role');
  return roles.map(({ physicalId }) => physicalId);
}

export const projectPlacement = probe({
  id: 'project-placement',
  question: 'In which project is the session of an agent with its own project?',
  default:
    'AgentProject is experimental. The permissions of the agent are limited to its project, and the session is created without a project name.',
  where: ['lib/identity/agent-project.ts', 'lib/agent/session-definition.ts'],
  needs: [...TRAIL_NEEDS, 'an agent with an AgentProject'],
  looksAt: ['stacks', 'turn', 'trail'],
  permissions: [],
  usd: 0,
  minutes: 1,
  answers: {
    own: { means: 'Its events name the project of the agent.' },
    default: {
      means: 'Its events name project/default although the agent has its own project.',
      change: 'specify the project when a session is created, or remove AgentProject',
    },
  },
  async run(context) {
    const projects = await context.resources('AWS::BedrockMantle::Project');
    if (projects.length === 0) throw new NoAnswer('the stacks have no AgentProject: deploy an agent with one');
    const own = new Set(projects.map(({ physicalId }) => physicalId.split('/').pop()));
    const events = await context.trailEvents(MANTLE_EVENTS, await context.turnPeriod());
    // Other agents of the account may run at the same time, so only calls of the roles of these stacks count.
    const roles = new Set((await context.resources('AWS::IAM::Role')).map(({ physicalId }) => physicalId));
    const named = events
      .filter((event) => roles.has(callerArn(event)?.split('/').pop() ?? ''))
      .flatMap(({ resources = [] }) => resources.flatMap(({ ARN = '' }) => /:project\/(.+)$/.exec(ARN)?.[1] ?? []));
    const [ours, defaults] = [
      named.filter((project) => own.has(project)),
      named.filter((project) => project === 'default'),
    ];
    if (ours.length === 0 && defaults.length === 0)
      throw new NoAnswer('no event of the roles of the agent names a project');
    const evidence = [
      `events that name the project of the agent: ${ours.length}`,
      `events that name project/default: ${defaults.length}`,
    ];
    return ours.length > 0
      ? { answer: 'own', evidence, confidence: 'certain' }
      : { answer: 'default', evidence, confidence: 'likely' };
  },
});

export const imagePullPrincipal = probe({
  id: 'image-pull-principal',
  question: 'Which principal pulls the image of the Runtime, and does the pull use the endpoint of the network?',
  default: 'The endpoint policies of ecr.api and ecr.dkr allow principals of this account, such as the execution role.',
  where: ['lib/network/endpoint-actions.ts', 'docs/network.md'],
  needs: ['an agent', 'compute that started in the last 3 days', 'a trail that delivers to CloudWatch Logs'],
  looksAt: ['stacks', 'runtime', 'trail'],
  permissions: [],
  usd: 0,
  minutes: 2,
  answers: {
    'role-through-endpoint': { means: 'The execution role pulls the image through the endpoint of the network.' },
    'role-elsewhere': {
      means:
        'The execution role pulls the image, but not through an endpoint of the network: the endpoint policy does not apply.',
    },
    'service-through-endpoint': {
      means:
        'AgentCore pulls the image through the endpoint as a service, not as a principal of this account: the endpoint policy refuses it.',
      change: 'allow bedrock-agentcore.amazonaws.com in ECR_RULES (lib/network/endpoint-actions.ts)',
    },
    'service-elsewhere': {
      means: 'AgentCore pulls the image as a service, but not through an endpoint of the network.',
    },
  },
  async run(context) {
    const { roleArn } = await context.runtime();
    const events = await context.trailEvents('{ $.eventSource = "ecr.amazonaws.com" }', context.lastDays(3));
    const pulls = events.filter(({ eventName }) =>
      ['BatchGetImage', 'GetDownloadUrlForLayer', 'GetAuthorizationToken'].includes(eventName ?? ''),
    );
    const byRole = pulls.filter((event) => callerArn(event) === roleArn);
    const byService = pulls.filter(
      ({ userIdentity }) =>
        userIdentity?.invokedBy?.startsWith('bedrock-agentcore') && userIdentity.type === 'AWSService',
    );
    const seen = byService.length > 0 ? byService : byRole;
    if (seen.length === 0) throw new NoAnswer('no pull of the execution role or of AgentCore in the last 3 days');
    const endpoints = new Set((await context.resources('AWS::EC2::VPCEndpoint')).map(({ physicalId }) => physicalId));
    const through = seen.filter(({ vpcEndpointId }) => vpcEndpointId !== undefined && endpoints.has(vpcEndpointId));
    const who = byService.length > 0 ? 'service' : 'role';
    const evidence = [
      `pulls by the execution role: ${byRole.length}`,
      `by AgentCore as a service: ${byService.length}`,
      `through an endpoint of the network: ${through.length}`,
      `refused: ${seen.filter(({ errorCode }) => errorCode).length}`,
    ];
    return {
      answer: `${who}-${through.length > 0 ? 'through-endpoint' : 'elsewhere'}`,
      evidence,
      confidence: 'certain',
    };
  },
});
