/** The local cloud of one workflow, with the names that tests of it use, and faults before and after tasks. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type LocalService, type LocalServiceOptions, startLocalService } from '../../../local';
import { LocalCloud, type Execution, type Machine, type Pace, type StateMachineDefinition } from '../../../local/cloud';
import { fakeCompute, SLOW_MACHINE_MS } from './fake-compute';
import type { Deployed } from './scenario-stack';

export interface Turn {
  readonly name: string;
  readonly result: Promise<any>;
  readonly execution: Execution;
}

export class WorkflowCloud {
  static async start(
    { assembly }: Deployed,
    service: LocalService,
    variables: Record<string, string> = {},
    pace: Pace = {},
  ): Promise<WorkflowCloud> {
    const cloud = await LocalCloud.start({
      assembly,
      service,
      variables: { BMA_LISTEN_SECONDS: '2', BMA_SETTLE_SECONDS: '1', ...variables },
      pace,
    });
    return new WorkflowCloud(cloud, service);
  }

  /** With a service whose compute runs nothing. */
  static async withFakeCompute(
    deployed: Deployed,
    options: LocalServiceOptions,
    variables: Record<string, string> = {},
    pace: Pace = {},
  ): Promise<WorkflowCloud> {
    const compute = await fakeCompute();
    const service = await startLocalService({ compute, connectTimeoutMs: SLOW_MACHINE_MS, ...options });
    compute.service = service;
    const workflow = await WorkflowCloud.start(deployed, service, variables, pace);
    workflow.closeCompute = () => compute.close();
    return workflow;
  }

  readonly turns: Machine;
  readonly settlement: Machine;
  readonly bucket: string;
  readonly table: string;
  readonly binding: string;
  /** Called before every task, and after it was done; throw to inject a fault. */
  beforeTask: (state: string, execution: Execution) => void = () => undefined;
  afterTask: (state: string, execution: Execution) => void = () => undefined;
  /** Whether the state machine loses a function that continues: the task fails at once, and the function runs to its end. */
  isLost: (state: string, execution: Execution) => boolean = () => false;

  private closeCompute = () => Promise.resolve();

  private constructor(
    readonly cloud: LocalCloud,
    readonly service: LocalService,
  ) {
    const { deployment, executions } = cloud;
    this.turns = executions.machine('TurnsMachine');
    this.settlement = executions.machine('Settlement');
    this.bucket = deployment.one('AWS::S3::Bucket', 'Evidence').ref;
    this.table = deployment.one('AWS::DynamoDB::Table').ref;
    this.binding = String(deployment.one('AWS::SSM::Parameter').properties.Value);
    cloud.aroundTask = async (state, call, execution) => {
      this.beforeTask(state, execution);
      const running = call();
      if (this.isLost(state, execution)) {
        running.catch(() => undefined);
        throw Object.assign(new Error('injected'), { name: 'Lambda.Unknown' });
      }
      const result = await running;
      this.afterTask(state, execution);
      return result;
    };
  }

  run(name: string, input: unknown, definition?: StateMachineDefinition): Turn {
    const execution = this.cloud.executions.start(this.turns.arn, name, input, definition);
    const result = execution.over.then(() => {
      if (execution.status === 'FAILED') throw execution.error!;
      return execution.output;
    });
    result.catch(() => undefined);
    return { name, result, execution };
  }

  /** The result of the settlement of a turn, which the workflow's rule starts. */
  async settled(name: string): Promise<any> {
    await this.cloud.quiet();
    const settlements = this.cloud.executions.all.filter(
      ({ machine, input }) => machine === this.settlement && (input as any).detail.name === name,
    );
    if (settlements.length !== 1) throw new Error(`${settlements.length} settlements of ${name}`);
    return settlements[0].output;
  }

  /** Invokes the function of a step. */
  invoke(step: string, payload: unknown): Promise<unknown> {
    return this.cloud.functions.invoke(this.cloud.deployment.one('AWS::Lambda::Function', step).arn, payload);
  }

  item(pk: string): Promise<Record<string, AttributeValue> | undefined> {
    return this.cloud.stores.item(this.table, pk);
  }

  text(key: string): Promise<string> {
    return this.cloud.stores.text(this.bucket, key);
  }

  outcomes(turn?: string): readonly { readonly Detail: Record<string, any> }[] {
    return this.cloud.outcomes(turn);
  }

  slotHolders(): Promise<string[]> {
    return this.cloud.slotHolders();
  }

  async close(): Promise<void> {
    await this.service.close();
    await this.cloud.close();
    await this.closeCompute();
  }
}
