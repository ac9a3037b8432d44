import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { LEDGER_CHANGE_ACTIONS, LEDGER_KEY_ACTIONS, LEDGER_READ_ACTIONS } from '../../identity/perms';
import { kmsViaService } from '../../function/kms-via-service';
import { approvalLedgerKey } from '../../contracts/turn-ledger';
import type { TurnStepHost } from '../../workflow/turn-step';
import { incidentLedgerKey } from '../../contracts/incident';
import { onlyItems } from '../../identity/ledger-items';

/**
 * Permissions on the one item of the workflow's ledger with the incidents of a service, not on sessions, turns and
 * slots.
 */
export function incidentLedgerStatements(
  scope: IConstruct,
  { ledger, encryptionKey }: TurnStepHost,
  serviceName: string,
): PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: 'OwnIncidents',
      actions: [...LEDGER_READ_ACTIONS, ...LEDGER_CHANGE_ACTIONS],
      resources: [ledger.tableArn],
      conditions: onlyItems('StringEquals', incidentLedgerKey(serviceName)),
    }),
    kmsViaService(scope, encryptionKey, 'dynamodb', LEDGER_KEY_ACTIONS),
  ];
}

/** Permissions on the proposals of remediations in the ledger and their decisions, not on turns and sessions. */
export function remediationItems(sid: string, ledger: ITable, actions: string[]): PolicyStatement {
  return new PolicyStatement({
    sid,
    actions,
    resources: [ledger.tableArn],
    conditions: onlyItems('StringLike', approvalLedgerKey('remediation', '*')),
  });
}
