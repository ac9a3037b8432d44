import { code, visible } from '../../lib/contracts/untrusted-text';
import { monthlyUsd, priceText, quantityText, turnUsd } from './amounts';
import { COST_GROUPS, type CostEntry, type CostRecord } from './record';
import { outside } from './text';

/** An estimate for a pull request or a wiki. */
export function costMarkdown(record: CostRecord): string {
  const { turns, turnsPerMonth } = record;
  const parts = [
    `## Estimated monthly cost of ${record.stacks.map((stack) => cell(stack)).join(', ')}`,
    `List prices of us-east-1, the oldest read on ${record.pricesReadOn}; US dollars.`,
    summary(record),
    '### Idle, per month',
    table(record.idle, monthlyUsd),
    ...turns.flatMap((turn) => [
      `### One turn of ${cell(turn.agent)}, model ${turn.model ? cell(turn.model) : 'not known'}`,
      table(turn.entries, turnUsd),
    ]),
    `### Assumed, ${turnsPerMonth} turns a month`,
    record.assumptions.map(({ name, value, what }) => `- \`${name}\` = ${value}: ${what}`).join('\n'),
    '### Not in the sums',
    outside(record)
      .map((text) => `- ${escaped(text)}`)
      .join('\n'),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** The sums alone, as a table. */
export function summary({ idleUsdPerMonth, turns, turnsPerMonth, totalUsdPerMonth }: CostRecord): string {
  const rows = [
    ['Idle, per month', monthlyUsd(idleUsdPerMonth)],
    ...turns.map(({ agent, usd }) => [`One turn of ${cell(agent)}`, turnUsd(usd)]),
    ...(turns.length ? [[`Idle and ${turnsPerMonth} turns, per month`, monthlyUsd(totalUsdPerMonth)]] : []),
  ];
  return ['| What | US dollars |', '| --- | ---: |', ...rows.map(([what, usd]) => `| ${what} | ${usd} |`)].join('\n');
}

function table(entries: readonly CostEntry[], amount: (usd: number | undefined) => string): string {
  const rows = COST_GROUPS.flatMap((group) =>
    entries
      .filter((entry) => entry.group === group)
      .map((entry) => `| ${group} | ${escaped(quantityText(entry))} | ${priceText(entry)} | ${amount(entry.usd)} |`),
  );
  return ['| Group | What | Price | US dollars |', '| --- | --- | --- | ---: |', ...rows].join('\n');
}

/** A name from a template as a code span that does not end a cell. */
function cell(name: string): string {
  return code(name).replace(/\|/g, '\\|');
}

/** Units contain the id of a model, and unpriced entries contain names of resources; both come from templates. */
function escaped(text: string): string {
  return visible(text).replace(/[\\`*_{}[\]<>|#&]/g, (character) => `\\${character}`);
}
