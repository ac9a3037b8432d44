/** An account with one agent, run on this machine, and the program `bma`, run as one of its roles. */
import { spawn } from 'node:child_process';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Stack } from 'aws-cdk-lib/core';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { AgentTrigger, type TurnWorkflow } from '../../lib';
import { type LocalService, readScript, startLocalService } from '../../local';
import { fakeCompute, type FakeCompute } from '../workflow-run/support/fake-compute';
import { deploy } from '../workflow-run/support/scenario-stack';
import { WorkflowCloud } from '../workflow-run/support/workflow-cloud';
import { runInEnvironment } from './run-in-process';
import { environmentOf, PROGRAM, type Result, run, runInTerminal } from './run-program';

/** Roles of people: one that may do everything, one that may only read, and one that may do nothing. */
const PEOPLE: Readonly<Record<string, (workflow: TurnWorkflow, role: Role) => void>> = {
  Operator: ({ grants }, role) => {
    grants.startTurns(role);
    grants.readTurns(role);
    grants.stopTurns(role);
    grants.replayEvents(role);
  },
  Reader: ({ grants }, role) => void grants.readTurns(role),
  Stranger: () => undefined,
};

export class OperatedAccount {
  static async start(): Promise<OperatedAccount> {
    const compute = await fakeCompute();
    const service = await startLocalService({
      compute,
      script: readScript({
        rules: [
          { when: { contains: 'for ever' }, steps: [{ wait: 120 }], answer: 'never' },
          { when: { contains: 'long' }, answer: 'Read all of it' },
          { when: { contains: 'fail' }, fail: { code: 'context_length_exceeded', message: 'too long' } },
          { answer: 'Answer to: {{input}}\u001b[2J' },
        ],
      }),
    });
    compute.service = service;
    const deployed = deploy({}, (workflow, stack) => {
      for (const [name, grant] of Object.entries(PEOPLE)) {
        const role = new Role(stack, name, { assumedBy: new AccountRootPrincipal() });
        grant(workflow, role);
      }
      workflow.addTrigger(AgentTrigger.onSchedule('Nightly', ScheduleExpression.expression('rate(1 day)')));
      // More stacks than fit on one page of DescribeStacks, before and after that of the agent.
      for (const id of ['Alpha', 'Beta', 'Zulu']) {
        new Topic(new Stack(stack.node.root, id, { env: { account: stack.account, region: stack.region } }), id);
      }
    });
    return new OperatedAccount(await WorkflowCloud.start(deployed, service), service, compute);
  }

  private constructor(
    readonly workflow: WorkflowCloud,
    private readonly service: LocalService,
    private readonly compute: FakeCompute,
  ) {}

  /** Runs the program with the credentials of a role. */
  bma(role: string, ...args: string[]): Promise<Result> {
    return runInEnvironment(this.environment(role), ...args);
  }

  /** Runs the packaged program in a separate process. */
  bmaProcess(role: string, ...args: string[]): Promise<Result> {
    return run(process.execPath, [PROGRAM, ...args], this.environment(role));
  }

  /** Runs it until its output matches, then ends it as Ctrl+C does. */
  bmaUntil(role: string, pattern: RegExp, ...args: string[]): Promise<string> {
    const env = this.environment(role);
    const child = spawn(process.execPath, [PROGRAM, ...args], { env });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString('utf8');
      if (pattern.test(out)) child.kill('SIGINT');
    });
    return new Promise((resolve) => child.on('close', () => resolve(out)));
  }

  /** The same in a terminal: standard output and standard error are one. */
  inTerminal(role: string, ...args: string[]): Promise<Result> {
    return runInTerminal(args, this.environment(role));
  }

  environment(role: string): Record<string, string> {
    const { cloud } = this.workflow;
    const { arn } = cloud.deployment.all('AWS::IAM::Role').find(({ logicalId }) => logicalId.startsWith(role))!;
    return environmentOf(this.service, arn, cloud.url);
  }

  async close(): Promise<void> {
    await this.service.close();
    await this.workflow.cloud.close();
    await this.compute.close();
  }
}
