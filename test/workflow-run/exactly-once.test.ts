import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { AgentTrigger } from '../../lib';
import { startLocalService, type LocalService } from '../../local';
import { clientOf } from '../local/support/service';
import { fakeCompute, type FakeCompute } from './support/fake-compute';
import { HangUp } from '../../local/cloud';
import { deploy } from './support/scenario-stack';
import { WorkflowCloud } from './support/workflow-cloud';

/*
 * 1,000 pull request events, every fifth a duplicate, through the starter as it is deployed and the synthesized machine,
 * with faults at every step of both and in the service, and starters that die in the middle of a batch.
 */

const SUBJECTS = 800;
const EVENTS = 1_000;
const PULL_REQUESTS = 700;
const FAULT_RATE = 0.05;
/** Executions at a time that this machine's interpreter is asked to run; Step Functions has no such limit. */
const RUNNING = 24;

let seed = 7;
function random(): number {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
  return seed / 4_294_967_296;
}

let compute: FakeCompute;
let service: LocalService;
let workflow: WorkflowCloud;

afterAll(async () => {
  await service?.close();
  await workflow?.cloud.close();
  await compute?.close();
});

test('1,000 events for 800 subjects are 800 turns, whatever breaks on the way', async () => {
  const deployed = deploy({ maxConcurrency: 16 }, (turns, stack) =>
    turns.addTrigger(AgentTrigger.onPullRequest(new Repository(stack, 'Code', { repositoryName: 'code' }))),
  );
  compute = await fakeCompute();
  service = await startLocalService({
    compute,
    script: { rules: [{ when: {}, steps: [], answer: 'Nothing to do.' }] },
    faults: {
      seed: 11,
      rates: {
        throttle: FAULT_RATE / 2,
        unavailable: FAULT_RATE / 2,
        'ambiguous-create': FAULT_RATE,
        'lost-create': FAULT_RATE,
        'ambiguous-submit': FAULT_RATE,
        'lost-submit': FAULT_RATE,
        'drop-stream': FAULT_RATE,
      },
    },
  });
  compute.service = service;
  workflow = await WorkflowCloud.start(
    deployed,
    service,
    { SETTLE_SECONDS: '0.5', LISTEN_SECONDS: '0.5' },
    { waitMs: 100, waits: { AcquireSlot: 500 } },
  );
  const { cloud } = workflow;
  const mapping = cloud.deployment.one('AWS::Lambda::EventSourceMapping');
  const starter = String(mapping.properties.FunctionName);

  const faults = { before: 0, after: 0, start: 0, crashes: 0 };
  const broken = () => Object.assign(new Error('injected'), { name: 'Lambda.ServiceException' });
  workflow.beforeTask = () => {
    if (random() >= FAULT_RATE / 2) return;
    faults.before += 1;
    throw broken();
  };
  workflow.afterTask = () => {
    if (random() >= FAULT_RATE / 2) return;
    faults.after += 1;
    throw broken();
  };

  let lostAnswers = 0;
  const startExecution = cloud.operations.get('AWSStepFunctions.StartExecution')!;
  cloud.operations.set('AWSStepFunctions.StartExecution', (input) => {
    const answer = startExecution(input);
    if (random() >= FAULT_RATE) return answer;
    // Started, and nobody hears of it: to the caller it looks like a duplicate when it tries again.
    lostAnswers += 1;
    throw new HangUp();
  });
  const running = () => cloud.executions.all.filter(({ status }) => status === 'RUNNING').length;

  const queue = events();
  for (let polls = 0; queue.length > 0; polls++) {
    if (polls > EVENTS) throw new Error(`the queue does not get empty: ${queue.length} left`);
    while (running() >= RUNNING) await new Promise((resolve) => setTimeout(resolve, 10));
    const batch = queue.splice(0, 10);
    const call = cloud.functions.invoke(starter, {
      Records: batch.map((body, index) => ({ messageId: String(index), body })),
    });
    if (random() < 0.04) {
      faults.crashes += 1;
      setTimeout(() => void cloud.functions.crash(starter), 5);
    }
    // What is not answered for becomes visible again.
    const back = await call.then(
      (answer) =>
        (answer as { batchItemFailures: { itemIdentifier: string }[] }).batchItemFailures.map(
          ({ itemIdentifier }) => batch[Number(itemIdentifier)],
        ),
      () => batch,
    );
    queue.push(...back);
  }
  const executions = cloud.executions.all;
  await Promise.all(executions.map(({ over }) => over));
  const results = executions.map(({ output }) => output as { outcome: string });

  const messages: string[] = [];
  let sessions = 0;
  for await (const session of clientOf(service).list()) {
    sessions += 1;
    messages.push(...service.admin.turns(session.id).map(({ message }) => message));
  }
  const commits = messages.map((message) => /[0-9a-f]{40}/.exec(message)![0]);
  const completed = results.filter(({ outcome }) => outcome === 'Completed').length;
  const published = new Set(workflow.outcomes().map(({ Detail }) => Detail.turn.name as string));
  console.info(
    `${EVENTS} events, ${SUBJECTS} subjects: ${executions.length} executions, ${messages.length} turns in ${sessions} sessions, ` +
      `${completed} completed, ${published.size} outcomes (${workflow.outcomes().length - published.size} published twice). ` +
      `Faults: ${faults.before} before and ${faults.after} after a task, ${lostAnswers} lost starts, ${faults.crashes} starter crashes, ` +
      ['ambiguous-create', 'lost-create', 'ambiguous-submit', 'lost-submit', 'throttle', 'unavailable']
        .map((kind) => `${service.faults.struck(kind as never)} ${kind}`)
        .join(', '),
  );
  expect(results.filter(({ outcome }) => outcome !== 'Completed')).toEqual([]);
  expect(new Set(commits).size).toBe(SUBJECTS);
  expect(messages).toHaveLength(SUBJECTS);
  expect(executions.length).toBe(SUBJECTS);
  expect(completed).toBe(SUBJECTS);
  expect(published.size).toBe(SUBJECTS);
  expect(await cloud.slotHolders()).toEqual([]);
  expect(faults.crashes).toBeGreaterThan(0);
}, 600_000);

