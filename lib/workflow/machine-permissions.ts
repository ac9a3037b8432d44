import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import {
  DEFINITION_PARAMETER_ACTIONS,
  EVIDENCE_READ_ACTIONS,
  EVIDENCE_WRITE_ACTIONS,
  FUNCTION_INVOKE_ACTIONS,
  GUARDRAIL_APPLY_ACTIONS,
  KEY_READ_WRITE_ACTIONS,
  LEDGER_CHANGE_ACTIONS,
  LEDGER_KEY_ACTIONS,
  LEDGER_READ_ACTIONS,
  PUT_EVENTS_ACTIONS,
  TOPIC_PUBLISH_ACTIONS,
} from '../identity/perms';
import { STOP_KEY } from '../contracts/kill-switch';
import type { IAgentGuardrail } from '../guardrail';
import { guardrailKeyStatement } from '../guardrail/guardrail-key';
import { kmsViaService } from '../function/kms-via-service';
import { onlyItems } from '../identity/ledger-items';
import type { TurnApproval } from './turn-approval';

/** The calls that a state machine makes directly, without a function. */
export interface MachineReach {
  readonly tableArn: string;
  readonly bucketArn: string;
  readonly eventBusArn: string;
  readonly guardrail: IAgentGuardrail;
  readonly encryptionKey: kms.IKey;
  /** Key of the bucket. */
  readonly evidenceKey: kms.IKey;
  readonly functionArns: string[];
}

/** Permissions of both state machines, for the end of a turn. */
export function finishStatements(scope: IConstruct, reach: MachineReach): iam.PolicyStatement[] {
  const { guardrail, encryptionKey, evidenceKey } = reach;
  return [
    new iam.PolicyStatement({
      sid: 'RunSteps',
      actions: FUNCTION_INVOKE_ACTIONS,
      resources: reach.functionArns,
    }),
    new iam.PolicyStatement({ sid: 'ClaimInLedger', actions: LEDGER_CHANGE_ACTIONS, resources: [reach.tableArn] }),
    kmsViaService(scope, encryptionKey, 'dynamodb', LEDGER_KEY_ACTIONS),
    new iam.PolicyStatement({
      sid: 'ScreenTexts',
      actions: GUARDRAIL_APPLY_ACTIONS,
      resources: [guardrail.guardrailArn, ...guardrail.profileArns],
    }),
    ...(guardrail.encryptionKey ? [guardrailKeyStatement(guardrail.encryptionKey)] : []),
    new iam.PolicyStatement({
      sid: 'ReadLargeTexts',
      actions: EVIDENCE_READ_ACTIONS,
      // Names of turns are known only at run time; the folders are exact.
      resources: [`${reach.bucketArn}/prompts/*`, `${reach.bucketArn}/turns/*`],
    }),
    new iam.PolicyStatement({
      sid: 'RecordOutcome',
      actions: EVIDENCE_WRITE_ACTIONS,
      resources: [`${reach.bucketArn}/turns/*/outcome.json`],
    }),
    kmsViaService(scope, evidenceKey, 's3', KEY_READ_WRITE_ACTIONS),
    new iam.PolicyStatement({ sid: 'PublishOutcome', actions: PUT_EVENTS_ACTIONS, resources: [reach.eventBusArn] }),
  ];
}

/** Additional permissions of the turn state machine. */
export function turnStatements(
  scope: IConstruct,
  tableArn: string,
  definitionParameterArn: string,
  approval: TurnApproval,
): iam.PolicyStatement[] {
  const { notify } = approval;
  return [
    new iam.PolicyStatement({
      sid: 'ReadStop',
      actions: LEDGER_READ_ACTIONS,
      resources: [tableArn],
      conditions: onlyItems('StringEquals', STOP_KEY),
    }),
    new iam.PolicyStatement({
      sid: 'ReadDefinitionPointer',
      actions: DEFINITION_PARAMETER_ACTIONS,
      resources: [definitionParameterArn],
    }),
    ...(notify
      ? [new iam.PolicyStatement({ sid: 'AskApprovers', actions: TOPIC_PUBLISH_ACTIONS, resources: [notify.topicArn] })]
      : []),
    ...(notify?.masterKey ? [kmsViaService(scope, notify.masterKey, 'sns', KEY_READ_WRITE_ACTIONS)] : []),
  ];
}

/** Additional permissions of the settlement. */
export function settlementStatements(tableArn: string): iam.PolicyStatement[] {
  return [new iam.PolicyStatement({ sid: 'ReadTurn', actions: LEDGER_READ_ACTIONS, resources: [tableArn] })];
}
