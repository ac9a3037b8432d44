import { CommandError } from '../command';
import { NoAnswer, type Probe } from './probe';
import type { ProbeContext } from './probe-context';
import type { ProbeResult } from './report';

/** Runs every probe, one after another. A probe that fails has no answer; the others continue. */
export async function runProbes(
  probes: readonly Probe[],
  context: ProbeContext,
  onProbe: (probe: Probe) => void = () => undefined,
): Promise<readonly ProbeResult[]> {
  const results: ProbeResult[] = [];
  for (const probe of probes) {
    onProbe(probe);
    results.push(await answered(probe, context));
  }
  return results;
}

async function answered(probe: Probe, context: ProbeContext): Promise<ProbeResult> {
  const { id, question, answers } = probe;
  try {
    const { answer, evidence, confidence } = await probe.run(context);
    return { id, question, answer, says: answers[answer].means, evidence, confidence };
  } catch (problem) {
    return { id, question, answer: null, says: whyNot(problem as Error), evidence: [] };
  }
}

function whyNot(problem: Error): string {
  const { name, message } = problem;
  const isOurs = problem instanceof NoAnswer || problem instanceof CommandError;
  return withoutNames(isOurs ? message : `${name}: ${message}`);
}

/** Messages of AWS contain caller and resource, so they aren't in the report, which is for other readers. */
const withoutNames = (text: string): string => text.replace(/arn:[^\s"',;)]+/g, 'arn:…');
