import { visible } from '../../lib/contracts/untrusted-text';
import { monthlyUsd, priceText, quantityText, turnUsd } from './amounts';
import { COST_GROUPS, type CostEntry, type CostRecord } from './record';

/** How far amounts are set in. */
const AMOUNT = 15;

/** An estimate for a terminal or a log: every line, the assumptions, and the costs that aren't included. */
export function costText(record: CostRecord): string {
  const { turnsPerMonth, turns } = record;
  const lines = [
    `Estimated monthly cost of ${record.stacks.map(visible).join(', ')}`,
    `List prices of us-east-1, the oldest read on ${record.pricesReadOn}; US dollars.`,
    '',
    `Idle, per month: ${monthlyUsd(record.idleUsdPerMonth)}`,
    ...grouped(record.idle, monthlyUsd),
  ];
  for (const turn of turns) {
    lines.push(
      '',
      `One turn of ${visible(turn.agent)} (${visible(turn.model) || 'model not known'}): ${turnUsd(turn.usd)}`,
      ...grouped(turn.entries, turnUsd),
    );
  }
  if (turns.length) {
    const each = turns.length > 1 ? ` of each of ${turns.length} agents` : '';
    lines.push('', `Idle and ${turnsPerMonth} turns${each}, per month: ${monthlyUsd(record.totalUsdPerMonth)}`);
  }
  lines.push('', 'Assumed', ...record.assumptions.map(({ name, value, what }) => `  ${name} = ${value}: ${what}`));
  lines.push('', 'Not in the sums', ...outside(record).map((text) => `  - ${text}`));
  return `${lines.join('\n')}\n`;
}

/** An estimate for programs. */
export function costJson(record: CostRecord): string {
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

/** The costs that aren't included, one sentence each. */
export function outside({ idle, turns, unpriced, notIncluded }: CostRecord): string[] {
  const open = [...idle, ...turns.flatMap(({ entries }) => entries)].filter(({ usd }) => usd === undefined);
  return [
    ...new Set(open.map(({ unit }) => `${visible(unit)}: the price is not documented`)),
    ...unpriced.map(({ what, why }) => visible(`${what}: ${why}`)),
    ...notIncluded,
  ];
}

function grouped(entries: readonly CostEntry[], amount: (usd: number | undefined) => string): string[] {
  return COST_GROUPS.flatMap((group) => {
    const members = entries.filter((entry) => entry.group === group);
    return members.length
      ? [
          `  ${group}`,
          ...members.map(
            (entry) => `  ${amount(entry.usd).padStart(AMOUNT)}  ${visible(quantityText(entry))}, ${priceText(entry)}`,
          ),
        ]
      : [];
  });
}
