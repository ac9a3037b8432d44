import { DescribeLogStreamsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { RUNTIME_LOG_GROUPS } from '../../../../lib/facts/compute-kinds';
import { NoAnswer, probe } from '../probe';
import type { ProbeContext } from '../probe-context';

export const logStreams = probe({
  id: 'log-streams',
  question: 'Does AgentCore write the logs of a Runtime if its role cannot create log groups?',
  default: 'The stack creates the log group; the execution role can only create and write streams in it.',
  where: ['lib/identity/perms.ts', 'lib/environment/agentcore-environment.ts'],
  needs: ['an agent', 'a turn that used its environment'],
  looksAt: ['stacks', 'turn', 'runtime'],
  permissions: [{ actions: ['iam:SimulatePrincipalPolicy', 'logs:DescribeLogStreams'] }],
  usd: 0,
  minutes: 1,
  answers: {
    written: { means: 'The log group has streams, and the role cannot create log groups.' },
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
    if (result?.EvalDecision === 'allowed') throw new NoAnswer('the execution role can create log groups');
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

export const sessionStorage = probe({
  id: 'session-storage',
  question: 'Can the non-root user of the image write to session storage?',
  default: 'The image runs as user 10001, and keeps the home of Codex and the attachment on session storage.',
  where: ['runtime/image/Dockerfile', 'docs/runtime-image.md'],
  needs: ['an agent', 'compute that was attached in the last 3 days'],
  looksAt: ['stacks', 'logs'],
  permissions: [],
  usd: 0,
  minutes: 1,
  answers: {
    writable: { means: 'Compute was attached, and its state is on session storage.' },
    'not-writable': {
      means: 'The home of Codex or the attachment could not be written to session storage.',
      change: 'prepare the mount as root before the image changes the user (runtime/image/Dockerfile)',
    },
  },
  async run(context) {
    const lines = await lifecycleLines(context);
    const failures = lines.filter(
      ({ event }) => event === 'home_on_temporary_directory' || event === 'attachment_not_saved',
    );
    const attached = lines.filter(({ action, statusCode }) => action === 'activate' && statusCode === 200).length;
    if (attached === 0) throw new NoAnswer('no compute was attached in the last 3 days');
    const kinds = [...new Set(failures.map(({ event, reason }) => `${event}: ${reason ?? 'no reason'}`))].sort();
    return {
      answer: failures.length > 0 ? 'not-writable' : 'writable',
      evidence: [`attachments: ${attached}`, ...kinds],
      confidence: 'certain',
    };
  },
});

export const lifecycleContract = probe({
  id: 'lifecycle-contract',
  question: 'Does Managed Agents call the container as the public template of AWS expects?',
  default: 'The lifecycle server accepts the actions of that template, and refuses others with 400.',
  where: ['runtime/lifecycle/actions.ts', 'runtime/lifecycle/requests.ts', 'docs/runtime-image.md'],
  needs: ['an agent', 'compute that was used in the last 3 days'],
  looksAt: ['stacks', 'logs'],
  permissions: [],
  usd: 0,
  minutes: 1,
  answers: {
    taken: { means: 'No request was refused as unknown or malformed.' },
    refused: {
      means: 'A request was refused with 400.',
      change: 'accept the request in the evidence (runtime/lifecycle/requests.ts)',
    },
  },
  async run(context) {
    const invocations = (await lifecycleLines(context)).filter(({ event }) => event === 'invocation');
    if (invocations.length === 0) throw new NoAnswer('the container was not called in the last 3 days');
    const kinds = new Map<string, number>();
    for (const { action = 'no known action', statusCode } of invocations) {
      const kind = `${action}, ${statusCode ?? 'no status'}`;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    const isRefused = invocations.some(({ statusCode }) => statusCode === 400);
    const evidence = [...kinds].map(([kind, count]) => `${kind}: ${count}`).sort();
    return { answer: isRefused ? 'refused' : 'taken', evidence, confidence: 'certain' };
  },
});

/** Tolerance between two readings of the same time, in seconds. */
const TOLERANCE = 120;

export const pingFields = probe({
  id: 'ping-fields',
  question: 'Does `time_of_last_update` in the response to `/ping` decide when idle compute is stopped?',
  default: 'The lifecycle server sends it: the time at which the container last became busy or idle.',
  where: ['runtime/lifecycle/http-server.ts', 'docs/runtime-image.md'],
  needs: ['an agent', 'compute that was stopped as idle in the last 3 days'],
  looksAt: ['stacks', 'runtime', 'logs'],
  permissions: [],
  usd: 0,
  minutes: 1,
  answers: {
    read: {
      means: 'The idle time starts at the last change of state, even if requests came later.',
    },
    'not-read': {
      means: 'The idle time starts at the last request, independent of the field.',
      change: 'document in docs/runtime-image.md that the field is not read',
    },
  },
  async run(context) {
    const { lifecycleConfiguration } = await context.runtime();
    const idle = lifecycleConfiguration?.idleRuntimeSessionTimeout;
    if (idle === undefined) throw new NoAnswer('AgentCore returned no idle time of the Runtime');
    const found = stopsOf(await lifecycleLines(context)).flatMap(
      ({ change, request, stop }): ('read' | 'not-read')[] => {
        const [sinceChange, sinceRequest] = [(stop - change) / 1000, (stop - request) / 1000];
        const near = (seconds: number) => Math.abs(seconds - idle) <= TOLERANCE;
        if (near(sinceChange) === near(sinceRequest)) return [];
        return [near(sinceChange) ? 'read' : 'not-read'];
      },
    );
    if (found.length === 0) throw new NoAnswer('no compute was stopped as idle at a time that distinguishes the two');
    const read = found.filter((each) => each === 'read').length;
    if (read > 0 && read < found.length) throw new NoAnswer('compute was stopped in both ways');
    return {
      answer: read > 0 ? 'read' : 'not-read',
      evidence: [`idle time of the Runtime: ${idle} seconds`, `stops that distinguish the two: ${found.length}`],
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
function stopsOf(lines: readonly Line[]): readonly Stop[] {
  const stops: Stop[] = [];
  let [change, request] = [0, 0];
  for (const { event, action, time } of lines) {
    const at = Date.parse(time ?? '');
    if (Number.isNaN(at)) continue;
    if (event === 'listening') [change, request] = [0, 0];
    if (event === 'invocation') {
      request = at;
      // After a renewal, the container is busy until the lease ends. If the lease expires, the time of the change is
      // unknown.
      if (action === 'renew_turn_lease') change = 0;
      if (action === 'release_turn_lease') change = at;
    }
    if (event === 'closed' && change > 0) stops.push({ change, request, stop: at });
  }
  return stops;
}

/** A log entry of the lifecycle server. */
interface Line {
  readonly time?: string;
  readonly event?: string;
  readonly action?: string;
  readonly statusCode?: number;
  readonly reason?: string;
}

/** Log entries of the last days; lines of other programs in the same streams are omitted. */
async function lifecycleLines(context: ProbeContext): Promise<readonly Line[]> {
  const messages = await context.logMessages(await runtimeLogGroup(context), context.lastDays(3));
  return messages.flatMap((message) => {
    try {
      const line = JSON.parse(message) as Line | null;
      return line?.event === undefined ? [] : [line];
    } catch {
      return [];
    }
  });
}

/** @throws NoAnswer when the stacks have none */
export async function runtimeLogGroup(context: ProbeContext): Promise<string> {
  return (
    await context.resource(
      'AWS::Logs::LogGroup',
      ({ physicalId }) => physicalId.startsWith(RUNTIME_LOG_GROUPS),
      'log group of a Runtime',
    )
  ).physicalId;
}
