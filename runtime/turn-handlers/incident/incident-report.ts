/**
 * The report of an incident: the answer that the agent must give, and the published document.
 * docs/incident-report.schema.json is generated from the second one.
 */
// The small form of zod: this schema is in a function whose size matters.
import * as z from 'zod/v4-mini';
import { INCIDENT_ANSWER_FORMAT, TIMER_MINUTES, WAITS } from '../../../lib/contracts/incident';
import { MAX_PARAMETER_CHARACTERS } from '../../../lib/contracts/remediation';

export const REPORT_FORMAT = 'cdk-bedrock-managed-agents/incident-report/1';

const text = (most: number, description: string) =>
  z.string().check(z.trim(), z.minLength(1), z.maxLength(most), z.describe(description));
const instant = (description: string) => z.iso.datetime({ offset: true }).check(z.describe(description));

const answer = {
  format: z.literal(INCIDENT_ANSWER_FORMAT),
  status: z
    .enum(['investigating', 'waiting', 'concluded'])
    .check(z.describe('`waiting`: more data is needed, see waitFor. `concluded`: closes the incident')),
  summary: text(4_000, 'What happened, for a person who reads nothing else'),
  timeline: z
    .array(
      z.strictObject({
        at: instant('ISO 8601 with a time zone'),
        what: text(1_000, 'What happened'),
        source: text(500, 'Where this is known from: a log group, a metric, an alarm, a deployment'),
      }),
    )
    .check(z.maxLength(200)),
  probableCause: z.optional(
    z
      .strictObject({
        statement: text(4_000, 'What probably caused the incident'),
        confidence: z.enum(['low', 'medium', 'high']),
      })
      .check(z.describe('Required when concluded')),
  ),
  evidence: z
    .array(
      z.strictObject({
        kind: z.enum(['log', 'metric', 'alarm', 'deployment', 'runbook', 'other']),
        reference: text(1_000, 'Query, metric, alarm, deployment id or passage that a person can look up'),
        finding: text(4_000, 'What it shows'),
      }),
    )
    .check(z.maxLength(100)),
  suggestedCommands: z
    .array(
      z.strictObject({
        command: text(4_000, 'For a person to run. Nothing runs it'),
        why: text(1_000, 'What it is for'),
        risk: z.enum(['read-only', 'low', 'medium', 'high']),
      }),
    )
    .check(z.maxLength(20)),
  waitFor: z.optional(
    z
      .strictObject({
        what: z.enum(WAITS),
        minutes: z.optional(
          z.int().check(z.minimum(TIMER_MINUTES.least), z.maximum(TIMER_MINUTES.most), z.describe('Only for a timer')),
        ),
      })
      .check(z.describe('Required when waiting, and only then')),
  ),
  remediation: z.optional(
    z
      .strictObject({
        runbook: text(128, 'One of the runbooks that the responder was given'),
        parameters: z.record(
          z.string().check(z.maxLength(50)),
          z.string().check(z.maxLength(MAX_PARAMETER_CHARACTERS)),
        ),
        why: text(1_000, 'What it is for'),
      })
      .check(z.describe('A proposal. Nothing runs before a person approved it')),
  ),
};

/** Conditions between members. */
interface Related {
  readonly status: string;
  readonly probableCause?: unknown;
  readonly waitFor?: { readonly what: string; readonly minutes?: number };
}

const related = ({ value, issues }: z.core.ParsePayload<Related>) => {
  const { status, probableCause, waitFor } = value;
  const need = (holds: boolean, path: string[]) => {
    if (!holds) issues.push({ code: 'custom', path, input: value, message: 'does not fit the other members' });
  };
  need((status === 'waiting') === (waitFor !== undefined), ['waitFor']);
  need(waitFor?.minutes === undefined || waitFor.what === 'timer', ['waitFor', 'minutes']);
  need(status !== 'concluded' || probableCause !== undefined, ['probableCause']);
};

/** The final answer of a turn. */
export const ANSWER = z.strictObject(answer).check(related);
export type IncidentAnswer = z.infer<typeof ANSWER>;

/**
 * The document in the report bucket: the answer with a sorted timeline, and the incident and turn that it belongs to.
 */
export const REPORT = z.strictObject({
  ...answer,
  format: z.literal(REPORT_FORMAT),
  incident: z.strictObject({
    id: z.string(),
    service: z.string(),
    number: z.int().check(z.minimum(1), z.describe('Which report of the incident, from 1')),
    openedAt: instant('When the incident was opened'),
    alarms: z.array(z.string()).check(z.describe('Names of the alarms that went off')),
  }),
  turn: z.strictObject({
    agentName: z.string(),
    name: z.string(),
    executionArn: z.string(),
    startedBy: instant('When the event that started the turn happened'),
    evidence: z.strictObject({ bucket: z.string(), manifestKey: z.string(), manifestSha256: z.string() }),
  }),
});
export type IncidentReport = z.infer<typeof REPORT>;

/** The first problem of an answer, by location and kind, without text of the answer. */
export function firstFault(error: z.core.$ZodError): string {
  const [{ path, code }] = error.issues;
  return `${path.map(String).join('.') || 'the document'}: ${code}`;
}
