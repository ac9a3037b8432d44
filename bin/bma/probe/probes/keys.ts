import { NoAnswer, probe } from '../probe';
import type { ProbeContext } from '../probe-context';
import { KMS, type TrailEvent } from '../trail-event';

const NEEDS = ['a trail that delivers to CloudWatch Logs', 'keys of the library in the stacks'];

export const keyGrants = probe({
  id: 'key-grants',
  question:
    'Do AWS services create grants on the keys of agents, and does the key policy allow them (`kms:GrantIsForAWSResource`)?',
  default: 'Keys deny grants, except those of AWS services for resources of AWS.',
  where: ['lib/encryption/agent-key.ts', 'docs/encryption.md'],
  needs: [
    ...NEEDS,
    'a grant in the last 14 days: a deployment of a guardrail, of Instances of AgentCore or of a table',
  ],
  looksAt: ['stacks', 'trail'],
  permissions: [],
  usd: 0,
  minutes: 2,
  answers: {
    allowed: { means: 'Services created grants, and none was refused.' },
    denied: {
      means: 'A grant for a service was refused.',
      change: 'widen the statement GrantsForServicesOnly for the service in the evidence',
    },
  },
  async run(context) {
    const events = (await keyEvents(context, 'eventName', 'CreateGrant')).filter(
      ({ userIdentity }) => userIdentity?.invokedBy !== undefined,
    );
    if (events.length === 0) throw new NoAnswer('no AWS service requested a grant on these keys in the last 14 days');
    const denied = events.filter(isDenied);
    const services = (some: readonly TrailEvent[]) =>
      [...new Set(some.map(({ userIdentity }) => userIdentity!.invokedBy!))].sort().join(', ');
    return denied.length > 0
      ? {
          answer: 'denied',
          evidence: [`refused: ${services(denied)}`, `grants requested: ${events.length}`],
          confidence: 'certain',
        }
      : {
          answer: 'allowed',
          evidence: [`granted: ${services(events)}`, `grants: ${events.length}`],
          confidence: 'certain',
        };
  },
});

export const schedulerKey = probe({
  id: 'scheduler-key',
  question: 'Does EventBridge Scheduler use the key of a schedule as its execution role, without `kms:ViaService`?',
  default:
    'The execution role of a schedule can decrypt with the encryption context of its schedules, without `kms:ViaService`.',
  where: ['lib/trigger/schedule.ts', 'lib/blueprint/incident-responder/incident-timers.ts', 'docs/blueprints.md'],
  needs: [...NEEDS, 'a schedule under one of these keys that ran in the last 14 days'],
  looksAt: ['stacks', 'trail'],
  permissions: [],
  usd: 0,
  minutes: 2,
  answers: {
    directly: { means: 'The role decrypts directly: the event names no service that called on its behalf.' },
    'through-service': {
      means: 'The event names Scheduler as the caller.',
      change: 'limit the permission of the role with kms:ViaService',
    },
    denied: {
      means: 'The decryption was refused: such schedules do not run.',
      change: 'compare the encryption context in the evidence with the condition of the role',
    },
  },
  async run(context) {
    const events = (await keyEvents(context, 'eventName', 'Decrypt')).filter(({ requestParameters }) =>
      Object.keys(requestParameters?.encryptionContext ?? {}).some((name) => name.startsWith('aws:scheduler:')),
    );
    if (events.length === 0) throw new NoAnswer('no schedule under one of these keys ran in the last 14 days');
    const through = events.filter(({ userIdentity }) => userIdentity?.invokedBy !== undefined);
    const answer = events.some(isDenied) ? 'denied' : through.length > 0 ? 'through-service' : 'directly';
    const contexts = [
      ...new Set(events.flatMap(({ requestParameters }) => Object.keys(requestParameters!.encryptionContext!))),
    ];
    const types = [...new Set(events.map(({ userIdentity }) => userIdentity?.type ?? 'none'))];
    return {
      answer,
      evidence: [
        `names in the encryption context: ${contexts.join(', ')}`,
        `userIdentity.type: ${types.join(', ')}`,
        `with invokedBy: ${through.length} of ${events.length}`,
      ],
      confidence: 'certain',
    };
  },
});

/** The assumption of local/cloud/key-permissions.ts. */
const ASSUMED_CONTEXTS: Readonly<Record<string, string>> = {
  'sqs.amazonaws.com': 'aws:sqs:arn',
  'lambda.amazonaws.com': 'aws:lambda:FunctionArn',
};

export const keyContexts = probe({
  id: 'key-contexts',
  question: 'Which encryption contexts do Amazon SQS and AWS Lambda send to AWS KMS?',
  default:
    'The local account assumes aws:sqs:arn and aws:lambda:FunctionArn; no policy of the library depends on them.',
  where: ['local/cloud/key-permissions.ts', 'docs/local-service.md'],
  needs: [...NEEDS, 'a queue or a function under one of these keys that was used in the last 14 days'],
  looksAt: ['stacks', 'trail'],
  permissions: [],
  usd: 0,
  minutes: 2,
  answers: {
    assumed: { means: 'They send the assumed encryption contexts.' },
    other: {
      means: 'They send other encryption contexts, or none.',
      change: 'enter the contexts of the evidence in local/cloud/key-permissions.ts',
    },
  },
  async run(context) {
    const events = [
      ...(await keyEvents(context, 'eventName', 'Decrypt')),
      ...(await keyEvents(context, 'eventName', 'GenerateDataKey')),
    ];
    const seen = new Map<string, Set<string>>();
    for (const { userIdentity, requestParameters } of events) {
      const service = userIdentity?.invokedBy ?? '';
      if (!Object.hasOwn(ASSUMED_CONTEXTS, service)) continue;
      const names = contextNames(requestParameters);
      seen.set(service, (seen.get(service) ?? new Set()).add(names));
    }
    if (seen.size === 0) throw new NoAnswer('neither SQS nor Lambda used one of these keys in the last 14 days');
    const evidence = [...seen].map(([service, names]) => `${service}: ${[...names].join('; ')}`).sort();
    const asAssumed = [...seen].every(([service, names]) =>
      [...names].every((name) => name === ASSUMED_CONTEXTS[service]),
    );
    return { answer: asAssumed ? 'assumed' : 'other', evidence, confidence: 'certain' };
  },
});

