import { createHash } from 'node:crypto';
import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import {
  MAX_PARAMETER_CHARACTERS,
  type ParameterRule,
  REMEDIATION_EVENT_FORMAT,
  type RemediationProposal,
  type RunbookRule,
  wholePattern,
} from '../../../lib/contracts/remediation';
import type { PreparedTurn } from '../../../lib/contracts/step';
import { approvalLedgerKey } from '../../../lib/contracts/turn-ledger';
import type { IncidentReport } from '../incident/incident-report';
import { visibleLine } from '../incident/visible-text';

type Proposed = NonNullable<IncidentReport['remediation']>;

/** The problem of a proposal, by location, without text of it. */
export function remediationFault(
  { runbook, parameters }: Proposed,
  runbooks: readonly RunbookRule[],
): string | undefined {
  const rule = runbooks.find(({ name }) => name === runbook);
  if (!rule) return 'remediation.runbook: not one that may be proposed';
  for (const [name, value] of Object.entries(parameters)) {
    if (!Object.hasOwn(rule.parameters, name)) return 'remediation.parameters: one that may not be set';
    if (!allowed(value, rule.parameters[name])) return `remediation.parameters.${name}: not an allowed value`;
  }
  return undefined;
}

/** An approver must be able to read every character that a pattern allows. */
function allowed(value: string, { values, pattern }: ParameterRule): boolean {
  if (value.length > MAX_PARAMETER_CHARACTERS || !/^[\x20-\x7e]+$/.test(value)) return false;
  return values?.includes(value) ?? (pattern !== undefined && wholePattern(pattern).test(value));
}

/** Stores proposals in the ledger, for the state machine that asks a person. Nothing is started here. */
export class Remediations {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
    readonly runbooks: readonly RunbookRule[],
  ) {}

  /** The first proposal of a turn is kept, so a repetition changes nothing. */
  async propose({ incident }: IncidentReport, { runbook, parameters, why }: Proposed, turn: PreparedTurn) {
    const entries = Object.entries(parameters);
    const proposal: RemediationProposal = {
      event: {
        format: REMEDIATION_EVENT_FORMAT,
        agentName: turn.detail.agentName,
        turn: turn.detail.turn,
        incident: { id: incident.id, service: incident.service, report: incident.number },
        runbook,
        parameters,
        why: visibleLine(why),
      },
      automation: {
        clientToken: uuidOf(turn.name),
        ...(entries.length ? { parameters: Object.fromEntries(entries.map(([name, value]) => [name, [value]])) } : {}),
      },
    };
    await this.client.send(
      new UpdateItemCommand({
        TableName: this.table,
        Key: { pk: { S: approvalLedgerKey('remediation', turn.name) } },
        UpdateExpression: 'SET proposal = if_not_exists(proposal, :proposal), expiresAt = :expires',
        ExpressionAttributeValues: {
          ':proposal': { S: JSON.stringify(proposal) },
          ':expires': { N: turn.expiresAt },
        },
      }),
    );
  }
}

/** The same text has the same UUID (version 8: custom, RFC 9562). */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text, 'utf8').digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
