/** An agent with a trigger and a kill switch, many working sessions, and what is left of them after the switch is engaged. */
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { AgentTrigger } from '../../../lib';
import type { TurnRequest } from '../../../lib/contracts/turn';
import type { KillReport, KillTarget } from '../../../lib/contracts/kill-switch';
import { AgentKillSwitch } from '../../../lib/operations';
import { type LocalService, startLocalService } from '../../../local';
import { Deployment, type Execution, HangUp, LocalCloud, type Machine } from '../../../local/cloud';
import { AwsError } from '../../../local/cloud/aws-error';
import { ACCOUNT, REGION, type SynthesizedAccount } from '../../iam/synthesized-account';
import { eventually } from '../../local/support/service';
import { fakeCompute, type FakeCompute, SLOW_MACHINE_MS } from './fake-compute';
import { type FaultyProxy, faultyProxy } from './faulty-proxy';
import { deploy } from './scenario-stack';

/** Calls of the kill switch that can go wrong. */
const CALLS = [
  'iam:AttachRolePolicy',
  'iam:DetachRolePolicy',
  'lambda:GetEventSourceMapping',
  'lambda:UpdateEventSourceMapping',
  'AWSStepFunctions.ListExecutions',
  'AWSStepFunctions.StopExecution',
];

const LOOK = 'CheckSettlements';

/** One commit with a turn that works until it is stopped, and one with a turn that ends soon. */
export const endless = (index: number) => `e${'0'.repeat(20)}${index.toString(16).padStart(19, '0')}`;
export const quick = (index: number) => `a${'0'.repeat(20)}${index.toString(16).padStart(19, '0')}`;