export const keyDenials = probe({
  id: 'key-denials',
  question: 'Does a condition of the key policy block an AWS service that works for the agents?',
  default:
    'Each service has one policy statement, limited to a resource or to the account. The condition is documented by AWS or, if it is not documented, likely.',
  where: ['lib/encryption/key-statements.ts', 'docs/encryption.md'],
  needs: [...NEEDS, 'a service that used one of these keys in the last 14 days'],
  looksAt: ['stacks', 'trail'],
  permissions: [],
  usd: 0,
  minutes: 2,
  answers: {
    none: { means: 'Services used the keys, and none was refused.' },
    some: {
      means: 'A service was refused.',
      change: 'widen the condition of the statement for the service in the evidence',
    },
  },
  async run(context) {
    const isByService = ({ userIdentity }: TrailEvent) => serviceOf(userIdentity) !== undefined;
    const refused = (await keyEvents(context, 'errorCode', '*AccessDenied*')).filter(isByService);
    const used = [
      ...(await keyEvents(context, 'eventName', 'Decrypt')),
      ...(await keyEvents(context, 'eventName', 'GenerateDataKey')),
    ].filter((event) => isByService(event) && !isDenied(event));
    if (refused.length + used.length === 0) {
      throw new NoAnswer('no service used one of these keys in the last 14 days');
    }
    const kinds = refused.map(({ userIdentity, eventName }) => `refused: ${serviceOf(userIdentity)}, ${eventName}`);
    return {
      answer: refused.length > 0 ? 'some' : 'none',
      evidence: [`uses by services: ${used.length}`, ...[...new Set(kinds)].sort()],
      confidence: refused.length > 0 ? 'certain' : 'likely',
    };
  },
});

/** The condition of lib/guardrail/guardrail-key.ts. */
const GUARDRAIL_CONTEXT = 'aws:bedrock:guardrail-id';

export const guardrailKey = probe({
  id: 'guardrail-key',
  question: 'Which encryption context does Amazon Bedrock send to the key of a guardrail?',
  default: `A caller that applies a guardrail can decrypt with its key through Bedrock, if the context contains \`${GUARDRAIL_CONTEXT}\`.`,
  where: ['lib/guardrail/guardrail-key.ts', 'docs/workflow.md'],
  needs: [...NEEDS, 'a guardrail under one of these keys that was applied in the last 14 days'],
  looksAt: ['stacks', 'trail'],
  permissions: [],
  usd: 0,
  minutes: 2,
  answers: {
    assumed: { means: 'The context has this name.' },
    other: {
      means: 'The context has another name, or there is none: callers that apply the guardrail are denied.',
      change: 'require the name in the evidence (lib/guardrail/guardrail-key.ts)',
    },
  },
  async run(context) {
    const events = (await keyEvents(context, 'eventName', 'Decrypt')).filter(
      ({ userIdentity }) => userIdentity?.invokedBy === 'bedrock.amazonaws.com',
    );
    if (events.length === 0) throw new NoAnswer('no guardrail under one of these keys was applied in the last 14 days');
    const contexts = new Set(events.map(({ requestParameters }) => contextNames(requestParameters)));
    const refused = events.filter(isDenied).length;
    return {
      answer: [...contexts].every((names) => names.includes(GUARDRAIL_CONTEXT)) && refused === 0 ? 'assumed' : 'other',
      evidence: [
        `names in the encryption context: ${[...contexts].join('; ')}`,
        `refused: ${refused} of ${events.length}`,
      ],
      confidence: 'certain',
    };
  },
});

/** The calling service, for itself or on behalf of another principal. */
const serviceOf = (identity: TrailEvent['userIdentity']): string | undefined =>
  identity?.invokedBy ?? (identity?.type === 'AWSService' ? 'a service without a name' : undefined);

const contextNames = (parameters: TrailEvent['requestParameters']): string =>
  Object.keys(parameters?.encryptionContext ?? {})
    .sort()
    .join(' and ') || 'nothing';

const isDenied = ({ errorCode }: TrailEvent): boolean => /AccessDenied/.test(errorCode ?? '');

/** Uses of the stacks' keys, by one member of their events. @throws NoAnswer when there are none */
async function keyEvents(
  context: ProbeContext,
  member: 'eventName' | 'errorCode',
  value: string,
): Promise<readonly TrailEvent[]> {
  const keys = (await context.resources('AWS::KMS::Key')).map(({ physicalId }) => physicalId);
  if (keys.length === 0) throw new NoAnswer('the stacks have no key');
  const pattern = `{ ($.eventSource = "${KMS}") && ($.${member} = "${value}") }`;
  const events = await context.trailEvents(pattern, context.lastDays(14));
  // An event of a refusal may contain the key only in its message.
  return events.filter(({ resources = [], requestParameters, errorMessage = '' }) => {
    const places = [...resources.map(({ ARN }) => ARN), requestParameters?.keyId, errorMessage];
    return keys.some((key) => places.some((place) => place?.includes(key)));
  });
}
