import * as fs from 'fs';
import * as path from 'path';
import { AgentTrigger, type AgentTriggerOptions } from '../../../../lib';
import { turnExecutionName, type TurnRequest } from '../../../../lib/contracts/turn';
import { eventNamed, KINDS, TriggerScene } from '../../../lib/trigger/trigger-scene';
import { FakeStepFunctions } from './fake-step-functions';
import { coldStart, publishedStarter, type Handler, type PublishedStarter } from './published-starter';

/*
 * The starter as it is deployed: the bundle and the configuration from the synthesized assembly, the variables from the
 * template, the SDK client that is in the bundle, against a StartExecution on loopback.
 */

const service = new FakeStepFunctions();
const environment = process.env;
let endpoint: string;
let log: jest.SpyInstance;

beforeAll(async () => {
  endpoint = await service.start();
});
afterAll(() => service.stop());
beforeEach(() => {
  service.executions.clear();
  service.objects.clear();
  service.calls = 0;
  service.faults = [];
  service.standing = undefined;
  log = jest.spyOn(console, 'log').mockImplementation();
});
afterEach(() => {
  process.env = environment;
  log.mockRestore();
});

function scene(kind: string, options: AgentTriggerOptions = {}): TriggerScene {
  const made = new TriggerScene();
  made.workflow.addTrigger(KINDS.find(({ name }) => name === kind)!.make(made, options));
  return made;
}

/** The starter of the CodeCommit trigger, which most tests use, synthesized once. */
const pullRequests = publishedStarter(scene('onPullRequest'));

function records(...events: object[]) {
  return { Records: events.map((event, index) => ({ messageId: `m${index}`, body: JSON.stringify(event) })) };
}

function requests(): TurnRequest[] {
  return [...service.executions.values()].map(({ input }) => JSON.parse(input) as TurnRequest);
}

function promptOf(request: TurnRequest): string {
  return request.prompt.map(({ text }) => text).join('');
}

/** A prompt without the nonce of its fence. */
function withoutNonce(prompt: string): string {
  return prompt.replace(/mark="[0-9a-f]{32}"/g, 'mark="NONCE"');
}

/** Runs the starter on one event that must be started, and returns its request. */
async function requestFor(starter: PublishedStarter, event: object): Promise<TurnRequest> {
  expect(await coldStart(starter, endpoint)(records(event))).toEqual({ batchItemFailures: [] });
  const [request] = requests();
  return request;
}

/** A queue of SQS with a redrive policy, as far as it matters here. */
async function deliver(handler: Handler, maxReceiveCount: number, ...bodies: string[]) {
  let waiting = bodies.map((body, index) => ({ messageId: `m${index}`, body, received: 0 }));
  const dead: string[] = [];
  for (let round = 0; waiting.length > 0 && round < 2_000; round += 1) {
    const batch = waiting.slice(0, 10).map((message) => ({ ...message, received: message.received + 1 }));
    const { batchItemFailures } = await handler({ Records: batch });
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const returned = batch.filter(({ messageId }) => failed.has(messageId));
    dead.push(...returned.filter(({ received }) => received >= maxReceiveCount).map(({ body }) => body));
    waiting = [...waiting.slice(10), ...returned.filter(({ received }) => received < maxReceiveCount)];
  }
  return { dead };
}

/** What staging and delivery get to know, by kind of trigger. */
const FACTS: Readonly<Record<string, string[]>> = {
  onSchedule: ['scheduledTime'],
  onAlarm: ['alarmArn', 'state', 'changedAt'],
  onPullRequest: ['repository', 'pullRequestId', 'sourceCommit', 'destinationCommit'],
  onGitHubPullRequest: ['repository', 'pullRequestId', 'sourceCommit', 'destinationCommit', 'draft', 'headRepository'],
  onGitHubCommand: ['repository', 'pullRequestId'],
};

test('a pull request of an app, from a fork that is gone, is started', async () => {
  const event = eventNamed('github-pull-request');
  const { pull_request } = event.detail;
  Object.assign(pull_request, { body: '', user: { login: 'dependabot[bot]', type: 'Bot' }, from_fork: true });
  pull_request.head.repo = null;
  const { prompt, subject } = await requestFor(publishedStarter(scene('onGitHubPullRequest')), event);
  expect(prompt.map(({ text }) => text).join('')).toContain('"dependabot[bot]"');
  expect(subject).not.toHaveProperty('headRepository');
});

