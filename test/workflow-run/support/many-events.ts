/**
 * Many pull request events through the deployed starter and the synthesized state machine, with faults at every step of
 * both and in the service, several turns per session, stopped executions, lost functions, and outages.
 */
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { AgentTrigger } from '../../../lib';
import type { LocalServiceOptions } from '../../../local';
import { HangUp } from '../../../local/cloud';
import { allStates } from '../../../local/cloud/interpreter';
import { clientOf } from '../../local/support/service';
import { deploy } from './scenario-stack';
import { WorkflowCloud } from './workflow-cloud';

export interface ManyEvents {
  readonly events: number;
  /** Distinct among the events; the others are duplicates. */
  readonly subjects: number;
  /** Sessions that the subjects belong to. */
  readonly pullRequests: number;
  /** Of every call and every step, from 0 to 1. */
  readonly faultRate: number;
  /** Part of the tasks of a turn at which somebody stops the execution. */
  readonly stopRate: number;
  /** Part of the calls of a function during which its execution environment is lost, with all calls in it. */
  readonly crashRate: number;
  /**
   * Part of the function calls that the state machine loses while the function continues, so that it runs twice at the
   * same time.
   */
  readonly lossRate: number;
  /** Outages of the service's API and of DynamoDB, in milliseconds, and how far apart they begin. */
  readonly outage?: { readonly lastsMs: number; readonly everyMs: number };
  /** Executions at the same time in the interpreter. Step Functions has no such limit. */
  readonly atOnce: number;
}

export interface ManyEventsResult {
  readonly executions: number;
  /** Messages that reached a session, by the commit that each names. */
  readonly turnsOf: ReadonlyMap<string, number>;
  /** Outcome by subject's commit, of the execution or of its settlement. */
  readonly outcomes: readonly { readonly commit: string; readonly outcome: string; readonly stopped: boolean }[];
  /** Outputs that answer another message. */
  readonly answersOfOthers: number;
  /** Turns that still have a slot at the end. */
  readonly slotHolders: readonly string[];
  readonly publishedTwice: number;
  readonly notPublished: number;
  readonly stopped: number;
  readonly figures: string;
}

