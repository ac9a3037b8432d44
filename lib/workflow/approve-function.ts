import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { TURN_VARIABLES } from '../contracts/handler-variables';
import {
  APPROVAL_ACTIONS,
  FUNCTION_INVOKE_ACTIONS,
  FUNCTION_URL_ACTIONS,
  LEDGER_CHANGE_ACTIONS,
  LEDGER_KEY_ACTIONS,
  LEDGER_READ_ACTIONS,
  RESOURCELESS_ACTIONS,
} from '../identity/perms';
import { acknowledgeIam5 } from '../identity/acknowledge-iam5';
import { kmsViaService } from '../function/kms-via-service';
import { approvalLedgerKey, type ApprovalRecords } from '../contracts/turn-ledger';
import { TurnFunction, type TurnFunctionSetting } from './turn-function';
import { onlyItems } from '../identity/ledger-items';

/**
 * The function URL for decisions of approvers. It accepts only signed calls of principals with permission, so that
 * Lambda knows the caller. Task tokens aren't exposed: approvers name the turn. The function runs outside the agent's
 * network: it calls only Step Functions and the ledger, and the network would need another endpoint.
 */
export class ApproveFunction extends Construct {
  public readonly function: TurnFunction;
  public readonly url: lambda.FunctionUrl;

  /**
   * @param records the kind of decisions; for other kinds than turns, the function can access only these items of the
   * ledger
   */
  constructor(
    scope: Construct,
    id: string,
    setting: TurnFunctionSetting,
    ledger: ITable,
    records: ApprovalRecords = 'turn',
  ) {
    super(scope, id);
    this.function = new TurnFunction(this, 'ApproveTurn', {
      ...setting,
      environment: {
        [TURN_VARIABLES.ledgerTable]: ledger.tableName,
        ...(records === 'turn' ? {} : { [TURN_VARIABLES.approvalRecords]: records }),
      },
      code: 'approve-turn',
      description: 'Takes the answers of approvers',
      timeout: Duration.seconds(30),
      memoryMegabytes: 256,
      statements: [
        new iam.PolicyStatement({
          sid: 'Ledger',
          actions: [...LEDGER_READ_ACTIONS, ...LEDGER_CHANGE_ACTIONS],
          resources: [ledger.tableArn],
          conditions: records === 'turn' ? undefined : onlyItems('StringLike', approvalLedgerKey(records, '*')),
        }),
        kmsViaService(this, setting.encryptionKey, 'dynamodb', LEDGER_KEY_ACTIONS),
        new iam.PolicyStatement({
          sid: 'AnswerWaitingStep',
          actions: APPROVAL_ACTIONS,
          // See RESOURCELESS_ACTIONS in perms.ts.
          resources: ['*'],
        }),
      ],
    });
    acknowledgeIam5(this.function.node.findChild('Policy'), '*', RESOURCELESS_ACTIONS['states:SendTaskSuccess']);
    this.url = this.function.function.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.AWS_IAM });
  }
}

/** The grantee may call the URL of an approve function, and can't call the function in another way. */
export function grantAnswers(handler: lambda.IFunction, grantee: iam.IGrantable): iam.Grant {
  const resourceArns = [handler.functionArn];
  return iam.Grant.addToPrincipal({
    grantee,
    actions: FUNCTION_URL_ACTIONS,
    resourceArns,
    conditions: { StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } },
  }).combine(
    iam.Grant.addToPrincipal({
      grantee,
      actions: FUNCTION_INVOKE_ACTIONS,
      resourceArns,
      conditions: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } },
    }),
  );
}