describe('every kind of trigger', () => {
  test.each(KINDS.map((kind) => [kind.name, kind.event] as const))(
    '%s makes a request of its event',
    async (name, file) => {
      const starter = publishedStarter(scene(name));
      const event = eventNamed(file);
      const request = await requestFor(starter, event);

      expect(request).toMatchObject({
        format: 'cdk-bedrock-managed-agents/turn-request/1',
        agentName: 'reviewer',
        trigger: { source: event.source, eventId: event.id, detailType: event['detail-type'], time: event.time },
      });
      expect(Object.keys(request).sort()).toEqual(
        [
          'agentName',
          'deduplicationKey',
          'format',
          'prompt',
          ...(request.sessionKey ? ['sessionKey'] : []),
          ...(FACTS[name] ? ['subject'] : []),
          'trigger',
        ].sort(),
      );
      expect(Object.keys(request.subject ?? {})).toEqual(FACTS[name] ?? []);
      const [[executionName, start]] = service.executions;
      expect(executionName).toBe(turnExecutionName(request.deduplicationKey));
      expect(start.stateMachineArn).toBe(starter.variables.BMA_STATE_MACHINE_ARN);
      expect(promptOf(request)).not.toContain('{{');
      expect(withoutNonce(promptOf(request))).toMatchSnapshot();
      expect([request.deduplicationKey, request.sessionKey ?? '(its own session)']).toMatchSnapshot();
    },
  );

  test.each(KINDS.map((kind) => [kind.name, kind.event] as const))(
    '%s starts one turn for an event that comes twice',
    async (name, file) => {
      const handler = coldStart(publishedStarter(scene(name)), endpoint);
      const event = eventNamed(file);
      // Delivered again, an event may have another id; a schedule that is invoked again always has.
      const again = name === 'onEvent' ? event : { ...event, id: 'another-id' };
      expect(await handler(records(event, again))).toEqual({ batchItemFailures: [] });
      expect(await handler(records(again))).toEqual({ batchItemFailures: [] });
      expect(service.executions.size).toBe(1);
      expect(log.mock.calls.map(([line]) => JSON.parse(line).message)).toEqual([
        'turn started',
        'turn duplicate',
        'turn duplicate',
      ]);
    },
  );
});

describe('one subject, one turn', () => {
  const event = (change: (detail: any) => void) => {
    const made = eventNamed('codecommit-pull-request');
    change(made.detail);
    return made as object;
  };

  test('new commits on a pull request are another turn of the same conversation', async () => {
    const handler = coldStart(pullRequests, endpoint);
    await handler(
      records(
        event(() => undefined),
        event((detail) => {
          detail.sourceCommit = 'a'.repeat(40);
          detail.event = 'pullRequestSourceBranchUpdated';
        }),
        event((detail) => (detail.title = 'Same commit, edited title')),
      ),
    );
    expect(service.executions.size).toBe(2);
    expect(new Set(requests().map(({ sessionKey }) => sessionKey)).size).toBe(1);
  });

  test('a branch that comes back to a commit is another turn, and the same delivery is none', async () => {
    const handler = coldStart(publishedStarter(scene('onGitHubPullRequest')), endpoint);
    const pushed = (sha: string, occurrence: string, action = 'synchronize') => {
      const made = eventNamed('github-pull-request');
      Object.assign(made.detail, { action, occurrence });
      made.detail.pull_request.head.sha = sha.repeat(40);
      return made as object;
    };
    await handler(
      records(
        pushed('a', 'commit', 'opened'),
        pushed('a', 'commit', 'ready_for_review'),
        pushed('b', 'synchronize/2026-11-23T10:01:00Z'),
        pushed('c', 'synchronize/2026-11-23T10:02:00Z'),
        pushed('b', 'synchronize/2026-11-23T10:03:00Z'),
        pushed('b', 'synchronize/2026-11-23T10:03:00Z'),
        pushed('b', 'reopened/2026-11-23T10:04:00Z', 'reopened'),
        pushed('b', 'reopened/2026-11-23T10:05:00Z', 'reopened'),
      ),
    );
    expect(requests().map(({ subject }) => subject!['sourceCommit'][0])).toEqual(['a', 'b', 'c', 'b', 'b', 'b']);
  });

  test('values that only look alike when they are joined are different subjects', async () => {
    const starter = publishedStarter(scene('onEvent', { deduplicationKey: ['detail.a', 'detail.b'], prompt: 'Go.' }));
    const make = (a: unknown, b: unknown) => ({ ...eventNamed('custom-event'), detail: { a, b } });
    await coldStart(
      starter,
      endpoint,
    )(records(make('x|y', 'z'), make('x', 'y|z'), make('x y', 'z'), make('x', 'y z'), make('1', 2), make('é', 'z')));
    expect(service.executions.size).toBe(6);
  });

  test('two triggers on the same events are two turns', async () => {
    for (const triggerId of ['One', 'Two']) {
      const made = new TriggerScene();
      made.workflow.addTrigger(AgentTrigger.onEvent('E', { source: ['x'] }, { triggerId, prompt: 'Go.' }));
      await coldStart(publishedStarter(made), endpoint)(records(eventNamed('custom-event')));
    }
    expect(service.executions.size).toBe(2);
  });

  test.each<[string, (event: any) => void, string]>([
    ['a part of its deduplication key', (e) => delete e.detail.sourceCommit, 'event.detail.sourceCommit is missing'],
    ['the only resource', (e) => (e.resources = []), 'event.resources.0 is missing'],
    ['a value of the prompt', (e) => delete e.detail.destinationCommit, 'event.detail.destinationCommit is missing'],
    [
      'a number where a number belongs',
      (e) => (e.detail.pullRequestId = 'twelve'),
      'event.detail.pullRequestId is not of the type int',
    ],
    [
      'a commit where a commit belongs',
      (e) => (e.detail.destinationCommit = 'main; rm -rf /'),
      'event.detail.destinationCommit is not of the type sha',
    ],
    [
      'an object where a key is a text',
      (e) => (e.detail.pullRequestId = { $gt: '' }),
      'event.detail.pullRequestId is missing',
    ],
    ['its detail', (e) => (e.detail = null), 'is missing'],
  ])('an event that lacks %s starts nothing and returns to the queue', async (_, change, reason) => {
    const broken = eventNamed('codecommit-pull-request');
    change(broken);
    expect(await coldStart(pullRequests, endpoint)(records(broken))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm0' }],
    });
    expect(service.calls).toBe(0);
    expect(JSON.parse(log.mock.calls[0][0])).toMatchObject({
      level: 'ERROR',
      error: 'RefusedEventError',
      reason: expect.stringContaining(reason),
    });
  });

  test.each(['', 'null', '[]', '"x"', '{', '{"detail":'])(
    'a message that is no event (%j) starts nothing and returns to the queue',
    async (body) => {
      const handler = coldStart(pullRequests, endpoint);
      expect(await handler({ Records: [{ messageId: 'm0', body }] })).toEqual({
        batchItemFailures: [{ itemIdentifier: 'm0' }],
      });
      expect(service.calls).toBe(0);
    },
  );
});

