import type { TerminalStyle } from '../../terminal-style';
import { PROBES } from './registry';
import type { ProbeReport } from './report';

/** The verdict of an answer about a default of the library. */
export interface Verdict {
  readonly id: string;
  readonly answer: string | null;
  readonly default: string;
  readonly verdict: 'fits' | 'change' | 'open' | 'no answer';
  /** Only with `change`. */
  readonly change?: string;
  /** Only with `open`: how to get an answer about the default. */
  readonly repeat?: string;
  readonly where: readonly string[];
}

/**
 * Compares the answers of a report with the defaults. Answers to questions that this version doesn't have are omitted.
 */
export function verdictsOf({ results }: ProbeReport): readonly Verdict[] {
  return PROBES.map(({ id, default: isNow, where, answers }): Verdict => {
    const answer = results.find((each) => each.id === id)?.answer ?? null;
    const common = { id, answer, default: isNow, where };
    if (answer === null || !Object.hasOwn(answers, answer)) return { ...common, answer: null, verdict: 'no answer' };
    const { change, repeat } = answers[answer];
    if (repeat !== undefined) return { ...common, verdict: 'open', repeat };
    return change === undefined ? { ...common, verdict: 'fits' } : { ...common, verdict: 'change', change };
  });
}

export function verdictsText(verdicts: readonly Verdict[], style: TerminalStyle): string {
  const lines = verdicts.flatMap(({ id, answer, default: isNow, verdict, change, repeat, where }) => [
    `${verdict === 'change' ? style.bad(verdict) : verdict === 'fits' ? style.good(verdict) : style.faint(verdict)}  ${style.name(id)}${answer === null ? '' : `  ${answer}`}`,
    `    now: ${isNow}`,
    ...(repeat === undefined ? [] : [`    for more details: ${repeat}`]),
    ...(change === undefined ? [] : [`    change: ${change}`, `    where: ${where.join(', ')}`]),
  ]);
  return `${lines.join('\n')}\n`;
}
