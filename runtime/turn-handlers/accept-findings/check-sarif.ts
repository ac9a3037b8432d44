import validate from 'compiled:sarif-profile';
import { SARIF_LIMITS } from '../../../lib/contracts/audit';
import { firstCredential } from '../../agent-tools/server/redaction';
import { repositoryPath } from './repository-path';
import type { SarifLog, SarifResult } from './sarif';

const RULE_ID = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/;

/** Deeper than any member of the profile; a property bag can contain anything. */
const MAX_DEPTH = 20;

/**
 * Why a log is not accepted: the location and the problem, without text of the log. Undefined if it is valid SARIF
 * 2.1.0 with one run, whose findings are in the repository and quote little of it.
 */
export function problemOf(log: unknown): string | undefined {
  if (!validate(log)) {
    const { instancePath, keyword, params } = validate.errors![0];
    const missing = params.missingProperty === undefined ? '' : ` ${params.missingProperty}`;
    return `${safePointer(instancePath)}: ${keyword}${missing}`;
  }
  const { runs } = log as SarifLog;
  if (runs.length !== 1) return `/runs: one run is expected, not ${runs.length}`;
  const { results } = runs[0];
  // An empty list means that nothing was found. A missing list means that nothing was searched.
  if (results === undefined) return '/runs/0: required results';
  if (results.length > SARIF_LIMITS.results) {
    return `/runs/0/results: at most ${SARIF_LIMITS.results} results, not ${results.length}`;
  }
  for (const [index, result] of results.entries()) {
    const problem = problemOfResult(result);
    if (problem) return `/runs/0/results/${index}${problem}`;
  }
  return problemOfTexts(log);
}

/** Members that are optional in SARIF and required by this library: a rule, a text and a location. */
function problemOfResult({ ruleId, message, locations }: Partial<SarifResult>): string | undefined {
  if (!RULE_ID.test(ruleId ?? '')) return '/ruleId: letters, digits and . _ / - are expected';
  if (!message?.text?.trim()) return '/message: required text';
  if (!locations?.[0]?.physicalLocation?.artifactLocation.uri)
    return '/locations: a path in the repository is expected';
  return undefined;
}

function problemOfTexts(log: unknown): string | undefined {
  let quoted = 0;
  const look = (value: unknown, pointer: string, name: string, depth: number): string | undefined => {
    if (depth > MAX_DEPTH) return `${safePointer(pointer)}: nested too deeply`;
    if (typeof value === 'string') {
      const isQuotation = pointer.endsWith('/snippet/text');
      if (isQuotation) quoted += value.length;
      const most = isQuotation ? SARIF_LIMITS.snippet : SARIF_LIMITS.text;
      if (value.length > most) return `${safePointer(pointer)}: at most ${most} characters, not ${value.length}`;
      if (quoted > SARIF_LIMITS.snippets) {
        return `${safePointer(pointer)}: all quotations together have more than ${SARIF_LIMITS.snippets} characters`;
      }
      const credential = firstCredential(value);
      if (credential) return `${safePointer(pointer)}: looks like ${credential.kind}`;
      if (name === 'uri' && repositoryPath(value) === undefined) {
        return `${safePointer(pointer)}: a relative path inside the repository is expected`;
      }
      return undefined;
    }
    if (value === null || typeof value !== 'object') return undefined;
    for (const [key, member] of Object.entries(value)) {
      const problem = look(key, `${pointer}/${key}`, '', depth) ?? look(member, `${pointer}/${key}`, key, depth + 1);
      if (problem) return problem;
    }
    return undefined;
  };
  return look(log, '', '', 0);
}

/** A JSON pointer without names that the log defines. */
function safePointer(pointer: string): string {
  const segments = pointer.split('/').map((segment) => (/^[$A-Za-z0-9]{0,40}$/.test(segment) ? segment : '*'));
  return segments.slice(0, 12).join('/') || '/';
}