export async function runManyEvents(many: ManyEvents): Promise<ManyEventsResult> {
  const { faultRate } = many;
  let seed = 7;
  const random = () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return seed / 4_294_967_296;
  };
  const deployed = deploy({ maxConcurrency: 16 }, (turns, stack) =>
    turns.addTrigger(AgentTrigger.onPullRequest(new Repository(stack, 'Code', { repositoryName: 'code' }))),
  );
  const options: LocalServiceOptions = {
    // The answer names the message that it answers.
    script: { rules: [{ when: {}, steps: [], answer: 'Reviewed {{input}}' }] },
    faults: {
      seed: 11,
      rates: {
        throttle: faultRate / 2,
        unavailable: faultRate / 2,
        'ambiguous-create': faultRate,
        'lost-create': faultRate,
        'ambiguous-submit': faultRate,
        'lost-submit': faultRate,
        'drop-stream': faultRate,
        'hang-stream': faultRate,
      },
    },
  };
  const workflow = await WorkflowCloud.withFakeCompute(
    deployed,
    options,
    // 30 s in AWS. Must be longer than this process can be busy, or a message would count as not accepted.
    { BMA_SETTLE_SECONDS: '3', BMA_LISTEN_SECONDS: '0.5' },
    { waitMs: 100 },
  );
  const { cloud, service } = workflow;
  const timers: NodeJS.Timeout[] = [];
  try {
    const starter = String(cloud.deployment.one('AWS::Lambda::EventSourceMapping').properties.FunctionName);
    const faults = { before: 0, after: 0, starts: 0, starterCrashes: 0, crashes: 0, losses: 0, outages: 0, stops: 0 };
    const named = (name: string) => Object.assign(new Error('injected'), { name });
    const functions = new Set(
      [workflow.turns, workflow.settlement]
        .flatMap(({ definition }) => allStates(definition))
        .filter(([, { Resource }]) => Resource?.endsWith(':lambda:invoke'))
        .map(([state]) => state),
    );
    const steps = new Set(['OpenSession', 'SubmitTurn', 'CheckTurn', 'CollectEvidence', 'AdmitTurn']);
    const functionOf = (step: string) => cloud.deployment.one('AWS::Lambda::Function', `${step}Function`).arn;
    let outage = false;
    const stopped = new Set<string>();
    // At each task and not at each moment, so that a slow machine has no more faults than a fast one.
    workflow.beforeTask = (state, execution) => {
      if (execution.machine === workflow.turns && random() < many.stopRate) {
        faults.stops += 1;
        stopped.add(execution.name);
        setTimeout(() => void cloud.executions.stop(execution), random() * 50);
      }
      if (steps.has(state) && random() < many.crashRate) {
        faults.crashes += 1;
        setTimeout(() => void cloud.functions.crash(functionOf(state)), random() * 50);
      }
      // The error of a function, and the error of a call of the state machine itself.
      if (outage && random() < 0.5)
        throw named(functions.has(state) ? 'TransientStepError' : 'DynamoDB.ThrottlingException');
      if (random() >= faultRate / 2) return;
      faults.before += 1;
      throw named('Lambda.ServiceException');
    };
    workflow.isLost = (state) => {
      if (!functions.has(state) || random() >= many.lossRate) return false;
      faults.losses += 1;
      return true;
    };
    workflow.afterTask = () => {
      if (random() >= faultRate / 2) return;
      faults.after += 1;
      throw named('Lambda.ServiceException');
    };
    if (many.outage) {
      const { lastsMs, everyMs } = many.outage;
      timers.push(
        setInterval(() => {
          faults.outages += 1;
          outage = service.faults.outage = true;
          timers.push(setTimeout(() => (outage = service.faults.outage = false), lastsMs));
        }, everyMs),
      );
    }
    const startExecution = cloud.operations.get('AWSStepFunctions.StartExecution')!;
    cloud.operations.set('AWSStepFunctions.StartExecution', (input) => {
      const answer = startExecution(input);
      if (random() >= faultRate) return answer;
      // The execution starts but the response is lost, so a retry of the caller finds a duplicate.
      faults.starts += 1;
      throw new HangUp();
    });
    const ofTurns = () => cloud.executions.all.filter(({ machine }) => machine === workflow.turns);
    const running = () => ofTurns().filter(({ status }) => status === 'RUNNING');

    const queue = shuffledEvents(many, random);
    for (let polls = 0; queue.length > 0; polls++) {
      if (polls > 20 * many.events) throw new Error(`the queue does not get empty: ${queue.length} left`);
      while (running().length >= many.atOnce) await new Promise((resolve) => setTimeout(resolve, 10));
      const batch = queue.splice(0, 10);
      const call = cloud.functions.invoke(starter, {
        Records: batch.map((body, index) => ({ messageId: String(index), body })),
      });
      if (random() < 0.04) {
        faults.starterCrashes += 1;
        setTimeout(() => void cloud.functions.crash(starter), 5);
      }
      // A message that isn't deleted becomes visible again.
      const back = await call.then(
        (answer) =>
          (answer as { batchItemFailures: { itemIdentifier: string }[] }).batchItemFailures.map(
            ({ itemIdentifier }) => batch[Number(itemIdentifier)],
          ),
        () => batch,
      );
      queue.push(...back);
    }
    await Promise.all(ofTurns().map(({ over }) => over));
    timers.forEach((timer) => clearTimeout(timer));
    service.faults.outage = outage = false;
    await cloud.quiet(300_000);

    const commitOf = (text: string) => /[0-9a-f]{40}/.exec(text)![0];
    const turnsOf = new Map<string, number>();
    let sessions = 0;
    for await (const session of clientOf(service).list()) {
      sessions += 1;
      for (const { message } of service.admin.turns(session.id)) {
        turnsOf.set(commitOf(message), (turnsOf.get(commitOf(message)) ?? 0) + 1);
      }
    }
    const outcomes = ofTurns().map(({ name, input }) => {
      const published = workflow.outcomes(name);
      return {
        commit: commitOf(JSON.stringify((input as { prompt: unknown }).prompt)),
        outcome: [...new Set(published.map(({ Detail }) => Detail.outcome as string))].join('+'),
        reason: JSON.stringify(published[0]?.Detail.reason),
        stopped: stopped.has(name),
        output: (published.find(({ Detail }) => Detail.output)?.Detail.output as { text: string }[] | undefined)
          ?.map(({ text }) => text)
          .join(''),
        published: published.length,
      };
    });
    const count = (of: (each: (typeof outcomes)[number]) => boolean) => outcomes.filter(of).length;
    return {
      executions: outcomes.length,
      turnsOf,
      outcomes,
      answersOfOthers: count(({ output, commit }) => output !== undefined && commitOf(output) !== commit),
      slotHolders: await cloud.slotHolders(),
      publishedTwice: count(({ published }) => published > 1),
      notPublished: count(({ published }) => published === 0),
      stopped: stopped.size,
      figures:
        `${many.events} events, ${many.subjects} subjects, ${many.pullRequests} conversations: ${outcomes.length} executions, ` +
        `${[...turnsOf.values()].reduce((sum, each) => sum + each, 0)} turns in ${sessions} sessions; outcomes ` +
        JSON.stringify(
          Object.fromEntries(
            ['Completed', 'Cancelled', 'Failed', 'TimedOut', 'Rejected'].map((each) => [
              each,
              count(({ outcome }) => outcome === each),
            ]),
          ),
        ) +
        `; faults ${JSON.stringify(faults)}, ` +
        (
          [
            'ambiguous-create',
            'lost-create',
            'ambiguous-submit',
            'lost-submit',
            'throttle',
            'unavailable',
            'hang-stream',
            'drop-stream',
          ] as const
        )
          .map((kind) => `${service.faults.struck(kind)} ${kind}`)
          .join(', '),
    };
  } finally {
    timers.forEach((timer) => clearTimeout(timer));
    await workflow.close();
  }
}

/** Shuffled; the duplicates are spread over the whole run. */
function shuffledEvents({ subjects, events, pullRequests }: ManyEvents, random: () => number): string[] {
  const distinct = Array.from({ length: subjects }, (_, index) => pullRequest(index, pullRequests));
  const all = [
    ...distinct,
    ...Array.from({ length: events - subjects }, (_, index) => distinct[(index * 4) % subjects]),
  ];
  return all
    .map((body) => ({ body, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ body }) => body);
}

function pullRequest(subject: number, pullRequests: number): string {
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
      event: subject < pullRequests ? 'pullRequestCreated' : 'pullRequestSourceBranchUpdated',
      pullRequestId: String(subject % pullRequests),
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
