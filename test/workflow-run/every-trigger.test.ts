import { createHash } from 'node:crypto';
import type { LocalService } from '../../local';
import { Deployment, LocalCloud } from '../../local/cloud';
import { AgentGuardrail, TurnWorkflow, type ITurnWorkflow, type ManagedAgent } from '../../lib';
import { ACCOUNT, REGION } from '../iam/synthesized-account';
import { removeLifecycleBundle, startWithRealParts } from '../local/support/service';
import { eventNamed, KINDS, TriggerScene } from '../lib/trigger/trigger-scene';
import { stageAssets } from '../staged-assets';

stageAssets();

/*
 * One agent with a trigger of every kind, as it is synthesized: each recorded event goes through its own rule (or schedule),
 * queue and starter, the state machine, the real exec server, and comes out as an outcome event with evidence.
 */

/** The scene of the trigger tests, in which the agent has the real workflow. */
class Scene extends TriggerScene {
  protected override newWorkflow(agent: ManagedAgent, id: string): ITurnWorkflow {
    if (id !== 'Agent') return super.newWorkflow(agent, id);
    const guardrail = AgentGuardrail.standard(this.stack, 'Guardrail', { encryptionKey: this.key });
    return new TurnWorkflow(this.stack, 'Turns', { agent, guardrail });
  }
}

/** Events that are not on the default bus. */
const BUSES: Record<string, string> = {
  onGitHubPullRequest: 'Webhook',
  onGitHubCommand: 'Webhook',
  onTurnOutcome: 'ScoutTurns',
};

let service: LocalService;
let cloud: LocalCloud;

async function deliverAll(): Promise<void> {
  for (const { name, event } of KINDS) {
    if (name === 'onSchedule') await cloud.runSchedule('Nightly', eventNamed(event).time as string);
    else
      await cloud.deliver(
        eventNamed(event),
        BUSES[name] && cloud.deployment.one('AWS::Events::EventBus', BUSES[name]).ref,
      );
  }
  await cloud.quiet(200_000);
}

beforeAll(async () => {
  const scene = new Scene();
  for (const { make } of KINDS) scene.add(make(scene, {}));
  const assembly = scene.app.synth().directory;
  const place = { accountId: ACCOUNT, region: REGION, partition: 'aws' };
  service = await startWithRealParts({
    template: assembly,
    // Nobody signs as this one: every function has credentials of its own role.
    caller: new Deployment(assembly, place).one('AWS::IAM::Role', 'AgentSessionRole').arn,
    script: {
      rules: [
        {
          when: {},
          steps: [{ kind: 'run', id: 'look', command: 'echo looked' }],
          answer: 'Done: {{steps.look.output}}',
        },
      ],
    },
  });
  cloud = await LocalCloud.start({
    assembly,
    service,
    variables: { BMA_LISTEN_SECONDS: '2', BMA_SETTLE_SECONDS: '1' },
  });
  await deliverAll();
});

afterAll(async () => {
  await service?.close();
  await cloud?.close();
  removeLifecycleBundle();
});

const outcomesOf = (name: string, event: string) =>
  (cloud.outcomes() as unknown as { DetailType: string; Detail: any }[]).filter(({ Detail }) =>
    name === 'onSchedule' ? Detail.trigger.type === 'schedule' : Detail.trigger.eventId === eventNamed(event).id,
  );

test.each(KINDS.map(({ name, event }) => [name, event]))(
  '%s: its event is one completed turn with evidence',
  async (name, event) => {
    const outcomes = outcomesOf(name, event);
    expect(outcomes).toHaveLength(1);
    const [{ DetailType, Detail }] = outcomes;
    expect(DetailType).toBe('Managed Agent Turn Completed');
    expect(Detail).toMatchObject({
      agentName: 'reviewer',
      output: [{ text: expect.stringContaining('Done: looked') }],
    });

    const { bucket, manifestKey, manifestSha256 } = Detail.evidence;
    const manifestText = await cloud.stores.text(bucket, manifestKey);
    expect(createHash('sha256').update(manifestText).digest('hex')).toBe(manifestSha256);
    const items = await cloud.stores.text(bucket, JSON.parse(manifestText).items.key);
    expect(
      items
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).type),
    ).toEqual(['message', 'command_execution', 'message']);
  },
);

test('the guardrail was asked about the lines of others, and about no sentence of a template', () => {
  const inputs = cloud.guardrail.screened.filter(({ source }) => source === 'INPUT').map(({ text }) => text);
  expect(inputs.length).toBeGreaterThanOrEqual(KINDS.length);
  for (const line of inputs.flatMap((text) => text.split('\n'))) expect(line).toMatch(/^event\.[\w.-]+ = |^Nightly$/);
});

test('every slot is free, nothing is a dead letter, and the same events start nothing again', async () => {
  expect(await cloud.slotHolders()).toEqual([]);
  const before = cloud.outcomes().length;
  expect(before).toBe(KINDS.length);
  await deliverAll();

  expect(cloud.outcomes()).toHaveLength(before);
  expect(cloud.queues.deadLetters()).toEqual([]);
});

test('no call was denied', () => {
  expect(cloud.policies.denials.map(({ decision }) => decision.reason)).toEqual([]);
});
