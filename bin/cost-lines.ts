import { monthlyUsd, turnUsd } from '../analysis/cost/amounts';
import { estimate } from '../analysis/cost/estimate';
import { outside } from '../analysis/cost/text';
import type { TemplateModel } from '../analysis/model/template-model';
import { visible } from '../lib/contracts/untrusted-text';
import type { TerminalStyle } from './terminal-style';

/** The cost of a stack, in a few lines; `bma cost` prints all lines. */
export function costLines(model: TemplateModel, stack: string, style: TerminalStyle): string[] {
  const record = estimate(model, {}, [stack]);
  const row = (label: string, text: string) => `  ${label.padEnd(15)} ${text}`;
  const about = (name: string) => record.assumptions.find((assumption) => assumption.name === name)!.value;
  return [
    row(
      'Cost',
      `${style.name(monthlyUsd(record.idleUsdPerMonth))} a month idle ${style.faint(`(list prices read on ${record.pricesReadOn})`)}`,
    ),
    ...record.turns.map(({ usd, model }) =>
      row(
        '',
        `${style.name(turnUsd(usd))} a turn ${style.faint(
          `(${about('inputTokensPerTurn')} input and ${about('outputTokensPerTurn')} output tokens of ${visible(model) || 'a model not known'}, ${about('minutesPerTurn')} minutes)`,
        )}`,
      ),
    ),
    row(
      '',
      style.faint(
        `${outside(record).length} items are not included; npx bma cost cdk.out --stack ${visible(stack)} lists them`,
      ),
    ),
  ];
}
