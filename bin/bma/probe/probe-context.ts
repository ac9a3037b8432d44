import { paginateDescribeStacks, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { DescribeTrailsCommand, type Trail } from '@aws-sdk/client-cloudtrail';
import { paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { GetAgentRuntimeCommand, type GetAgentRuntimeResponse } from '@aws-sdk/client-bedrock-agentcore-control';
import { agentNamed, findAgents, type FoundAgent } from '../account/find-agents';
import { type ObservedTurn, observedTurn } from './observed-turn';
import { NoAnswer, type Source } from './probe';
import type { ProbeClients } from './probe-clients';
import type { Pause, TemporaryStacks } from './temporary-stacks';
import type { TrailEvent } from './trail-event';

/** IAM actions by the data that they read. */
export const SOURCE_PERMISSIONS: Readonly<Record<Source, readonly string[]>> = {
  stacks: ['cloudformation:DescribeStacks', 'cloudformation:ListStackResources', 'cloudformation:ListStacks'],
  turn: [
    'cloudformation:DescribeStacks',
    'cloudformation:ListStacks',
    's3:GetObject',
    'states:DescribeExecution',
    'states:ListExecutions',
  ],
  runtime: ['bedrock-agentcore:GetAgentRuntime'],
  logs: ['logs:FilterLogEvents'],
  trail: ['cloudtrail:DescribeTrails', 'logs:FilterLogEvents'],
};

/** A resource in CloudFormation. */
export interface DeployedResource {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
}

export interface ProbeOptions {
  readonly region: string;
  readonly accountId: string;
  readonly partition: string;
  /** @default the only agent of the account and Region */
  readonly agent?: string;
  /** Stacks to read. @default all of the account and Region */
  readonly stacks?: readonly string[];
  /** Whether a turn is started for the probes. Otherwise, the newest ended turn is used. */
  readonly newTurn: boolean;
  readonly intervalSeconds: number;
}

/** The time range in which log groups are read. */
export interface Period {
  readonly from: Date;
  readonly to: Date;
}

/** CloudTrail delivers most events within about 5 minutes; a missing event counts only after this time. */
export const DELIVERY_MINUTES = 15;
const DAY = 86_400_000;
/**
 * Maximum number of events and pages of a log group that are read for one question. A page of a search may be empty.
 */
const MOST_EVENTS = 5_000;
const MOST_PAGES = 500;

/** Data that probes share: read once, when the first probe needs it. */
export class ProbeContext {
  private readonly once = new Map<string, Promise<unknown>>();

  constructor(
    readonly clients: ProbeClients,
    readonly options: ProbeOptions,
    readonly temporaryStacks: TemporaryStacks,
    /** Waits; tests replace it. */
    readonly pause: Pause,
    readonly now: () => Date = () => new Date(),
  ) {}

  /** @throws NoAnswer when there is none, or there are several and none was chosen */
  agent(): Promise<FoundAgent> {
    return this.shared('agent', async () => {
      const { agent, stacks } = this.options;
      const inStack = stacks?.length === 1 ? stacks[0] : undefined;
      if (agent !== undefined) return await agentNamed(this.clients.account, agent, inStack);
      const { agents } = await findAgents(this.clients.account, inStack);
      if (agents.length !== 1)
        throw new NoAnswer(
          agents.length === 0
            ? 'there is no agent with a TurnWorkflow'
            : 'there are several agents: choose one with --agent',
        );
      return agents[0];
    });
  }

  /** The turn that all probes use: the newest ended turn, or a new one. */
  turn(): Promise<ObservedTurn> {
    return this.shared('turn', async () => await observedTurn(this, await this.agent()));
  }

  /** Resources of some types, in the stack of the agent first. */
  async resources(...types: readonly string[]): Promise<readonly DeployedResource[]> {
    const all = await this.shared('resources', () => this.readResources());
    return all.filter(({ type }) => types.includes(type));
  }

  /** The first resource of a type. @throws NoAnswer when there is none */
  async resource(
    type: string,
    which: (resource: DeployedResource) => boolean = () => true,
    what = type,
  ): Promise<DeployedResource> {
    const found = (await this.resources(type)).find(which);
    if (found === undefined) throw new NoAnswer(`the stacks have no ${what}`);
    return found;
  }

  /** The Runtime of the agent, from AgentCore. */
  runtime(): Promise<GetAgentRuntimeResponse> {
    return this.shared('runtime', async () => {
      const { physicalId } = await this.resource('AWS::BedrockAgentCore::Runtime', undefined, 'Runtime of AgentCore');
      // The id, which is also the last part of the ARN.
      const agentRuntimeId = physicalId.split('/').pop()!;
      return await this.clients.agentCore.send(new GetAgentRuntimeCommand({ agentRuntimeId }));
    });
  }

  /** A trail of the account that delivers to CloudWatch Logs, where events can be searched. */
  trail(): Promise<Trail & { readonly logGroup: string }> {
    return this.shared('trail', async () => {
      const { trailList = [] } = await this.clients.cloudTrail.send(new DescribeTrailsCommand({}));
      // A trail of the organization or of another Region may deliver to a log group that can't be read from here.
      const own = `:logs:${this.options.region}:${this.options.accountId}:`;
      const trail = trailList.find(({ CloudWatchLogsLogGroupArn: group }) => group?.includes(own));
      if (trail === undefined) throw new NoAnswer('no trail delivers to CloudWatch Logs in this account and Region');
      return { ...trail, logGroup: trail.CloudWatchLogsLogGroupArn!.split(':')[6] };
    });
  }

  /** Events of the trail. @param pattern filter pattern of CloudWatch Logs, without it all events */
  async trailEvents(pattern: string, period: Period): Promise<readonly TrailEvent[]> {
    const { logGroup } = await this.trail();
    return await this.shared(`${pattern} ${period.from.toISOString()}`, async () =>
      (await this.logMessages(logGroup, period, pattern)).flatMap((text) => parsed<TrailEvent>(text) ?? []),
    );
  }

  /** Messages of a log group, the oldest first. */
  async logMessages(logGroupName: string, { from, to }: Period, filterPattern?: string): Promise<readonly string[]> {
    const messages: string[] = [];
    let pages = 0;
    const input = { logGroupName, filterPattern, startTime: from.getTime(), endTime: to.getTime() };
    for await (const { events = [] } of paginateFilterLogEvents({ client: this.clients.logs }, input)) {
      messages.push(...events.map(({ message = '' }) => message));
      pages += 1;
      if (messages.length >= MOST_EVENTS) break;
      if (pages < MOST_PAGES) continue;
      if (messages.length === 0) throw new NoAnswer('the log group is too large to be searched');
      break;
    }
    return messages;
  }

  /** The time range of the turn: from just before it until its events can have arrived. */
  async turnPeriod(): Promise<Period> {
    const { startedAt, endedAt } = await this.turn();
    return {
      from: new Date(startedAt.getTime() - 60_000),
      to: new Date(endedAt.getTime() + DELIVERY_MINUTES * 60_000),
    };
  }

  /** The last days, for events that don't occur in every turn. */
  lastDays(days: number): Period {
    const to = this.now();
    return { from: new Date(to.getTime() - days * DAY), to };
  }

  /**
   * @throws NoAnswer while CloudTrail may still deliver events of the turn, because a missing event isn't conclusive
   * yet
   */
  async requireDelivered(): Promise<void> {
    const { to } = await this.turnPeriod();
    if (this.now() < to) throw new NoAnswer(`events of the turn may still arrive: repeat it after ${to.toISOString()}`);
  }

  private async readResources(): Promise<readonly DeployedResource[]> {
    const client = this.clients.account.stacks;
    const found: DeployedResource[] = [];
    const names = this.options.stacks ?? (await this.stackNames());
    for (const StackName of names) {
      for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName })) {
        for (const { LogicalResourceId, PhysicalResourceId, ResourceType, ResourceStatus } of StackResourceSummaries) {
          if (PhysicalResourceId === undefined || ResourceStatus === 'DELETE_COMPLETE') continue;
          found.push({
            stack: StackName,
            logicalId: LogicalResourceId!,
            type: ResourceType!,
            physicalId: PhysicalResourceId,
          });
        }
      }
    }
    const own = await this.agent().then(
      ({ stack }) => stack,
      () => undefined,
    );
    return found.sort((a, b) => Number(b.stack === own) - Number(a.stack === own));
  }

  private async stackNames(): Promise<readonly string[]> {
    const names: string[] = [];
    for await (const { Stacks = [] } of paginateDescribeStacks({ client: this.clients.account.stacks }, {})) {
      names.push(...Stacks.map(({ StackName }) => StackName!));
    }
    return names;
  }

  private shared<T>(what: string, find: () => Promise<T>): Promise<T> {
    const known = this.once.get(what) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const found = find();
    this.once.set(what, found);
    return found;
  }
}

function parsed<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}