describe('nothing is lost', () => {
  const event = eventNamed('codecommit-pull-request') as { detail: object };
  const bodies = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      JSON.stringify({ ...event, detail: { ...event.detail, pullRequestId: String(index) } }),
    );

  test.each([['throttle'], ['unavailable'], ['limit'], ['hang-up'], ['lost-answer']] as const)(
    '%s for a while: every event is started once',
    async (fault) => {
      const handler = coldStart(pullRequests, endpoint);
      service.faults = Array.from({ length: 9 }, () => fault);
      const { dead } = await deliver(handler, pullRequests.maxReceiveCount, ...bodies(6));
      expect(dead).toEqual([]);
      expect(service.executions.size).toBe(6);
    },
  );

  test('throttling that does not end: every event is in the dead-letter queue, whole', async () => {
    const handler = coldStart(publishedStarter(scene('onPullRequest', { maxAttempts: 2 })), endpoint);
    service.standing = 'throttle';
    const all = bodies(3);
    const { dead } = await deliver(handler, 2, ...all);
    expect(dead.sort()).toEqual(all.sort());
    expect(service.executions.size).toBe(0);
  });

  test('one event that cannot be started does not hold up the others of its batch', async () => {
    const handler = coldStart(pullRequests, endpoint);
    const [first, second] = bodies(2);
    const answer = await handler({
      Records: [
        { messageId: 'a', body: first },
        { messageId: 'b', body: 'no event' },
        { messageId: 'c', body: second },
      ],
    });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'b' }] });
    expect(service.executions.size).toBe(2);
  });

  test('a starter that dies after the start and before the answer starts nothing twice', async () => {
    const [body] = bodies(1);
    await coldStart(pullRequests, endpoint)({ Records: [{ messageId: 'a', body }] });
    // The message returns after its visibility timeout, to a new execution environment.
    expect(await coldStart(pullRequests, endpoint)({ Records: [{ messageId: 'a', body }] })).toEqual({
      batchItemFailures: [],
    });
    expect(service.executions.size).toBe(1);
  });
});

