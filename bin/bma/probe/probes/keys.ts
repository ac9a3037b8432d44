import { NoAnswer, probe } from '../probe';
import type { ProbeContext } from '../probe-context';
import { KMS, type TrailEvent } from '../trail-event';

const NEEDS = ['a trail that delivers to CloudWatch Logs', 'keys of the library in the stacks'];

export const keyGrants = probe({
  id: 'key-grants',
  question:
    'Do AWS services make grants on the keys of agents, and does the key policy let them (`kms:GrantIsForAWSResource`)?',
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
    allowed: { means: 'Services made grants, and none was refused.' },
    denied: {
      means: 'A grant for a service was refused.',
      change: 'widen the statement GrantsForServicesOnly for the service in the evidence',
    },
  },
  async run(context) {
    const events = (await keyEvents(context, 'CreateGrant')).filter(
      ({ userIdentity }) => userIdentity?.invokedBy !== undefined,
    );
    if (events.length === 0) throw new NoAnswer('no AWS service asked for a grant on these keys in the last 14 days');
    const denied = events.filter(isDenied);
    const services = (some: readonly TrailEvent[]) =>
      [...new Set(some.map(({ userIdentity }) => userIdentity!.invokedBy!))].sort().join(', ');
    return denied.length > 0
      ? {
          answer: 'denied',
          evidence: [`refused: ${services(denied)}`, `grants asked for: ${events.length}`],
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
    'The execution role of a schedule may decrypt under the encryption context of its schedules, without `kms:ViaService`.',
  where: ['lib/trigger/schedule.ts', 'lib/blueprint/incident-responder/incident-timers.ts', 'docs/blueprints.md'],
  needs: [...NEEDS, 'a schedule under one of these keys that ran in the last 14 days'],
  looksAt: ['stacks', 'trail'],
  permissions: [],
  usd: 0,
  minutes: 2,
  answers: {
    directly: { means: 'The role decrypts itself: the event names no service that called for it.' },
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
    const events = (await keyEvents(context, 'Decrypt')).filter(({ requestParameters }) =>
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

/** What local/cloud/key-permissions.ts assumes. */
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
    assumed: { means: 'They send what is assumed.' },
    other: {
      means: 'They send something else, or nothing.',
      change: 'enter what is in the evidence in local/cloud/key-permissions.ts',
    },
  },
  async run(context) {
    const events = [...(await keyEvents(context, 'Decrypt')), ...(await keyEvents(context, 'GenerateDataKey'))];
    const seen = new Map<string, Set<string>>();
    for (const { userIdentity, requestParameters } of events) {
      const service = userIdentity?.invokedBy ?? '';
      if (!Object.hasOwn(ASSUMED_CONTEXTS, service)) continue;
      const names =
        Object.keys(requestParameters?.encryptionContext ?? {})
          .sort()
          .join(' and ') || 'nothing';
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

const isDenied = ({ errorCode }: TrailEvent): boolean => /AccessDenied/.test(errorCode ?? '');

/** Uses of the keys that are in the stacks. @throws NoAnswer when there are none */
async function keyEvents(context: ProbeContext, eventName: string): Promise<readonly TrailEvent[]> {
  const keys = new Set((await context.resources('AWS::KMS::Key')).map(({ physicalId }) => physicalId));
  if (keys.size === 0) throw new NoAnswer('the stacks have no key');
  const events = await context.trailEvents(
    `{ ($.eventSource = "${KMS}") && ($.eventName = "${eventName}") }`,
    context.lastDays(14),
  );
  const isOurs = (id: string | undefined): boolean => id !== undefined && keys.has(id.split('/').pop()!);
  return events.filter(
    ({ resources = [], requestParameters }) =>
      resources.some(({ ARN }) => isOurs(ARN)) || isOurs(requestParameters?.keyId),
  );
}
