import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { App } from 'aws-cdk-lib/core';
import { EXAMPLES, type Example } from '../examples';
import { monthlyUsd, turnUsd } from '../analysis/cost/amounts';
import { assumed } from '../analysis/cost/assumptions';
import { estimateDirectory } from '../analysis/cost/estimate';
import { COST_GROUPS, type CostEntry, type CostRecord } from '../analysis/cost/record';
import { code } from '../lib/contracts/untrusted-text';

const BEGIN = '<!-- cost: written by npm run docgen, see docs/cost.md -->';
const END = '<!-- cost: end -->';

/** Turns that the README of an example adds up. */
const TURNS = 200;

/** The examples that have a README. */
export const WITH_README = EXAMPLES.filter((example) => existsSync(readmeOf(example)));

/** README of an example. */
export function readmeOf({ name }: Example): string {
  return path.join(__dirname, '..', 'examples', name, 'README.md');
}

/** The README of an example with the figures that its templates have now: those of `assembly`, which is synthesized by default. */
export function withCostBlock(example: Example, assembly = synthesized(example)): string {
  const readme = readFileSync(readmeOf(example), 'utf8');
  const block = `${BEGIN}\n\n${figures(assembly)}\n\n${END}`;
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin >= 0 && end > begin) {
    return `${readme.slice(0, begin)}${block}${readme.slice(end + END.length)}`;
  }
  const section = `## What it costs\n\n${block}\n\n`;
  const deploy = readme.indexOf('## Deploy');
  return deploy >= 0
    ? `${readme.slice(0, deploy)}${section}${readme.slice(deploy)}`
    : `${readme.trimEnd()}\n\n${section.trimEnd()}\n`;
}

function synthesized({ add }: Example): string {
  const app = new App();
  add(app, { account: '111122223333', region: 'us-east-1' });
  return app.synth().directory;
}

function figures(assembly: string): string {
  const record = estimateDirectory(assembly, { turnsPerMonth: TURNS });
  const given = assumed();
  return [
    `- Idle: **${monthlyUsd(record.idleUsdPerMonth)}** a month (${parts(record.idle, monthlyUsd)})`,
    ...record.turns.map(
      ({ agent, model, usd, entries }) =>
        `- One turn of ${code(agent)} with ${code(model || 'a model not known')}: **${turnUsd(usd)}** (${parts(entries, turnUsd)})`,
    ),
    `- Idle and ${TURNS} turns${record.turns.length > 1 ? ' of each agent' : ''}: **${monthlyUsd(record.totalUsdPerMonth)}** a month`,
    '',
    `A turn is assumed to take ${given.minutesPerTurn} minutes, ${given.inputTokensPerTurn.toLocaleString('en-US')} input tokens (none from the cache) and ${given.outputTokensPerTurn.toLocaleString('en-US')} output tokens. List prices of us-east-1; traffic, taxes and ${notDocumented(record)} are not included. \`npx bma cost cdk.out --turns ${TURNS}\` prints each price, all assumptions, and what is not included.`,
  ].join('\n');
}

function parts(entries: readonly CostEntry[], amount: (usd: number) => string): string {
  return COST_GROUPS.flatMap((group) => {
    const members = entries.filter((entry) => entry.group === group && entry.usd !== undefined);
    const usd = members.reduce((sum, entry) => sum + (entry.usd ?? 0), 0);
    return members.length ? [`${group} ${amount(usd)}`] : [];
  }).join(', ');
}

function notDocumented({ idle, turns }: CostRecord): string {
  const open = [...idle, ...turns.flatMap(({ entries }) => entries)].filter(({ usd }) => usd === undefined);
  const number = new Set(open.map(({ unit }) => unit)).size;
  return `${number} undocumented ${number === 1 ? 'price' : 'prices'}`;
}
