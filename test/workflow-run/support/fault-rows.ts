import { readFileSync } from 'node:fs';
import path from 'node:path';
import { turnExecutionName } from '../../../lib/contracts/turn';
import type { Execution } from '../../../local/cloud';
import { clientOf } from '../../local/support/service';
import { faultyProxy, type FaultyProxy, type StoreFault } from './faulty-proxy';
import { deploy } from './scenario-stack';
import { WorkflowCloud } from './workflow-cloud';

/*
 * Where something goes wrong, what and how often; how the turn ends, and what is published. The synthesized machines, the
 * real functions and, in the rows "during", real SDK clients against servers that answer with the fault.
 */

export interface Row {
  /** A state of the machine. */
  readonly where: string;
  readonly when: 'before' | 'after' | 'during';
  /** Name of the error, `stop` for StopExecution, or `<store>: <fault>`. */
  readonly error: string;
  readonly times: number | 'always';
  readonly outcome: string;
  readonly code?: string;
  /** Messages that reach the service. */
  readonly messages: number;
}

export const FAULTS = JSON.parse(readFileSync(path.join(__dirname, 'fault-table.json'), 'utf8')) as Row[];

/** The tests of these rows, against one local account. */
export function testFaults(rows: readonly Row[]): void {
  let workflow: WorkflowCloud;
  const proxies = new Map<string, FaultyProxy>();
  const left = new Map<string, number>();
  const rowOf = new Map<string, Row>();

  beforeAll(async () => {
    workflow = await WorkflowCloud.withFakeCompute(
      deploy({ maxConcurrency: 100 }),
      { script: { rules: [{ when: {}, steps: [], answer: 'Done with {{input}}' }] } },
      { BMA_SETTLE_SECONDS: '0.5', BMA_LISTEN_SECONDS: '0.5' },
      { waitMs: 20 },
    );
    const { cloud } = workflow;
    const { s3Url: s3, dynamoUrl: dynamodb } = cloud.stores;
    for (const [name, url] of Object.entries({ s3, dynamodb })) {
      proxies.set(name, await faultyProxy(url));
      cloud.endpoint(name.toUpperCase(), proxies.get(name)!.url);
    }
    const at = (when: Row['when']) => (state: string, execution: Execution) => {
      const turn = turnOf(execution);
      const row = rowOf.get(turn);
      const times = left.get(turn) ?? 0;
      if (row === undefined || row.where !== state || times === 0) return;
      if (when === 'before' && row.when === 'during') {
        left.set(turn, 0);
        const [store, fault] = row.error.split(': ');
        proxies.get(store)!.plan(fault as StoreFault, times);
        return;
      }
      if (row.when !== when) return;
      left.set(turn, times - 1);
      if (row.error !== 'stop') throw Object.assign(new Error('injected'), { name: row.error });
      void cloud.executions.stop(execution);
    };
    workflow.beforeTask = at('before');
    workflow.afterTask = at('after');
  });

  afterAll(async () => {
    await workflow?.close();
    await Promise.all([...proxies.values()].map((proxy) => proxy.close()));
  });

  test('a turn ends as what it was, is published once, and leaves no slot, whatever goes wrong', async () => {
    const turns = rows.map((row, index) => ({ row, name: turnExecutionName(`row-${index}`), index }));
    const run = ({ row, name, index }: (typeof turns)[number]) => {
      rowOf.set(name, row);
      left.set(name, row.times === 'always' ? Infinity : row.times);
      return workflow.run(name, {
        format: 'cdk-bedrock-managed-agents/turn-request/1',
        agentName: 'reviewer',
        deduplicationKey: `row-${index}`,
        trigger: { type: 'direct', id: 'row', source: 'test', time: '2026-11-27T12:00:00Z' },
        // Kept, so that its messages can be counted.
        sessionKey: `row-${index}`,
        prompt: [{ text: `row ${index}.` }],
      }).execution.over;
    };
    // Every caller of a store gets its faults, so the rows `during` run one by one.
    await Promise.all(turns.filter(({ row }) => row.when !== 'during').map(run));
    await workflow.cloud.quiet();
    for (const turn of turns.filter(({ row }) => row.when === 'during')) await run(turn);
    await workflow.cloud.quiet();

    const messages = new Map<string, number>();
    for await (const { id } of clientOf(workflow.service).list()) {
      for (const { message } of workflow.service.admin.turns(id))
        messages.set(message, (messages.get(message) ?? 0) + 1);
    }
    const found = turns.map(({ row, name, index }) => {
      const outcomes = workflow.outcomes(name).map(({ Detail }) => Detail);
      return {
        row: described(row),
        outcome: [...new Set(outcomes.map(({ outcome }) => outcome as string))].join('+'),
        code: (outcomes[0]?.reason as { code?: string } | undefined)?.code,
        output: outcomes.some(({ output }) => output !== undefined),
        messages: messages.get(`row ${index}.`) ?? 0,
        begun: (left.get(name) ?? 0) < (row.times === 'always' ? Infinity : row.times) || row.times === 'always',
      };
    });
    expect(found).toEqual(
      rows.map((row) => ({
        row: described(row),
        outcome: row.outcome,
        code: row.code,
        output: row.outcome === 'Completed',
        messages: row.messages,
        begun: true,
      })),
    );
    expect(await workflow.slotHolders()).toEqual([]);
  });

  test('no call was denied', () => {
    expect(workflow.cloud.policies.denials.map(({ decision }) => decision.reason)).toEqual([]);
  });
}

/** The turn that an execution runs or settles. */
function turnOf({ name, input }: Execution): string {
  return (input as { detail?: { name?: string } }).detail?.name ?? name;
}

function described({ where, when, error, times }: Row): string {
  return `${when} ${where}: ${error}, ${times} times`;
}
