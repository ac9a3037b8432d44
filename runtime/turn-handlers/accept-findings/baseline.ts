import { type AuditSubject, FINGERPRINT_NAME, type FindingsReceipt, findingsKey } from '../../../lib/contracts/audit';
import type { SetAside } from './mend-sarif';
import { marksOf } from './same-finding';
import type { SarifLog, SarifResult } from './sarif';

/** What a repository's last accepted audit left: `state/<repository>.json`. */
export interface FindingsState {
  readonly format: 'cdk-bedrock-managed-agents/findings-state/1';
  readonly repository: string;
  readonly night: string;
  /** Execution name of the turn that was accepted. */
  readonly turn: string;
  readonly findings: Readonly<Record<string, KnownFinding>>;
  /** Findings of the audit before that this one did not have any more. */
  readonly absent: Readonly<Record<string, KnownFinding>>;
}

export interface KnownFinding {
  readonly firstSeen: string;
  /** As it was reported last. */
  readonly result: SarifResult;
}

/** What the state is after this log. A finding that was fixed and comes back is new again. */
export function nextState(
  previous: FindingsState | undefined,
  log: SarifLog,
  subject: AuditSubject,
  turn: string,
  setAside: readonly SetAside[] = [],
): FindingsState {
  const results = log.runs[0].results ?? [];
  const known = new Map(Object.entries(previous?.findings ?? {}));
  const marks = marksOf(results, new Map([...known].map(([mark, { result }]) => [mark, result])));
  const reported = new Set(marks);
  const missing = [...known].filter(([mark]) => !reported.has(mark));
  // What was set aside may be one of them: nobody knows that it is fixed.
  const lost = new Set(setAside.filter(({ isResult }) => isResult).map(({ ruleId }) => ruleId));
  const unclear = ({ result }: KnownFinding) => lost.has(undefined) || lost.has(result.ruleId);
  return {
    format: 'cdk-bedrock-managed-agents/findings-state/1',
    ...subject,
    turn,
    findings: Object.fromEntries([
      ...results.map((result, index) => [
        marks[index],
        { firstSeen: known.get(marks[index])?.firstSeen ?? subject.night, result: plain(result) },
      ]),
      ...missing.filter(([, finding]) => unclear(finding)),
    ]) as FindingsState['findings'],
    absent: Object.fromEntries(missing.filter(([, finding]) => !unclear(finding))),
  };
}

/** The log as it is stored: every finding with its fingerprint and what became of it, in SARIF's own words. */
export function storedLog(
  log: SarifLog,
  state: FindingsState,
  agentName: string,
  setAside: readonly SetAside[] = [],
): object {
  const describe = (
    mark: string,
    { firstSeen, result }: KnownFinding,
    baselineState: SarifResult['baselineState'],
  ) => ({
    ...result,
    partialFingerprints: { [FINGERPRINT_NAME]: mark },
    baselineState,
    provenance: { firstDetectionTimeUtc: firstSeen },
  });
  const { repository, night, turn, findings, absent } = state;
  return {
    ...log,
    runs: [
      {
        ...log.runs[0],
        automationDetails: { id: `${agentName}/${repository}/${night}` },
        results: [
          ...Object.entries(findings).map(([mark, finding]) =>
            describe(mark, finding, finding.firstSeen === night ? 'new' : 'unchanged'),
          ),
          ...Object.entries(absent).map(([mark, finding]) => describe(mark, finding, 'absent')),
        ],
        // SARIF's own place for what went wrong in an analysis (3.20.21).
        ...(setAside.length > 0
          ? {
              invocations: [
                {
                  executionSuccessful: true,
                  toolExecutionNotifications: setAside.map(({ problem }) => ({
                    level: 'warning',
                    message: { text: `Set aside: ${problem}` },
                  })),
                },
              ],
            }
          : {}),
        properties: { agentName, turn },
      },
    ],
  };
}

export function receiptOf(state: FindingsState, setAside: readonly SetAside[] = []): FindingsReceipt {
  const found = Object.values(state.findings);
  const fresh = found.filter(({ firstSeen }) => firstSeen === state.night).length;
  return {
    new: fresh,
    known: found.length - fresh,
    fixed: Object.keys(state.absent).length,
    ...(setAside.length > 0 ? { setAside: setAside.length } : {}),
    key: findingsKey(state),
  };
}

/** What this library writes itself, and the index into the rules of one log. */
const NOT_KEPT = new Set(['ruleIndex', 'partialFingerprints', 'baselineState']);

function plain(result: SarifResult): SarifResult {
  return Object.fromEntries(Object.entries(result).filter(([name]) => !NOT_KEPT.has(name))) as unknown as SarifResult;
}
