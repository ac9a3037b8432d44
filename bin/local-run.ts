import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { startLocalService } from '../local';
import { runTurn, SessionClient } from '../runtime/session-client';
import type { Item, StreamEvent } from '../runtime/session-client/types';
import type { SynthesizedStack } from './cloud-assembly';
import type { LocalScenario } from './local-scenario';
import { synthesizedDefinition } from './synthesized-definition';
import type { TerminalStyle } from './terminal-style';
import { transcriptLines } from './turn-transcript';

/** One turn of a synthesized agent on this machine. */
export interface LocalRun {
  /** The stack with the agent. */
  readonly stack: SynthesizedStack;
  /** Directory of the cloud assembly, whose policies every call is authorised against. */
  readonly assembly: string;
  /** Logical id, or the part of it that is unique, of the role that starts the turn. */
  readonly caller: string;
  readonly scenario: LocalScenario;
  /** Directory for the evidence. */
  readonly evidence: string;
  /** Directories of the image, and where they are on this machine. */
  readonly imagePaths: Record<string, string>;
  readonly style: TerminalStyle;
  readonly print: (line: string) => void;
}

const PLACE = { accountId: '111122223333', partition: 'aws' };

/**
 * Runs one turn without an AWS account: the synthesized session definition and policies, the local Managed Agents service
 * with real SigV4, the real lifecycle server and the real `codex exec-server`. A script stands in for the model.
 *
 * @returns true when the turn completed.
 */
export async function runLocally(run: LocalRun): Promise<boolean> {
  const { style, print, stack } = run;
  const done = (what: string, detail = '') => print(`${style.good('✓')} ${what} ${style.faint(detail)}`);
  const place = { ...PLACE, region: stack.region };
  const definition = await synthesizedDefinition(stack, place);
  done('Session definition read from the assembly, its SHA-256 checked', definition.agent.model);

  const service = await startLocalService({
    region: stack.region,
    accountId: PLACE.accountId,
    template: run.assembly,
    caller: callerOf(stack, run.caller),
    script: run.scenario.script,
    imagePaths: run.imagePaths,
  });
  const client = new SessionClient({
    region: service.region,
    endpoint: service.url,
    credentials: () => Promise.resolve(service.credentials),
    environment: {},
  });
  try {
    done(
      `Local Managed Agents service at ${service.url}`,
      'SigV4 verified; calls authorised by the synthesized policies',
    );
    const session = await client.create(definition);
    done(`${run.caller} created session ${session.id}`, 'its lifecycle server starts the real codex exec-server');
    print(`\n${style.title('Transcript')}`);
    const seen = new Set<string>();
    const outcome = await runTurn(client, session.id, run.scenario.message, {
      deadlineMs: 120_000,
      onEvent: (event) => progress(event, seen, style).forEach((line) => print(line)),
    });
    const manifest = writeEvidence(run.evidence, session.id, outcome.state, outcome.items);
    const commands = outcome.items.filter((item) => item.type === 'command_execution').length;
    print('');
    done(`Turn ${outcome.state}`, `${commands} commands, ${outcome.items.length} items`);
    done('Evidence', path.relative(process.cwd(), manifest));
    await client.delete(session.id);
    return outcome.state === 'completed';
  } finally {
    client.close();
    await service.close();
  }
}

function callerOf(stack: SynthesizedStack, part: string): string {
  const roles = Object.keys(stack.resources).filter(
    (id) => stack.resources[id].Type === 'AWS::IAM::Role' && id.includes(part),
  );
  if (roles.length !== 1) {
    throw new Error(`${stack.name} has ${roles.length} roles whose logical id holds '${part}'; name exactly one.`);
  }
  return roles[0];
}

/** What an event adds to the transcript: the environment's changes, and every item once. */
function progress(event: StreamEvent, seen: Set<string>, style: TerminalStyle): string[] {
  if (event.type.startsWith('agent.session.environment.')) {
    return [style.faint(`  environment ${event.type.split('.').at(-1)}`)];
  }
  if (event.type !== 'agent.session.turn.item.done') {
    return [];
  }
  const { item } = event as { item: Item };
  if (item.id && seen.has(item.id)) {
    return [];
  }
  seen.add(item.id ?? '');
  return transcriptLines(item, style);
}

/** Writes the items as JSON Lines and a manifest with their SHA-256. */
function writeEvidence(directory: string, session: string, state: string, items: readonly Item[]): string {
  fs.mkdirSync(directory, { recursive: true });
  const lines = items.map((item) => `${JSON.stringify(item)}\n`).join('');
  fs.writeFileSync(path.join(directory, 'items.jsonl'), lines);
  const manifest = path.join(directory, 'manifest.json');
  const sha256 = createHash('sha256').update(lines).digest('hex');
  fs.writeFileSync(manifest, `${JSON.stringify({ session, state, items: items.length, sha256 }, undefined, 2)}\n`);
  return manifest;
}
