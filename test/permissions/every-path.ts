/** An example deployed on this machine, with its scenario, and after it every delivery that its templates know. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ScanCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { loadScenario } from '../../bin/local-scenario';
import { ScenarioRun } from '../../bin/scenario-run';
import type { Properties } from '../../local/cloud/deployment';
import type { CloudEvent, LocalCloud } from '../../local/cloud';
import type { AccountPolicies, RecordedDecision } from '../../local/iam/account-policies';
import { copyOfAssembly } from '../examples/synthesized';

const ROOT = path.resolve(__dirname, '../..');

export interface ExampleRun {
  readonly example: string;
  readonly policies: AccountPolicies;
  /** Each decision with the variant that made it first. */
  readonly decisions: readonly (RecordedDecision & { readonly variant: string })[];
}

const EVENT: CloudEvent = {
  version: '0',
  id: 'made-up',
  'detail-type': 'Made up',
  source: 'made-up',
  account: '111122223333',
  time: '2026-11-23T12:00:00Z',
  region: 'us-east-1',
  resources: [],
  detail: {},
};

/** Templates of an example, changed before they are deployed. */
export type Change = (
  template: { Resources: Record<string, { Properties?: Record<string, any> }> },
  stack: string,
) => void;

/** Templates of a copied assembly, changed. */
function changeTemplates(directory: string, change: Change): void {
  for (const file of fs.readdirSync(directory)) {
    if (!file.endsWith('.template.json')) continue;
    const template = JSON.parse(fs.readFileSync(path.join(directory, file), 'utf8'));
    change(template, file.replace('.template.json', ''));
    fs.writeFileSync(path.join(directory, file), JSON.stringify(template));
  }
}

/** A change of the first event of the scenario, in a separate deployment. */
type Variant = (run: ScenarioRun) => Promise<void> | void;

const VARIANTS: Readonly<Record<string, Variant>> = {
  'scenario, every delivery': () => undefined,
  'stopped while the agent works': (run) => stopAt(run.cloud, 'CheckTurn'),
  'stopped before its outcome': (run) => stopAt(run.cloud, 'RecordOutcome'),
  'masked and large, ambiguous answers': largeAndMasked,
  'output blocked': ({ cloud }) => {
    cloud.guardrail.judge = (source) => (source === 'OUTPUT' ? 'BLOCKED' : 'NONE');
  },
};

export const VARIANT_NAMES: readonly string[] = Object.keys(VARIANTS);

/** Runs an example in every variant. @throws Error when something does not come to an end */
export async function runEveryPath(
  example: string,
  change?: Change,
  variants: readonly string[] = VARIANT_NAMES,
): Promise<ExampleRun> {
  const loaded = loadScenario(path.join(ROOT, 'examples'), example);
  const assembly = copyOfAssembly(example, fs.mkdtempSync(path.join(os.tmpdir(), `${example}-`)));
  if (change !== undefined) changeTemplates(assembly, change);
  const imagePaths = { '/opt/agent': path.join(ROOT, 'assets', 'image') };
  const decisions: ExampleRun['decisions'][number][] = [];
  let policies: AccountPolicies | undefined;
  try {
    for (const variant of variants) {
      const prepare = VARIANTS[variant];
      const run = await ScenarioRun.start({ loaded, assembly, region: 'us-east-1', imagePaths, policies });
      policies = run.cloud.policies;
      try {
        await prepare(run);
        const isWhole = variant === Object.keys(VARIANTS)[0];
        for (const event of isWhole ? loaded.events : loaded.events.slice(0, 1)) await run.deliver(event);
        if (isWhole) {
          await expireSessions(run.cloud);
          await everyDelivery(run.cloud);
        }
      } finally {
        await run.close();
      }
      const before = decisions.length;
      decisions.push(...[...policies.decisions.values()].slice(before).map((decision) => ({ ...decision, variant })));
    }
    return { example, policies: policies!, decisions };
  } finally {
    fs.rmSync(assembly, { recursive: true, force: true });
  }
}

function stopAt(cloud: LocalCloud, state: string): void {
  let stopped = false;
  const { aroundTask } = cloud;
  cloud.aroundTask = async (entered, call, execution) => {
    if (entered === state && !stopped) {
      stopped = true;
      void cloud.executions.stop(execution);
    }
    return await aroundTask(entered, call, execution);
  };
}

/** A part of the prompt is stored, texts are masked, and the results of creating and submitting are ambiguous. */
async function largeAndMasked({ cloud, service }: ScenarioRun): Promise<void> {
  cloud.guardrail.judge = () => 'MASKED';
  for (const fault of ['ambiguous-create', 'ambiguous-submit'] as const) service.faults.plan(fault);
  const { executions, deployment } = cloud;
  const bucket = deployment.one('AWS::S3::Bucket', 'TurnsEvidence').ref;
  const key = 'prompts/large/000.txt';
  await cloud.stores.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: `${'.'.repeat(9_000)} a@b.c` }));
  const start = executions.start.bind(executions);
  executions.start = (machine, name, input, definition) => {
    const { prompt } = input as { prompt?: object[] };
    const larger =
      prompt === undefined ? input : { ...(input as object), prompt: [...prompt, { s3: { bucket, key } }] };
    return start(machine, name, larger, definition);
  };
}

/** Every session is over its time limit. */
async function expireSessions(cloud: LocalCloud): Promise<void> {
  for (const { ref } of cloud.deployment.all('AWS::DynamoDB::Table')) {
    const { Items = [] } = await cloud.stores.dynamo.send(new ScanCommand({ TableName: ref }));
    for (const { pk, deleteAfter } of Items) {
      if (deleteAfter === undefined) continue;
      await cloud.stores.dynamo.send(
        new UpdateItemCommand({
          TableName: ref,
          Key: { pk },
          UpdateExpression: 'SET deleteAfter = :then',
          ExpressionAttributeValues: { ':then': { N: '1' } },
        }),
      );
    }
  }
}

/** Schedules, alarms, and all dead-letter queues. */
async function everyDelivery(cloud: LocalCloud): Promise<void> {
  const { deployment, buses } = cloud;
  const { unavailable } = cloud.targets;
  const schedules = [
    ...deployment.all('AWS::Scheduler::Schedule').map(({ logicalId }) => logicalId),
    ...buses.made.map(({ name }) => name),
  ];
  for (const schedule of schedules) await cloud.runSchedule(schedule);
  for (const { logicalId } of deployment.all('AWS::CloudWatch::Alarm')) {
    for (const state of ['ALARM', 'OK'] as const) await cloud.alarm(logicalId, state);
  }
  await cloud.quiet();
  const targets = (properties: Properties) => (properties.Targets ?? []) as { Arn: string }[];
  for (const { logicalId, properties } of deployment.all('AWS::Events::Rule')) {
    for (const { Arn } of targets(properties)) unavailable.add(Arn);
    await buses.runRule(logicalId, EVENT);
  }
  for (const { properties } of deployment.all('AWS::Scheduler::Schedule')) {
    unavailable.add((properties.Target as { Arn: string }).Arn);
  }
  for (const { target } of buses.made) unavailable.add(target.Arn);
  for (const schedule of schedules) await cloud.runSchedule(schedule);
  for (const { arn, ref } of deployment.all('AWS::Events::EventBus')) {
    unavailable.add(arn);
    await cloud.deliver(EVENT, ref);
  }
  await cloud.quiet();
}
