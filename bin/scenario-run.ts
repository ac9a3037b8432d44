import * as fs from 'node:fs';
import * as path from 'node:path';
import { makeDirectory } from '../analysis/files/make-directory';
import { startLocalService, type LocalService } from '../local';
import type { ModelEndpoint } from '../local/options';
import type { AccountPolicies } from '../local/iam/account-policies';
import { Deployment, LocalCloud, type Delivery, type Execution, type Screening } from '../local/cloud';
import type { TurnOutcome, TurnResult } from '../lib/contracts/turn';
import type { Item } from '../runtime/session-client/types';
import type { Delivered, LoadedScenario } from './local-scenario';

export interface ScenarioRunOptions {
  readonly loaded: LoadedScenario;
  /** Directory of the cloud assembly. */
  readonly assembly: string;
  /** The assumed account and Region of the stacks. */
  readonly region: string;
  /** Directories of the image, and their paths on this machine. */
  readonly imagePaths: Readonly<Record<string, string>>;
  /** Gets the lines that functions log. @default nothing */
  readonly onFunctionLog?: (logicalId: string, line: string) => void;
  /** A model that replaces the script. @default the script */
  readonly modelEndpoint?: ModelEndpoint;
  /** Policies of the same templates that were read before, which record the decisions. @default read again */
  readonly policies?: AccountPolicies;
}

/** An ended turn. */
export interface LocalTurn {
  readonly name: string;
  /** Detail of the outcome event. */
  readonly detail: TurnResult;
  readonly outcome: TurnOutcome;
  readonly bus: string;
  readonly items: readonly Item[];
  /** Evidence files by their name below the folder of the turn. */
  readonly evidence: ReadonlyMap<string, string>;
}

/** The result of one event. */
export interface EventResult {
  readonly deliveries: readonly Delivery[];
  readonly turns: readonly LocalTurn[];
  readonly screened: readonly Screening[];
  /** Executions that aren't turns: of the user's state machines. */
  readonly executions: readonly Execution[];
  readonly deadLetters: readonly { readonly queue: string; readonly body: string }[];
}

const ACCOUNT = '111122223333';
/** Time limit for the turns of one event with a real model. */
const MODEL_PATIENCE_MS = 3_600_000;

/**
 * An example deployed on this machine: the local service, with authorization by the synthesized policies, and the cloud
 * around it.
 */
export class ScenarioRun {
  /** @throws Error when a stack doesn't exist, or a local server of the scenario doesn't start */
  public static async start({
    loaded,
    assembly,
    region,
    imagePaths,
    onFunctionLog,
    policies,
    modelEndpoint,
  }: ScenarioRunOptions): Promise<ScenarioRun> {
    const { stacks } = loaded.scenario;
    const roles = new Deployment(assembly, { accountId: ACCOUNT, region, partition: 'aws' }, stacks).all(
      'AWS::IAM::Role',
    );
    const service = await startLocalService({
      region,
      accountId: ACCOUNT,
      template: assembly,
      policies,
      stacks,
      // No client uses these credentials: every function has the credentials of its own role.
      caller: roles[0].arn,
      script: loaded.script,
      modelEndpoint,
      imagePaths,
    });
    try {
      const cloud = await LocalCloud.start({
        assembly,
        stacks,
        service,
        variables: { BMA_LISTEN_SECONDS: '2', BMA_SETTLE_SECONDS: '1' },
        pace: { waitMs: 100 },
        onFunctionLog,
      });
      const run = new ScenarioRun(service, cloud, modelEndpoint === undefined ? undefined : MODEL_PATIENCE_MS);
      await loaded.scenario.standIns?.(cloud);
      return run;
    } catch (error) {
      await service.close();
      throw error;
    }
  }

  public readonly turns: LocalTurn[] = [];

  private constructor(
    public readonly service: LocalService,
    public readonly cloud: LocalCloud,
    private readonly patienceMs?: number,
  ) {}

  /** Delivers one event and waits until it is fully processed. */
  public async deliver(wanted: Delivered): Promise<EventResult> {
    const { cloud } = this;
    const before = {
      outcomes: cloud.outcomes().length,
      screened: cloud.guardrail.screened.length,
      executions: cloud.executions.all.length,
      deadLetters: cloud.queues.deadLetters().length,
    };
    const deliveries =
      'schedule' in wanted
        ? [await cloud.runSchedule(wanted.schedule, wanted.time)]
        : await cloud.deliver(wanted.event, this.busOf(wanted.bus));
    await cloud.quiet(this.patienceMs);
    const turns = await Promise.all(
      cloud
        .outcomes()
        .slice(before.outcomes)
        .map(({ Detail, EventBusName }) => this.turn(Detail as unknown as TurnResult, EventBusName)),
    );
    this.turns.push(...turns);
    const names = new Set(this.turns.map(({ name }) => name));
    return {
      deliveries,
      turns,
      screened: cloud.guardrail.screened.slice(before.screened),
      executions: cloud.executions.all.slice(before.executions).filter(({ name }) => !names.has(name)),
      deadLetters: cloud.queues.deadLetters().slice(before.deadLetters),
    };
  }

  public async close(): Promise<void> {
    // The service is stopped first, which ends the waits of functions.
    await this.service.close();
    await this.cloud.close();
  }

  private busOf(part: string | undefined): string | undefined {
    return part === undefined ? undefined : this.cloud.deployment.one('AWS::Events::EventBus', part).ref;
  }

  private async turn(detail: TurnResult, bus: string): Promise<LocalTurn> {
    const { name } = detail.turn;
    const evidence = new Map<string, string>();
    if (detail.evidence !== undefined) {
      const { bucket, manifestKey } = detail.evidence;
      const folder = `${path.posix.dirname(manifestKey)}/`;
      for (const key of await this.cloud.stores.keys(bucket, folder)) {
        evidence.set(key.slice(folder.length), await this.cloud.stores.text(bucket, key));
      }
    }
    const lines = (evidence.get('items.jsonl') ?? '').split('\n').filter(Boolean);
    return {
      name,
      detail,
      outcome: detail.outcome,
      bus,
      items: lines.map((line) => JSON.parse(line) as Item),
      evidence,
    };
  }
}

/** Writes the evidence of a turn below a directory. @returns the directory of the turn */
export function writeEvidence(directory: string, { name, evidence }: LocalTurn): string {
  const folder = path.join(directory, name);
  for (const [file, text] of evidence) {
    makeDirectory(path.dirname(path.join(folder, file)));
    fs.writeFileSync(path.join(folder, file), text);
  }
  return folder;
}
