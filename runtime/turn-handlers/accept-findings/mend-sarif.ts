import { SARIF_LIMITS } from '../../../lib/contracts/audit';
import { firstCredential, redacted } from '../../agent-tools/server/redaction';
import { problemOf } from './check-sarif';
import type { SarifLog, SarifResult, SarifRule, SarifRun } from './sarif';

/** A part of a log that was set aside, and the reason; no text of the log. */
export interface SetAside {
  /** For example `/runs/0/results/3/ruleId: letters, digits and . _ / - are expected`. */
  readonly problem: string;
  /** The part was a result. */
  readonly isResult: boolean;
  /** Its rule, if it names one. */
  readonly ruleId?: string;
}

export interface MendedLog {
  readonly log: SarifLog;
  readonly setAside: readonly SetAside[];
}

/**
 * The log with everything that can be accepted. Paths are percent-encoded, long texts are cut, and credentials are
 * removed. Each result that still isn't acceptable is set aside, so that one bad result doesn't discard the other
 * findings of a night.
 *
 * @returns a text when nothing of the log can be accepted: the first problem
 */
export function mendedLog(answer: unknown): MendedLog | string {
  const { runs } = (isObject(answer) ? answer : {}) as { runs?: unknown };
  const run: unknown = Array.isArray(runs) && runs.length === 1 ? runs[0] : undefined;
  const given = isObject(run) ? run['results'] : undefined;
  if (!isObject(answer) || !isObject(run) || !Array.isArray(given)) return problemOf(answer) ?? 'one run is expected';

  const setAside: SetAside[] = [];
  const logOf = (members: object): SarifLog => ({ ...answer, runs: [{ ...members }] }) as unknown as SarifLog;
  const { tool, ...around } = mended(run) as Record<string, unknown>;
  const rest = Object.entries(around).filter(([name]) => name !== 'results');
  const driver = isObject(tool) && isObject(tool['driver']) ? tool['driver'] : undefined;
  const { rules, ...named } = driver ?? {};
  let header: object = { ...(driver ? { tool: { ...(tool as object), driver: named } } : { tool }), results: [] };
  const refusal = problemOf(logOf(header));
  if (refusal) return refusal;
  for (const [name, value] of rest) {
    const problem = problemOf(logOf({ ...header, [name]: value }));
    if (problem) setAside.push({ problem, isResult: false });
    else header = { ...header, [name]: value };
  }
  const withRules = (kept: unknown): object => ({
    ...header,
    tool: { ...(tool as object), driver: { ...named, rules: kept } },
  });
  if (Array.isArray(rules)) {
    const kept = rules.filter((rule: unknown, index) => {
      const problem = problemOf(logOf(withRules([rule])));
      if (problem) setAside.push({ problem: numbered(problem, 'rules', index), isResult: false });
      return !problem;
    }) as SarifRule[];
    header = withRules(kept);
  }

  const accepted: SarifResult[] = [];
  let quoted = 0;
  for (const [index, each] of given.entries()) {
    const result = mended(each);
    const ruleId = isObject(result) && typeof result['ruleId'] === 'string' ? result['ruleId'] : undefined;
    const length = quotations(result);
    const problem =
      accepted.length >= SARIF_LIMITS.results
        ? `/runs/0/results/${index}: at most ${SARIF_LIMITS.results} results`
        : quoted + length > SARIF_LIMITS.snippets
          ? `/runs/0/results/${index}: all quotations together have more than ${SARIF_LIMITS.snippets} characters`
          : problemOf(logOf({ tool: (header as SarifRun).tool, results: [result] }));
    if (problem) setAside.push({ problem: numbered(problem, 'results', index), isResult: true, ruleId });
    else {
      quoted += length;
      accepted.push(result as SarifResult);
    }
  }
  return { log: logOf({ ...header, results: accepted }), setAside };
}

/** Paths as the schema requires them, no credentials, and no text above its limit. */
function mended(value: unknown, pointer = ''): unknown {
  if (typeof value === 'string') {
    if (pointer.endsWith('/uri')) return encodedPath(value);
    const most = pointer.endsWith('/snippet/text') ? SARIF_LIMITS.snippet : SARIF_LIMITS.text;
    return cut(firstCredential(value) ? redacted(value) : value, most);
  }
  if (Array.isArray(value)) return value.map((each, index) => mended(each, `${pointer}/${index}`));
  if (!isObject(value)) return value;
  // The check of the result limits the depth.
  if (pointer.split('/').length > 30) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, mended(each, `${pointer}/${name}`)]));
}

/** A path as a URI reference. Percent-encoded characters stay unchanged. */
function encodedPath(path: string): string {
  return path
    .replace(/\p{Cs}/gu, '\ufffd')
    .replace(/%(?![0-9A-Fa-f]{2})/g, '%25')
    .replace(/[^A-Za-z0-9\-._~!$&'()*+,;=:@/%\\\u0000-\u001f\u007f]+/gu, encodeURIComponent);
}

function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = /[\ud800-\udbff]/.test(text[most - 1]) ? most - 1 : most;
  return text.slice(0, end);
}

function quotations(value: unknown, pointer = ''): number {
  if (typeof value === 'string') return pointer.endsWith('/snippet/text') ? value.length : 0;
  if (typeof value !== 'object' || value === null || pointer.split('/').length > 30) return 0;
  return Object.entries(value).reduce((sum, [name, each]) => sum + quotations(each, `${pointer}/${name}`), 0);
}

/** The problem of a part that was checked alone, with its location in the log. */
function numbered(problem: string, list: string, index: number): string {
  return problem.replace(new RegExp(`/${list}/0(?=[/:])`), `/${list}/${index}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
