/**
 * What the workflow adds to a turn. Run: npm run bundle && node --import tsx bench/turn-overhead.ts [pairs]
 *
 * A is one command in a session of the local service, driven by the session client: the exec server's own time and what
 * the service needs. B is the same command as a whole turn of the synthesized state machine in the local interpreter, with
 * the bundled functions, tables and buckets of the local cloud, both screenings, evidence and outcome event. Both run in
 * this process and against the same service, with the real lifecycle server and the real Codex exec server. Pairs take
 * turns in who is first. Wait states do not wait: how long they wait in AWS is written in the definition.
 */
import { turnExecutionName, type TurnRequest, type TurnResult } from '../lib/contracts/turn';
import { runTurn } from '../runtime/session-client/run-turn';
import type { CreateSessionRequest } from '../runtime/session-client/types';
import { clientOf, removeLifecycleBundle, startWithRealParts } from '../test/local/support/service';
import { deploy } from '../test/workflow-run/support/scenario-stack';
import { WorkflowCloud } from '../test/workflow-run/support/workflow-cloud';
import { median, ms, ratio, report } from './report';

const PAIRS = Number(process.argv[2] ?? 15);
const WARM_UP = 2;

const session: CreateSessionRequest = {
  agent: { model: 'openai.gpt-5.6-luna', instructions: 'Bench.', tools: [] },
  environment: {
    type: 'aws_bedrock_agentcore',
    runtime_arn: 'arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/bench-a1b2c3d4e5',
    workspace_directory: '/mnt/agent/workspace',
  },
  role_arn: 'arn:aws:iam::111122223333:role/SessionRole',
};

async function timed(work: () => Promise<void>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

async function main(): Promise<void> {
  const service = await startWithRealParts({
    script: { rules: [{ when: {}, steps: [{ kind: 'run', id: 'count', command: 'ls | wc -l' }], answer: 'Done.' }] },
  });
  const workflow = await WorkflowCloud.start(deploy(), service, {}, { waitMs: 0 });
  const client = clientOf(service);

  const direct = async (sessionId: string): Promise<void> => {
    const { state } = await runTurn(client, sessionId, 'Count the files.');
    if (state !== 'completed') throw new Error(`the turn in the session is ${state}`);
  };
  let events = 0;
  const turn = async (sessionKey?: string): Promise<void> => {
    const input: TurnRequest = {
      format: 'cdk-bedrock-managed-agents/turn-request/1',
      agentName: 'reviewer',
      deduplicationKey: `bench-${++events}`,
      trigger: { type: 'direct', id: 'Bench', source: 'bench', time: '2026-11-23T12:00:00Z' },
      prompt: [{ text: 'Count the files.' }],
      ...(sessionKey === undefined ? {} : { sessionKey }),
    };
    const result = (await workflow.run(turnExecutionName(input.deduplicationKey), input).result) as TurnResult;
    if (result.outcome !== 'Completed') throw new Error(`the turn is ${result.outcome}: ${result.reason?.code}`);
  };

  // Where the time of turns goes: the tasks one after the other; those of a Map state side by side.
  let spent = new Map<string, number[]>();
  workflow.cloud.aroundTask = async (state, call) => {
    const begin = performance.now();
    try {
      return await call();
    } finally {
      spent.set(state, [...(spent.get(state) ?? []), performance.now() - begin]);
    }
  };

  const { id: kept } = await client.create(session);
  const kinds = [
    {
      what: 'a session of its own (compute is started)',
      a: async () => {
        const { id } = await client.create(session);
        await direct(id);
        await client.delete(id);
      },
      b: () => turn(),
    },
    { what: 'a conversation that goes on (compute is there)', a: () => direct(kept), b: () => turn('bench') },
  ];
  const rows: string[][] = [];
  let slowest = '';
  for (const { what, a, b } of kinds) {
    for (let run = 0; run < WARM_UP; run += 1) {
      await a();
      await b();
    }
    spent = new Map();
    const pairs: { a: number; b: number }[] = [];
    const tasks: number[] = [];
    const taken = () => [...spent.values()].flat().reduce((sum, each) => sum + each, 0);
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const first = pair % 2 === 0 ? await timed(a) : undefined;
      const before = taken();
      const whole = await timed(b);
      tasks.push(taken() - before);
      pairs.push({ a: first ?? (await timed(a)), b: whole });
    }
    const over = pairs.map((pair) => pair.b - pair.a);
    const [inSession, asTurn] = [pairs.map((pair) => pair.a), pairs.map((pair) => pair.b)];
    rows.push([
      what,
      ms(median(inSession)),
      ms(median(asTurn)),
      ratio(asTurn, inSession),
      ms(median(over)),
      ms(Math.max(...over)),
      ms(median(tasks)),
    ]);
    const states = [...spent].map(([state, times]) => ({ state, each: median(times) }));
    slowest = states
      .sort((one, other) => other.each - one.each)
      .slice(0, 4)
      .map(({ state, each }) => `\`${state}\` ${ms(each)}`)
      .join(', ');
  }
  report([
    {
      id: 'turn-overhead',
      columns: ['', 'in the session', 'as a turn', 'ratio', 'overhead', 'at most', 'of it, tasks'],
      rows,
      of: `${PAIRS} pairs, medians; ratio and overhead are medians of the pairs. The slowest tasks of the last row: ${slowest}.`,
    },
  ]);
  client.close();
  await service.close();
  await workflow.cloud.close();
  removeLifecycleBundle();
}

main().catch((error: Error) => {
  console.error(error.stack);
  process.exit(1);
});