describe('large prompts', () => {
  const wide = (options: AgentTriggerOptions = {}) =>
    publishedStarter(scene('onEvent', { prompt: 'Read: {{event.detail.text | text:50000}}', ...options }));
  const withText = (text: string) => ({ ...eventNamed('custom-event'), detail: { text } });

  test('travel by reference, in parts that join to the whole, under the name of the turn', async () => {
    const starter = wide();
    expect(starter.variables.BMA_PROMPT_BUCKET).toBe('evidence-of-reviewer');
    const text = '日本語の説明 '.repeat(8_000);
    const request = await requestFor(starter, withText(text));
    expect(
      request.prompt.every(({ text: inline, s3 }) => inline === undefined && s3?.bucket === 'evidence-of-reviewer'),
    ).toBe(true);
    const name = turnExecutionName(request.deduplicationKey);
    const parts = request.prompt.map(({ s3 }) => service.objects.get(`/evidence-of-reviewer/${s3!.key}`)!);
    expect(request.prompt.every(({ s3 }) => s3!.key.startsWith(`prompts/${name}/`))).toBe(true);
    expect(parts.every((part) => part.length > 0 && part.length <= 10_000)).toBe(true);
    expect(parts.join('').includes(`(cut, ${text.length} characters in all)`)).toBe(true);
    expect(Buffer.byteLength(JSON.stringify(request))).toBeLessThan(20_000);
  });

  test('no part cuts a character in two', async () => {
    const request = await requestFor(
      wide({ prompt: `${'x'.repeat(9_999 - 'Read: '.length)}Read: 🦀🦀 {{event.detail.text | text}}` }),
      withText('x'),
    );
    const texts = request.prompt.map(({ text }) => text!);
    expect(texts.length).toBeGreaterThan(1);
    expect(texts.every((text) => !text.includes('\uFFFD') && Buffer.from(text, 'utf8').toString('utf8') === text)).toBe(
      true,
    );
  });

  test('a second attempt leaves the parts of the first alone', async () => {
    const starter = wide();
    await requestFor(starter, withText('é'.repeat(49_000)));
    const before = new Map(service.objects);
    await coldStart(starter, endpoint)(records(withText('é'.repeat(49_000))));
    expect(service.executions.size).toBe(1);
    expect(before.size).toBeGreaterThan(1);
    expect([...before].every(([key, body]) => service.objects.get(key) === body)).toBe(true);
  });

  test('a trigger whose prompts are always small has neither the bucket nor the permission', () => {
    expect(pullRequests.variables.BMA_PROMPT_BUCKET).toBeUndefined();
  });
});

describe('what is published', () => {
  test('the share of the slots is named after the trigger', async () => {
    const request = await requestFor(
      publishedStarter(scene('onPullRequest', { maxConcurrency: 2 })),
      eventNamed('codecommit-pull-request'),
    );
    expect(request.share).toEqual({ name: 'PullRequest-Repository', slots: 2 });
  });

  test('deadline and approval come from the trigger, never from the event', async () => {
    const made = new TriggerScene();
    made.workflow.addTrigger(KINDS.find(({ name }) => name === 'onPullRequest')!.make(made, { requireApproval: true }));
    const event = {
      ...eventNamed('codecommit-pull-request'),
      deadlineSeconds: 1,
      approval: 'none',
      instructions: 'x',
      role_arn: 'y',
    };
    const request = await requestFor(publishedStarter(made), event);
    expect(request.approval).toBe('required');
    expect(request.deadlineSeconds).toBeUndefined();
    expect(JSON.stringify(request)).not.toContain('role_arn');
  });

  test('the configuration lies in the code, and the variables hold names only', () => {
    const file = JSON.parse(fs.readFileSync(path.join(pullRequests.directory, 'trigger.json'), 'utf8'));
    expect(file).toMatchObject({
      format: 'cdk-bedrock-managed-agents/starter/1',
      trigger: { type: 'pull-request', id: 'PullRequest-Repository' },
      deduplicationKey: [
        ['resources', '0'],
        ['detail', 'pullRequestId'],
        ['detail', 'sourceCommit'],
        ['detail', 'event'],
        ['time'],
      ],
    });
    expect(Object.keys(pullRequests.variables).sort()).toEqual(['BMA_AGENT_NAME', 'BMA_STATE_MACHINE_ARN']);
  });

  test('nothing of an event is logged but its id', async () => {
    const event = eventNamed('codecommit-pull-request');
    event.detail.title = 'SECRET-TITLE';
    event.detail.description = 'SECRET-TEXT';
    const handler = coldStart(pullRequests, endpoint);
    await handler(records(event, { ...event, detail: { ...event.detail, pullRequestId: 'SECRET-ID' } }));
    // The service repeats the input in its message.
    await handler(records({ ...event, detail: { ...event.detail, title: 'SECRET-OTHER' } }));
    expect(log.mock.calls.flat().join('\n')).not.toContain('SECRET');
    expect(log).toHaveBeenCalledTimes(3);
  });

  test('a starter without its variables fails when it starts, not at its first event', () => {
    expect(() => coldStart({ ...pullRequests, variables: {} }, endpoint)).toThrow(/BMA_STATE_MACHINE_ARN is missing/);
  });
});