export class KillScenario {
  static async start({ faultRate = 0, sessions }: { faultRate?: number; sessions: number }): Promise<KillScenario> {
    const { assembly, account } = deploy({ maxConcurrency: sessions + 10 }, (workflow, stack) => {
      workflow.addTrigger(
        AgentTrigger.onPullRequest(new Repository(stack, 'Code', { repositoryName: 'code' }), { maxAttempts: 5 }),
      );
      const killSwitch = new AgentKillSwitch(stack, 'KillSwitch', { workflows: [workflow] });
      const role = (id: string) => new Role(stack, id, { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
      killSwitch.grants.engage(role('Stopper'));
      killSwitch.grants.release(role('Releaser'));
      workflow.grants.startTurns(role('Application'));
      workflow.grants.readTurns(role('Reader'));
      new Alarm(stack, 'Burn', {
        metric: new Metric({ namespace: 'Mine', metricName: 'Cost' }),
        threshold: 1,
        evaluationPeriods: 1,
      }).addAlarmAction(killSwitch.alarmAction);
    });
    const deployment = new Deployment(assembly, { accountId: ACCOUNT, region: REGION, partition: 'aws' });
    const compute = await fakeCompute(deployment.one('AWS::IAM::Role', 'ExecutionRole').arn);
    const service = await startLocalService({
      compute,
      connectTimeoutMs: SLOW_MACHINE_MS,
      template: assembly,
      caller: deployment.one('AWS::IAM::Role', 'EndSessions').arn,
      script: {
        rules: [
          { when: { contains: `e${'0'.repeat(20)}` }, steps: [{ kind: 'wait', seconds: 900 }], answer: 'never' },
          { when: {}, steps: [], answer: 'Reviewed {{input}}' },
        ],
      },
      faults: {
        seed: 5,
        rates: { throttle: faultRate, 'server-error': faultRate, unavailable: faultRate, conflict: faultRate },
      },
    });
    compute.service = service;
    const cloud = await LocalCloud.start({
      assembly,
      service,
      variables: { BMA_LISTEN_SECONDS: '1', BMA_SETTLE_SECONDS: '1' },
      pace: {
        waitMs: 30,
        waits: { WaitForLastStep: 30, WaitForTriggers: 60, WaitForDenials: 60, WaitForSettlements: 30 },
      },
    });
    const ledger = await faultyProxy(cloud.stores.dynamoUrl);
    cloud.endpoint('DYNAMODB', ledger.url);
    return new KillScenario(service, cloud, account, compute, ledger);
  }

  readonly turns: Machine;
  readonly settlement: Machine;
  readonly engageMachine: Machine;
  readonly releaseMachine: Machine;
  /** Called before every task, and after it was done; throw to inject a fault. */
  beforeTask: (state: string, execution: Execution) => void | Promise<void> = () => undefined;
  afterTask: (state: string, execution: Execution) => void = () => undefined;
  private started = 0;

  private constructor(
    readonly service: LocalService,
    readonly cloud: LocalCloud,
    readonly account: SynthesizedAccount,
    private readonly compute: FakeCompute,
    readonly ledger: FaultyProxy,
  ) {
    const { executions } = cloud;
    this.turns = executions.machine('TurnsMachine');
    this.settlement = executions.machine('TurnsSettlement');
    this.engageMachine = executions.machine('KillSwitchEngage');
    this.releaseMachine = executions.machine('KillSwitchRelease');
    cloud.aroundTask = async (state, call, execution) => {
      await this.beforeTask(state, execution);
      const looks = execution.tasks.filter((each) => each === LOOK).length;
      if (state === LOOK && looks > 1) await this.settlementsOver();
      const result = await call();
      this.afterTask(state, execution);
      return result;
    };
  }

  /**
   * In AWS, half a minute passes between two polls of settlements. Here the poll waits until they are done, so a slow
   * machine doesn't matter.
   */
  private async settlementsOver(): Promise<void> {
    const until = Date.now() + 10_000;
    while (Date.now() < until && this.running(this.settlement) > 0)
      await new Promise((resolve) => setTimeout(resolve, 25));
  }

  get controlArn(): string {
    return this.cloud.deployment.one('AWS::Lambda::Function', 'KillSwitchControl').arn;
  }

  get target(): KillTarget {
    const { States } = this.engageMachine.definition as unknown as {
      States: { SetTargets: { Parameters: { targets: KillTarget[] } } };
    };
    return States.SetTargets.Parameters.targets[0];
  }

  /** Calls of the kill switch fail before or after they do something: throttled, broken, or without an answer. */
  injectFaults(rate: number, random: () => number): void {
    for (const name of CALLS) {
      const operation = this.cloud.operations.get(name)!;
      this.cloud.operations.set(name, async (input) => {
        if (random() < rate) throw new AwsError('ThrottlingException', 'Rate exceeded', 400);
        if (random() < rate) throw new AwsError('InternalFailure', 'Internal failure', 500);
        const answer = await operation(input);
        if (random() < rate) throw new HangUp();
        return answer;
      });
    }
  }

  /** Sends events of these commits. Each has a session of its own. */
  async send(...commits: string[]): Promise<void> {
    for (const commit of commits) await this.cloud.deliver(pullRequest(commit));
  }

  /** @returns when so many sessions work on a turn */
  async working(count: number): Promise<void> {
    const working = () => this.service.admin.sessions().filter(({ status }) => status === 'in_progress');
    await eventually(() => working().length >= count);
  }

  engage(reason = 'test'): Execution {
    return this.cloud.executions.start(this.engageMachine.arn, `engage-${++this.started}`, { reason });
  }

  release(reason = 'test'): Execution {
    return this.cloud.executions.start(this.releaseMachine.arn, `release-${++this.started}`, { reason });
  }

  /** Engages and waits for the end. @returns the report */
  async stop(): Promise<KillReport> {
    return await this.reportOf(this.engage());
  }

  async reportOf(execution: Execution): Promise<KillReport> {
    await execution.over;
    if (execution.status !== 'SUCCEEDED') throw execution.error ?? new Error(execution.status);
    return execution.output as KillReport;
  }

  /** Starts a turn as an application does. */
  startTurn(prompt: string): Execution {
    const request: TurnRequest = {
      format: 'cdk-bedrock-managed-agents/turn-request/1',
      agentName: 'reviewer',
      deduplicationKey: `api-${++this.started}`,
      trigger: { type: 'api', id: 'Application', source: 'application', time: '2026-11-28T03:00:00Z' },
      prompt: [{ text: prompt }],
    };
    return this.cloud.executions.start(this.turns.arn, `api-${this.started}`, request);
  }

  /** Executions of turns, by the commit that each works on. */
  turnsOf(commit: string): Execution[] {
    return this.cloud.executions.all.filter(
      ({ machine, input }) => machine === this.turns && JSON.stringify(input).includes(commit),
    );
  }

  /** What is visible in the account after the agent was stopped. */
  async left() {
    const { roles, mappings } = this.target;
    const denyPolicy = this.cloud.deployment.one('AWS::IAM::ManagedPolicy', 'DenyEverything').arn;
    return {
      turns: this.running(this.turns),
      settlements: this.running(this.settlement),
      sessions: this.service.admin.sessions().length,
      polled: mappings.filter((id) => this.cloud.queues.polls(id)).length,
      rolesWithoutDenial: roles.filter(
        (name) => !this.cloud.policies.attachedTo(this.cloud.policies.role(name)!.arn).includes(denyPolicy),
      ),
      slots: (await this.cloud.slotHolders()).length,
    };
  }

  private running(machine: Machine): number {
    return this.cloud.executions.all.filter((each) => each.machine === machine && each.status === 'RUNNING').length;
  }

  async close(): Promise<void> {
    await this.service.close();
    await this.cloud.close();
    await this.compute.close();
    await this.ledger.close();
  }
}

/** The value of `left` when everything is stopped. */
export const NOTHING = { turns: 0, settlements: 0, sessions: 0, polled: 0, rolesWithoutDenial: [], slots: 0 };

function pullRequest(sourceCommit: string) {
  return {
    version: '0',
    id: `00000000-0000-0000-0000-${sourceCommit.slice(-12)}`,
    'detail-type': 'CodeCommit Pull Request State Change',
    source: 'aws.codecommit',
    account: ACCOUNT,
    time: '2026-11-23T12:00:00Z',
    region: REGION,
    resources: [`arn:aws:codecommit:${REGION}:${ACCOUNT}:code`],
    detail: {
      event: 'pullRequestCreated',
      pullRequestId: String(Number.parseInt(sourceCommit.slice(-10), 16)) + (sourceCommit.startsWith('e') ? '1' : '2'),
      repositoryNames: ['code'],
      sourceCommit,
      destinationCommit: 'd'.repeat(40),
      sourceReference: 'refs/heads/topic',
      destinationReference: 'refs/heads/main',
      title: 'A change',
      description: 'A description',
      author: `arn:aws:iam::${ACCOUNT}:user/jo`,
      callerUserArn: `arn:aws:iam::${ACCOUNT}:user/jo`,
      pullRequestStatus: 'Open',
      isMerged: 'False',
      notificationBody: 'none',
    },
  };
}
