import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { LEDGER_CHANGE_ACTIONS, LEDGER_KEY_ACTIONS, LEDGER_READ_ACTIONS } from '../../identity/perms';
import { kmsViaService } from '../../function/kms-via-service';
import { approvalLedgerKey } from '../../contracts/turn-ledger';
import type { TurnStepHost } from '../../workflow/turn-step';
import { incidentLedgerKey } from '../../contracts/incident';
import { onlyItems } from '../../identity/ledger-items';

/** The one item of the workflow's ledger that holds the incidents of a service: no session, no turn, no slot. */
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

/** Proposals of remediations in the ledger, and what was answered to them: no turn and no session. */
export function remediationItems(sid: string, ledger: ITable, actions: string[]): PolicyStatement {
  return new PolicyStatement({
    sid,
    actions,
    resources: [ledger.tableArn],
    conditions: onlyItems('StringLike', approvalLedgerKey('remediation', '*')),
  });
}