/** Shuffled; the duplicates are spread over the whole run. */
function events(): string[] {
  const distinct = Array.from({ length: SUBJECTS }, (_, index) => pullRequest(index));
  const all = [...distinct, ...Array.from({ length: EVENTS - SUBJECTS }, (_, index) => distinct[index * 4])];
  return all
    .map((body) => ({ body, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ body }) => body);
}

function pullRequest(subject: number): string {
  return JSON.stringify({
    version: '0',
    id: `00000000-0000-0000-0000-${String(subject).padStart(12, '0')}`,
    'detail-type': 'CodeCommit Pull Request State Change',
    source: 'aws.codecommit',
    account: '111122223333',
    time: '2026-11-23T12:00:00Z',
    region: 'us-east-1',
    resources: ['arn:aws:codecommit:us-east-1:111122223333:code'],
    detail: {
      event: subject < PULL_REQUESTS ? 'pullRequestCreated' : 'pullRequestSourceBranchUpdated',
      pullRequestId: String(subject % PULL_REQUESTS),
      repositoryNames: ['code'],
      sourceCommit: subject.toString(16).padStart(40, '0'),
      destinationCommit: 'd'.repeat(40),
      sourceReference: 'refs/heads/topic',
      destinationReference: 'refs/heads/main',
      title: 'A change',
      description: 'A description',
      author: 'arn:aws:iam::111122223333:user/jo',
      callerUserArn: 'arn:aws:iam::111122223333:user/jo',
      pullRequestStatus: 'Open',
      isMerged: 'False',
      notificationBody: 'none',
    },
  });
}
