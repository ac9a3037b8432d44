import { DescribeLogStreamsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { NoAnswer, probe } from '../probe';
import type { ProbeContext } from '../probe-context';

export const logStreams = probe({
  id: 'log-streams',
  question: 'Does AgentCore write the logs of a Runtime when its role may not create log groups?',
  default:
    'The log group is created by the stack; the execution role may create and write streams in it, nothing else.',
  where: ['lib/identity/perms.ts', 'lib/environment/agentcore-environment.ts'],
  needs: ['an agent', 'a turn that used its environment'],
  looksAt: ['stacks', 'turn', 'runtime'],
  permissions: [{ actions: ['iam:SimulatePrincipalPolicy', 'logs:DescribeLogStreams'] }],
  usd: 0,
  minutes: 1,
  answers: {
    written: { means: 'The log group has streams, and the role may not create log groups.' },
    'not-written': {
      means: 'The log group has no stream after a turn.',
      change: 'add logs:CreateLogGroup and logs:DescribeLogGroups to LOG_STREAM_ACTIONS (lib/identity/perms.ts)',
    },
  },
  async run(context) {
    const group = await runtimeLogGroup(context);
    const { roleArn } = await context.runtime();
    const arn = `arn:${context.options.partition}:logs:${context.options.region}:${context.options.accountId}:log-group:${group}`;
    const { EvaluationResults: [result] = [] } = await context.clients.iam.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: roleArn,
        ActionNames: ['logs:CreateLogGroup'],
        ResourceArns: [arn],
      }),
    );
    if (result?.EvalDecision === 'allowed') throw new NoAnswer('the execution role may create log groups');
    const { logStreams: streams = [] } = await context.clients.logs.send(
      new DescribeLogStreamsCommand({ logGroupName: group, orderBy: 'LastEventTime', descending: true, limit: 5 }),
    );
    const evidence = [
      `logs:CreateLogGroup of the execution role: ${result?.EvalDecision ?? 'no decision'}`,
      `streams: ${streams.length}`,
    ];
    if (streams.length > 0) return { answer: 'written', evidence, confidence: 'certain' };
    const { items } = await context.turn();
    if (!items.some(({ type }) => type === 'command_execution'))
      throw new NoAnswer('the turn used no compute, so there may be nothing to log');
    await context.requireDelivered();
    return { answer: 'not-written', evidence, confidence: 'likely' };
  },
});

/** Seconds that two readings of the same moment may be apart. */
const TOLERANCE = 120;

export const pingFields = probe({
  id: 'ping-fields',
  question: 'Does `time_of_last_update` in the answer to `/ping` decide when idle compute is stopped?',
  default: 'The lifecycle server sends it: the time at which the container last became busy or idle.',
  where: ['runtime/lifecycle/http-server.ts', 'docs/runtime-image.md'],
  needs: ['an agent', 'compute that was stopped as idle in the last 3 days'],
  looksAt: ['stacks', 'runtime', 'logs'],
  permissions: [],
  usd: 0,
  minutes: 1,
  answers: {
    read: {
      means:
        'Compute is stopped when the idle time is over since the last change of state, although requests came later.',
    },
    'not-read': {
      means: 'Compute is stopped when the idle time is over since the last request, whatever the field says.',
      change: 'say in docs/runtime-image.md that the field is not read',
    },
  },
  async run(context) {
    const { lifecycleConfiguration } = await context.runtime();
    const idle = lifecycleConfiguration?.idleRuntimeSessionTimeout;
    if (idle === undefined) throw new NoAnswer('AgentCore names no idle time of the Runtime');
    const messages = await context.logMessages(await runtimeLogGroup(context), context.lastDays(3));
    const found = stopsOf(messages).flatMap(({ change, request, stop }): ('read' | 'not-read')[] => {
      const [sinceChange, sinceRequest] = [(stop - change) / 1000, (stop - request) / 1000];
      const near = (seconds: number) => Math.abs(seconds - idle) <= TOLERANCE;
      if (near(sinceChange) === near(sinceRequest)) return [];
      return [near(sinceChange) ? 'read' : 'not-read'];
    });
    if (found.length === 0) throw new NoAnswer('no compute was stopped as idle at a time that tells the two apart');
    const read = found.filter((each) => each === 'read').length;
    if (read > 0 && read < found.length) throw new NoAnswer('compute was stopped in both ways');
    return {
      answer: read > 0 ? 'read' : 'not-read',
      evidence: [`idle time of the Runtime: ${idle} seconds`, `stops that tell the two apart: ${found.length}`],
      confidence: 'likely',
    };
  },
});

interface Stop {
  /** Milliseconds since the epoch: of the last change between busy and idle, of the last request, and of the stop. */
  readonly change: number;
  readonly request: number;
  readonly stop: number;
}

/** Stops of compute that served requests. The messages of one container follow each other. */
function stopsOf(messages: readonly string[]): readonly Stop[] {
  const stops: Stop[] = [];
  let [change, request] = [0, 0];
  for (const message of messages) {
    const { event, action, time } = parsed(message);
    const at = Date.parse(time ?? '');
    if (Number.isNaN(at)) continue;
    if (event === 'listening') [change, request] = [0, 0];
    if (event === 'invocation') {
      request = at;
      // After a renewal the container is busy until the lease ends, which may be by itself: then the change is not known.
      if (action === 'renew_turn_lease') change = 0;
      if (action === 'release_turn_lease') change = at;
    }
    if (event === 'closed' && change > 0) stops.push({ change, request, stop: at });
  }
  return stops;
}

function parsed(message: string): { readonly event?: string; readonly action?: string; readonly time?: string } {
  try {
    return JSON.parse(message) as object;
  } catch {
    return {};
  }
}

/** @throws NoAnswer when the stacks have none */
async function runtimeLogGroup(context: ProbeContext): Promise<string> {
  return (
    await context.resource(
      'AWS::Logs::LogGroup',
      ({ physicalId }) => physicalId.startsWith('/aws/bedrock-agentcore/runtimes/'),
      'log group of a Runtime',
    )
  ).physicalId;
}
