import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Names, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { allowLogDelivery, allowLogs } from '../encryption/key-statements';
import { withoutPolicyUpdates } from '../encryption/key-policy';
import { attachPolicy } from '../identity/attach-policy';
import { LOG_DELIVERY_ACTIONS, RESOURCELESS_ACTIONS, TRACE_ACTIONS } from '../identity/perms';
import { acknowledgeIam5 } from '../identity/acknowledge-iam5';
import { REMOVAL, removalPolicy } from '../lifecycle/removal';
import type { Machine } from './definition/asl';
import { reviewedFolders } from './reviewed-folders';

export interface TurnMachineProps {
  /** Name, if another resource needs it before the state machine. @default - unique, from the path */
  readonly stateMachineName?: string;
  readonly definition: Machine;
  readonly description: string;
  readonly statements: iam.PolicyStatement[];
  readonly encryptionKey: kms.IKey;
  readonly logRetention: logs.RetentionDays;
}

/**
 * A Standard state machine: encrypted and logged with the customer-managed key, traced, with exactly the given policy
 * statements.
 */
export class TurnMachine extends Construct {
  public readonly stateMachine: sfn.StateMachine;
  public readonly role: iam.Role;
  public readonly logGroup: logs.LogGroup;

  constructor(scope: Construct, id: string, props: TurnMachineProps) {
    super(scope, id);
    const { encryptionKey } = props;
    // Role and key policy contain the name of the state machine, so it is set before.
    const stateMachineName =
      props.stateMachineName ?? Names.uniqueResourceName(this, { maxLength: 80, separator: '-' });
    const logGroupName = `/aws/vendedlogs/states/${stateMachineName}`;
    allowLogs(encryptionKey, this, logGroupName);
    allowLogDelivery(encryptionKey, this);
    this.logGroup = new logs.LogGroup(this, 'Logs', {
      logGroupName,
      encryptionKey,
      retention: props.logRetention,
      removalPolicy: removalPolicy(this, REMOVAL.machineLogGroup),
    });
    const { partition, region, account } = Stack.of(this);
    const machineArn = `arn:${partition}:states:${region}:${account}:stateMachine:${stateMachineName}`;
    this.role = new iam.Role(this, 'Role', {
      description: props.description,
      assumedBy: new iam.ServicePrincipal('states.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnEquals: { 'aws:SourceArn': machineArn },
        },
      }),
    });
    const policy = attachPolicy(this, 'Policy', this.role, 'role of a state machine', [
      ...props.statements,
      ...ownStateStatements(encryptionKey, machineArn, `arn:${partition}:logs:${region}:${account}:*`),
      new iam.PolicyStatement({
        sid: 'DeliverLogsAndTraces',
        actions: [...LOG_DELIVERY_ACTIONS, ...TRACE_ACTIONS],
        // See RESOURCELESS_ACTIONS in perms.ts.
        resources: ['*'],
      }),
    ])!;
    reviewedFolders(policy, props.statements);
    acknowledgeIam5(policy, '*', RESOURCELESS_ACTIONS['logs:CreateLogDelivery']);
    this.stateMachine = new sfn.StateMachine(this, 'Machine', {
      stateMachineName,
      comment: props.description,
      stateMachineType: sfn.StateMachineType.STANDARD,
      definitionBody: sfn.DefinitionBody.fromString(Stack.of(this).toJsonString(props.definition)),
      role: this.role.withoutPolicyUpdates(),
      encryptionConfiguration: new sfn.CustomerManagedEncryptionConfiguration(withoutPolicyUpdates(encryptionKey)),
      // All events without their data: prompts and outputs aren't logged.
      logs: { destination: this.logGroup, level: sfn.LogLevel.ALL, includeExecutionData: false },
      tracingEnabled: true,
    });
    // Step Functions checks log delivery and key when it creates the state machine.
    this.stateMachine.node.addDependency(policy);
  }
}

/** Source: docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html */
function ownStateStatements(key: kms.IKey, machineArn: string, logsArn: string): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      sid: 'OwnExecutions',
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:EncryptionContext:aws:states:stateMachineArn': machineArn } },
    }),
    new iam.PolicyStatement({
      sid: 'OwnLogs',
      actions: ['kms:GenerateDataKey'],
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:EncryptionContext:SourceArn': logsArn } },
    }),
  ];
}
