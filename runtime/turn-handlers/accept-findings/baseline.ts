import { type AuditSubject, FINGERPRINT_NAME, type FindingsReceipt, findingsKey } from '../../../lib/contracts/audit';
import { type Acceptance, nothingAccepted } from '../turn/accepted-findings';
import type { SetAside } from './mend-sarif';
import { marksOf } from './same-finding';
import type { SarifLog, SarifResult } from './sarif';

const FINDINGS_STATE_FORMAT = 'cdk-bedrock-managed-agents/findings-state/1';

/** The state after a repository's last accepted audit: `state/<repository>.json`. */
export interface FindingsState {
  readonly format: typeof FINDINGS_STATE_FORMAT;
  readonly repository: string;
  readonly night: string;
  /** Execution name of the turn that was accepted. */
  readonly turn: string;
  readonly findings: Readonly<Record<string, KnownFinding>>;
  /** Findings of the previous audit that this one did not have any more. */
  readonly absent: Readonly<Record<string, KnownFinding>>;
}

export interface KnownFinding {
  readonly firstSeen: string;
  /** As it was last reported. */
  readonly result: SarifResult;
  /** The reason and expiry date of its acceptance, as of this night. */
  readonly accepted?: { readonly reason: string; readonly until: string };
}

/** The state after this log. A fixed finding that returns is new again. */
export function nextState(
  previous: FindingsState | undefined,
  log: SarifLog,
  subject: AuditSubject,
  turn: string,
  setAside: readonly SetAside[] = [],
  acceptance: Acceptance = nothingAccepted,
): FindingsState {
  const results = log.runs[0].results ?? [];
  const known = new Map(Object.entries(previous?.findings ?? {}));
  const marks = marksOf(results, new Map([...known].map(([mark, { result }]) => [mark, result])));
  const reported = new Set(marks);
  const missing = [...known].filter(([mark]) => !reported.has(mark));
  // A result that was set aside may be one of them, so it is unknown whether it is fixed.
  const lost = new Set(setAside.filter(({ isResult }) => isResult).map(({ ruleId }) => ruleId));
  const unclear = ({ result }: KnownFinding) => lost.has(undefined) || lost.has(result.ruleId);
  const finding = (result: SarifResult, before: KnownFinding | undefined): KnownFinding => {
    const entry = acceptance({ file: pathOf(result), rule: result.ruleId, texts: textsOf(result) });
    // A finding whose acceptance ended is new, like a finding that returns.
    const firstSeen = before && !(before.accepted && !entry) ? before.firstSeen : subject.night;
    const accepted = entry && { reason: entry.reason, until: entry.until };
    return { firstSeen, result: plain(result), ...(accepted ? { accepted } : {}) };
  };
  return {
    format: FINDINGS_STATE_FORMAT,
    ...subject,
    turn,
    findings: Object.fromEntries([
      ...results.map((result, index) => [marks[index], finding(result, known.get(marks[index]))]),
      ...missing.filter(([, finding]) => unclear(finding)),
    ]) as FindingsState['findings'],
    absent: Object.fromEntries(missing.filter(([, finding]) => !unclear(finding))),
  };
}

/** The log as it is stored: every finding with its fingerprint and its state, in the terms of SARIF. */
export function storedLog(
  log: SarifLog,
  state: FindingsState,
  agentName: string,
  setAside: readonly SetAside[] = [],
): object {
  const describe = (
    mark: string,
    { firstSeen, result, accepted }: KnownFinding,
    baselineState: SarifResult['baselineState'],
  ) => ({
    ...result,
    partialFingerprints: { [FINGERPRINT_NAME]: mark },
    baselineState,
    provenance: { firstDetectionTimeUtc: firstSeen },
    ...(accepted ? { suppressions: [suppression(accepted)] } : {}),
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
        // SARIF's location for errors of an analysis (3.20.21).
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
  const all = Object.values(state.findings);
  const found = all.filter(({ accepted }) => !accepted);
  const fresh = found.filter(({ firstSeen }) => firstSeen === state.night).length;
  return {
    new: fresh,
    known: found.length - fresh,
    fixed: Object.keys(state.absent).length,
    ...(all.length > found.length ? { accepted: all.length - found.length } : {}),
    ...(setAside.length > 0 ? { setAside: setAside.length } : {}),
    key: findingsKey(state),
  };
}

/** SARIF 3.35: a finding that is reported but needs no action. */
const suppression = ({ reason, until }: { readonly reason: string; readonly until: string }) =>
  ({ kind: 'external', status: 'accepted', justification: `${reason} (until ${until})` }) as const;

function pathOf({ locations }: SarifResult): string {
  const { uri } = locations[0].physicalLocation.artifactLocation;
  try {
    return decodeURIComponent(uri).replace(/^(\.\/)+/, '');
  } catch {
    return uri;
  }
}

function textsOf({ message, locations }: SarifResult): string[] {
  const quoted = locations.flatMap(({ physicalLocation: { region } }) => region?.snippet?.text ?? []);
  return [message.text, ...quoted];
}

/** Members that this library writes itself, and the index into the rules of one log. */
const NOT_KEPT = new Set(['ruleIndex', 'partialFingerprints', 'baselineState', 'suppressions']);

function plain(result: SarifResult): SarifResult {
  return Object.fromEntries(Object.entries(result).filter(([name]) => !NOT_KEPT.has(name))) as unknown as SarifResult;
}
