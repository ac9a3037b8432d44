import type { IEventBus } from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Names, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { attachPolicy } from '../../identity/attach-policy';
import {
  KEY_DESCRIBE_ACTIONS,
  KEY_READ_ACTIONS,
  KEY_READ_WRITE_ACTIONS,
  PASS_ROLE_ACTIONS,
  PUT_EVENTS_ACTIONS,
  QUEUE_SEND_ACTIONS,
  SCHEDULE_CREATE_ACTIONS,
  SCHEDULE_KEY_ACTIONS,
} from '../../identity/perms';
import { kmsViaService } from '../../function/kms-via-service';

export interface IncidentTimersProps {
  readonly serviceName: string;
  /** The bus for the event of a timer. */
  readonly eventBus: IEventBus;
  /** The queue for events that could not be sent to the bus. */
  readonly deadLetterArn: string;
  readonly encryptionKey: IKey;
}

/**
 * The resources for timers of incidents: a separate schedule group, and the role with which the schedules send their
 * event to the bus of the workflow. The schedules are created at run time and delete themselves.
 */
export class IncidentTimers extends Construct {
  public readonly groupName: string;
  public readonly role: iam.Role;
  /** ARN pattern of all schedules of the group. It ends in a wildcard because their names are chosen at run time. */
  public readonly schedules: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: IncidentTimersProps,
  ) {
    super(scope, id);
    const { encryptionKey, eventBus } = props;
    const name = Names.uniqueResourceName(this, { maxLength: 64, separator: '-' });
    // A separate group, so that the trust policy can name it, as the service advises
    // (docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html).
    const group = new CfnScheduleGroup(this, 'Group', { name });
    this.groupName = group.ref;
    this.schedules = Stack.of(this).formatArn({
      service: 'scheduler',
      resource: 'schedule',
      resourceName: `${name}/*`,
    });
    this.role = new iam.Role(this, 'Role', {
      description: `Timers of incidents of ${props.serviceName}`,
      assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Stack.of(this).account },
          ArnEquals: { 'aws:SourceArn': group.attrArn },
        },
      }),
    });
    attachPolicy(this, 'Policy', this.role, 'role of timers', [
      new iam.PolicyStatement({
        sid: 'ResumeIncidents',
        actions: PUT_EVENTS_ACTIONS,
        resources: [eventBus.eventBusArn],
      }),
      new iam.PolicyStatement({
        sid: 'SendToDeadLetters',
        actions: QUEUE_SEND_ACTIONS,
        resources: [props.deadLetterArn],
      }),
      kmsViaService(this, encryptionKey, 'sqs', KEY_READ_WRITE_ACTIONS),
      new iam.PolicyStatement({
        sid: 'ReadOwnPayload',
        actions: KEY_READ_ACTIONS,
        resources: [encryptionKey.keyArn],
        conditions: this.ofOwnSchedules(),
      }),
    ]);
  }

  /** Permissions to set timers: creating schedules of this group that run under this role. */
  public setStatements(): iam.PolicyStatement[] {
    const { keyArn } = this.props.encryptionKey;
    return [
      new iam.PolicyStatement({ sid: 'SetTimers', actions: SCHEDULE_CREATE_ACTIONS, resources: [this.schedules] }),
      new iam.PolicyStatement({
        sid: 'HandOverTimerRole',
        actions: PASS_ROLE_ACTIONS,
        resources: [this.role.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
      }),
      new iam.PolicyStatement({
        sid: 'EncryptTimers',
        actions: SCHEDULE_KEY_ACTIONS,
        resources: [keyArn],
        conditions: this.ofOwnSchedules(),
      }),
      new iam.PolicyStatement({ sid: 'CheckTheKey', actions: KEY_DESCRIBE_ACTIONS, resources: [keyArn] }),
    ];
  }

  private ofOwnSchedules() {
    return { ArnLike: { 'kms:EncryptionContext:aws:scheduler:schedule:arn': this.schedules } };
  }
}
