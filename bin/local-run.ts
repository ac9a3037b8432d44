import * as fs from 'node:fs';
import * as path from 'node:path';
import { turnEventType } from '../lib/contracts/turn';
import { type Delivered } from './local-scenario';
import { ScenarioRun, writeEvidence, type EventResult, type LocalTurn, type ScenarioRunOptions } from './scenario-run';
import type { TerminalStyle } from './terminal-style';
import { transcriptLines } from '../local/message/transcript';

export interface LocalRun extends ScenarioRunOptions {
  /** Directory for the evidence; its previous content is removed. */
  readonly evidence: string;
  readonly style: TerminalStyle;
  readonly print: (line: string) => void;
}

/**
 * Delivers the events of an example's scenario on this machine, without an AWS account: the synthesized rules, queues,
 * functions, state machines and policies, the local Managed Agents service with real SigV4, the real lifecycle server and
 * the real `codex exec-server`. A script replaces the model.
 *
 * @returns true when every event led to turns that completed, with their slots free
 */
export async function runLocally(options: LocalRun): Promise<boolean> {
  const { style, print, evidence, loaded } = options;
  const report = new Report(style, print, evidence);
  fs.rmSync(evidence, { recursive: true, force: true });
  const run = await ScenarioRun.start(options);
  try {
    report.done(
      `Local Managed Agents service at ${run.service.url}`,
      'SigV4 verified; each function signs as its own role',
    );
    report.done(`Local cloud from ${path.relative(process.cwd(), options.assembly)}`, deployed(run));
    let good = true;
    for (const [index, wanted] of loaded.events.entries()) {
      report.event(index + 1, wanted);
      const result = await run.deliver(wanted);
      good = report.result(result, await run.cloud.slotHolders()) && good;
    }
    const shown = await loaded.scenario.show?.({ cloud: run.cloud, turns: run.turns });
    if (shown !== undefined) {
      print(`\n${style.title('What came of it')}`);
      shown.forEach((line) => print(`  ${line}`));
    }
    return good;
  } finally {
    await run.close();
  }
}

function deployed({ cloud: { deployment } }: ScenarioRun): string {
  const count = (type: string, what: string) => `${deployment.all(type).length} ${what}`;
  return [
    count('AWS::Lambda::Function', 'functions'),
    count('AWS::StepFunctions::StateMachine', 'state machines'),
    count('AWS::Events::Rule', 'rules'),
    count('AWS::SQS::Queue', 'queues'),
    count('AWS::DynamoDB::Table', 'tables'),
    count('AWS::S3::Bucket', 'buckets'),
  ].join(', ');
}

class Report {
  public constructor(
    private readonly style: TerminalStyle,
    private readonly print: (line: string) => void,
    private readonly directory: string,
  ) {}

  public done(what: string, detail = ''): void {
    this.print(`${this.style.good('✓')} ${what} ${this.style.faint(detail)}`);
  }

  public event(number: number, wanted: Delivered): void {
    const what = 'event' in wanted ? `${wanted.event.source}, ${wanted.event['detail-type']}` : 'EventBridge Scheduler';
    this.print(`\n${this.style.title(`Event ${number}: ${wanted.label}`)} ${this.style.faint(what)}`);
  }

  /** @returns whether the event led to completed turns, and no slot stayed occupied */
  public result(result: EventResult, slotHolders: readonly string[]): boolean {
    for (const { rule, target, error } of result.deliveries) {
      if (error) this.failed(`${rule} could not deliver to ${target}`, error.message);
      else this.done(`${rule} delivered it`, `to ${target.split(':').at(-1)}`);
    }
    if (result.deliveries.length === 0) this.failed('No rule matches this event', 'no turn was started');
    for (const { queue, body } of result.deadLetters) this.failed(`Dead letter in ${queue}`, body.slice(0, 200));
    for (const turn of result.turns) this.turn(turn, result);
    for (const { machine, status, tasks } of result.executions) {
      this.done(`${machine.name} ${status}`, `${tasks.length} tasks`);
    }
    if (slotHolders.length > 0) this.failed('A slot is still held', slotHolders.join(', '));
    else if (result.turns.length > 0) this.done('Every slot is released');
    return (
      result.deliveries.length > 0 &&
      result.deliveries.every(({ error }) => error === undefined) &&
      result.deadLetters.length === 0 &&
      result.turns.every(({ outcome }) => outcome === 'Completed') &&
      slotHolders.length === 0
    );
  }

  private turn(turn: LocalTurn, { screened }: EventResult): void {
    const { detail } = turn;
    this.done(
      `Turn ${turn.name.slice(0, 17)}…`,
      `of ${detail.agentName}, started by ${detail.trigger.id}; session ${detail.sessionId ?? 'never opened'}`,
    );
    turn.items.flatMap((item) => transcriptLines(item, this.style)).forEach((line) => this.print(line));
    const count = (wanted: string) => screened.filter(({ source }) => source === wanted).length;
    const found = screened.filter(({ found: verdict }) => verdict !== 'NONE').map(({ found: verdict }) => verdict);
    this.done(
      `Guardrail called for ${count('INPUT')} input texts and ${count('OUTPUT')} output texts`,
      found.length === 0 ? 'nothing found' : `found: ${found.join(', ')}`,
    );
    if (turn.evidence.size > 0) {
      const folder = path.relative(process.cwd(), writeEvidence(this.directory, turn));
      this.done(`Evidence: ${[...turn.evidence.keys()].join(', ')}`, folder);
    }
    const event = turnEventType(turn.outcome);
    const reason = detail.reason ? `${detail.reason.code}: ${detail.reason.message ?? ''}` : '';
    if (turn.outcome === 'Completed') this.done(event, `on the bus ${turn.bus}`);
    else this.failed(event, reason);
  }

  private failed(what: string, detail: string): void {
    this.print(`${this.style.bad('✗')} ${what} ${this.style.faint(detail)}`);
  }
}
