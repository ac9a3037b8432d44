import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { ArnFormat, CfnOutput, Duration, Lazy, Names, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { KILL_VARIABLES } from '../contracts/handler-variables';
import { STOP_KEY, type KillTarget } from '../contracts/kill-switch';
import {
  KILL_SWITCH_OUTPUT_PREFIX,
  KILL_SWITCH_RECORD_FORMAT,
  type KillSwitchRecord,
} from '../contracts/kill-switch-record';
import { SLOTS_KEY } from '../contracts/turn-ledger';
import { handlerCode } from '../function/handler-code';
import { HandlerFunction } from '../function/handler-function';
import { kmsViaService } from '../function/kms-via-service';
import { acknowledgeIam5 } from '../identity/acknowledge-iam5';
import {
  DENY_ATTACH_ACTIONS,
  EXECUTION_FIND_ACTIONS,
  EXECUTION_STOP_ACTIONS,
  FUNCTION_INVOKE_ACTIONS,
  LEDGER_KEY_ACTIONS,
  LEDGER_READ_ACTIONS,
  MAPPING_SWITCH_ACTIONS,
  START_EXECUTION_ACTIONS,
  STOP_MARK_ACTIONS,
  TOPIC_PUBLISH_ACTIONS,
} from '../identity/perms';
import { injectedProps } from '../injection/injected-props';
import { logRetention } from '../lifecycle/log-retention';
import { requireStandardTopic } from '../validation/notification-topic';
import { TurnMachine } from '../workflow/turn-machine';
import type { TurnWorkflow } from '../workflow/turn-workflow';
import { AgentKillSwitchGrants } from './agent-kill-switch-grants';
import { engageDefinition, type KillDefinitionParts, releaseDefinition } from './kill-switch-definition';
import { checkInputsOf } from '../validation/checked-inputs';
import { onlyItems } from '../identity/ledger-items';
import { EXECUTIONS_WILDCARD, executionArns } from '../workflow/wildcard-arns';
import { requireOnlyOne, requireWorkflows } from './require-workflows';

/**
 * Properties of an {@link AgentKillSwitch}.
 *
 * @experimental
 */
export interface AgentKillSwitchProps {
  /** The workflows whose agents are stopped together, including triggers that are added to them later. */
  readonly workflows: TurnWorkflow[];

  /**
   * Topic for a message when agents were stopped or released. It lists what was stopped, what is left, and what can't be proven.
   *
   * @default - no message; the report is the output of the execution
   */
  readonly notify?: ITopic;
}

/**
 * Stops agents with one authorized call, alarm or command (`bma kill`), and lets them run again. To stop agents, it
 * disables the triggers, so that their events wait in the queues. It refuses new turns with the outcome `Cancelled` and
 * the code `agent-stopped`. A policy of this construct denies everything to the session role, the execution role and
 * the roles that start turns. Running turns are stopped, cancelled in the service and settled with their evidence.
 * Finally, all sessions of the agent are deleted. Engaging again is harmless and completes an interrupted stop. After a
 * release, waiting events run once. Queues keep them for 14 days.
 *
 * @resource AWS::StepFunctions::StateMachine
 * @experimental
 */
export class AgentKillSwitch extends Construct {
  static {
    checkInputsOf(this, 'AgentKillSwitch');
  }

  /** Identifies this class to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-bedrock-managed-agents.AgentKillSwitch';

  /** The state machine that stops the agents. Input: `{ "reason": "…" }`. */
  public readonly engageMachine: IStateMachine;
  /** The state machine that lets the agents run again. Input: `{ "reason": "…" }`. */
  public readonly releaseMachine: IStateMachine;
  /** Stops the agents when an alarm goes off: `alarm.addAlarmAction(killSwitch.alarmAction)`. */
  public readonly alarmAction: IAlarmAction;
  /** Permissions to stop and to release. */
  public readonly grants: AgentKillSwitchGrants = AgentKillSwitchGrants.fromAgentKillSwitch(this);

  /** @internal */
  public readonly _encryptionKey: IKey;
  /** @internal */
  public readonly _workflows: readonly TurnWorkflow[];

  /** @throws InputError when there is no workflow, or one of another account or Region */
  constructor(scope: Construct, id: string, props: AgentKillSwitchProps) {
    super(scope, id);
    props = injectedProps(AgentKillSwitch.PROPERTY_INJECTION_ID, scope, id, props);
    const { notify, workflows } = props;
    requireWorkflows(this, workflows);
    requireOnlyOne(this, 'AgentKillSwitch', workflows);
    this._workflows = workflows;
    if (notify) requireStandardTopic(this, 'notify', notify);
    const encryptionKey = workflows[0].encryptionKey;
    this._encryptionKey = encryptionKey;
    const stack = Stack.of(this);

    const denial = new iam.ManagedPolicy(this, 'DenyEverything', {
      description: 'Attached to the roles of agents that are stopped by their kill switch',
      statements: [
        // A denial is meant to cover everything.
        new iam.PolicyStatement({ sid: 'Stopped', effect: iam.Effect.DENY, actions: ['*'], resources: ['*'] }),
      ],
    });
    // The control function searches executions of the state machine that calls it, so the name is needed before both.
    const engageName = `${Names.uniqueResourceName(this, { maxLength: 70, separator: '-' })}-Engage`;
    const engageMachineArn = stack.formatArn({
      service: 'states',
      resource: 'stateMachine',
      resourceName: engageName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const control = new HandlerFunction(this, 'Control', {
      description: 'Steps of the kill switch',
      code: handlerCode('kill-switch'),
      environment: {},
      encryptionKey,
      logRetention: logRetention(this),
      timeout: Duration.minutes(5),
      memoryMegabytes: 256,
      statements: this.controlStatements(workflows, engageMachineArn),
    });
    for (const { stateMachine } of workflows) {
      const executions = executionArns(this, stateMachine.stateMachineArn);
      acknowledgeIam5(control.policy, executions, EXECUTIONS_WILDCARD);
    }
    const reach = new ControlReach(control, denial);
    const targets = workflows.map((workflow, index) => this.target(workflow, index, reach));
    const parts: KillDefinitionParts = {
      partition: stack.partition,
      controlFunctionArn: control.function.functionArn,
      targets,
      denyPolicyArn: denial.managedPolicyArn,
      engageMachineArn,
      topicArn: notify?.topicArn,
    };
    const common = {
      encryptionKey,
      logRetention: logRetention(this),
      statements: [
        new iam.PolicyStatement({
          sid: 'RunSteps',
          actions: FUNCTION_INVOKE_ACTIONS,
          resources: [control.function.functionArn, ...targets.map(({ endFunctionArn }) => endFunctionArn)],
        }),
        ...(notify
          ? [new iam.PolicyStatement({ sid: 'Notify', actions: TOPIC_PUBLISH_ACTIONS, resources: [notify.topicArn] })]
          : []),
        ...(notify?.masterKey
          ? [kmsViaService(this, notify.masterKey, 'sns', ['kms:Decrypt', 'kms:GenerateDataKey'])]
          : []),
      ],
    };
    this.engageMachine = new TurnMachine(this, 'Engage', {
      ...common,
      stateMachineName: engageName,
      description: 'Stops agents',
      definition: engageDefinition(parts),
    }).stateMachine;
    this.releaseMachine = new TurnMachine(this, 'Release', {
      ...common,
      description: 'Lets stopped agents run again',
      definition: releaseDefinition(parts),
    }).stateMachine;
    this.alarmAction = this.actionOfAlarms(workflows[0]);
    this.writeRecord(workflows);
  }

  private controlStatements(workflows: TurnWorkflow[], engageMachineArn: string): iam.PolicyStatement[] {
    const machines = workflows.map(({ stateMachine }) => stateMachine.stateMachineArn);
    const settlements = workflows.map(({ settlement }) => settlement.stateMachineArn);
    const keys = [...new Set(workflows.map(({ encryptionKey }) => encryptionKey))];
    return [
      new iam.PolicyStatement({
        sid: 'MarkAsStopped',
        actions: STOP_MARK_ACTIONS,
        resources: workflows.map(({ ledger }) => ledger.tableArn),
        conditions: onlyItems('StringEquals', STOP_KEY),
      }),
      new iam.PolicyStatement({
        sid: 'ReadSlots',
        actions: LEDGER_READ_ACTIONS,
        resources: workflows.map(({ ledger }) => ledger.tableArn),
        conditions: onlyItems('StringEquals', SLOTS_KEY),
      }),
      ...keys.map((key) => kmsViaService(this, key, 'dynamodb', LEDGER_KEY_ACTIONS)),
      new iam.PolicyStatement({
        sid: 'FindExecutions',
        actions: EXECUTION_FIND_ACTIONS,
        resources: [...machines, ...settlements, engageMachineArn],
      }),
      new iam.PolicyStatement({
        sid: 'StopTurns',
        actions: EXECUTION_STOP_ACTIONS,
        resources: machines.map((arn) => executionArns(this, arn)),
      }),
    ];
  }

  private target(workflow: TurnWorkflow, index: number, reach: ControlReach): KillTarget {
    const parts = workflow._operated();
    const mappings: string[] = [];
    const roles: string[] = [];
    const allowDenial = (role: iam.IRole) => {
      roles.push(role.roleName);
      reach.addRole(role.roleArn);
    };
    parts.roles.forEach(allowDenial);
    parts.onStarter(({ mappingId, role }) => {
      allowDenial(role);
      mappings.push(mappingId);
      reach.addMapping(
        Stack.of(this).formatArn({
          service: 'lambda',
          resource: 'event-source-mapping',
          resourceName: mappingId,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      );
    });
    return {
      agentName: workflow.agent.agentName,
      ledgerTable: workflow.ledger.tableName,
      turnMachineArn: workflow.stateMachine.stateMachineArn,
      settlementMachineArn: workflow.settlement.stateMachineArn,
      // Triggers may be added after the kill switch.
      mappings: Lazy.any({ produce: () => mappings }) as unknown as string[],
      roles: Lazy.any({ produce: () => roles }) as unknown as string[],
      endFunctionArn: parts.endSessionsFunction(this, `EndSessions${index}`).functionArn,
    };
  }

  /** The stack output that the program `bma` finds the kill switch by. */
  private writeRecord(workflows: TurnWorkflow[]): void {
    const record: KillSwitchRecord = {
      format: KILL_SWITCH_RECORD_FORMAT,
      agents: workflows.map(({ agent }) => agent.agentName),
      engage: this.engageMachine.stateMachineArn,
      release: this.releaseMachine.stateMachineArn,
    };
    const output = new CfnOutput(this, 'Record', {
      description: 'The kill switch, for the program bma',
      value: Stack.of(this).toJsonString(record),
    });
    output.overrideLogicalId(`${KILL_SWITCH_OUTPUT_PREFIX}${this.node.addr.slice(-8)}`);
  }

  private actionOfAlarms({ encryptionKey }: TurnWorkflow): IAlarmAction {
    const { function: handler } = new HandlerFunction(this, 'OnAlarm', {
      description: 'Engages the kill switch when an alarm goes off',
      code: handlerCode('engage-on-alarm'),
      environment: { [KILL_VARIABLES.engageMachineArn]: this.engageMachine.stateMachineArn },
      encryptionKey,
      logRetention: logRetention(this),
      timeout: Duration.seconds(30),
      memoryMegabytes: 256,
      statements: [
        new iam.PolicyStatement({
          actions: START_EXECUTION_ACTIONS,
          resources: [this.engageMachine.stateMachineArn],
        }),
      ],
    });
    // Source: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
    handler.addPermission('Alarms', {
      principal: new iam.ServicePrincipal('lambda.alarms.cloudwatch.amazonaws.com'),
      sourceAccount: Stack.of(this).account,
    });
    return { bind: () => ({ alarmActionArn: handler.functionArn }) };
  }
}

/**
 * The roles and triggers that the control function may stop. They share two statements, because an agent can have many
 * triggers and the policies of a role are limited.
 */
class ControlReach {
  private roles?: iam.PolicyStatement;
  private mappings?: iam.PolicyStatement;

  constructor(
    private readonly control: HandlerFunction,
    private readonly denial: iam.ManagedPolicy,
  ) {}

  public addRole(roleArn: string): void {
    this.roles ??= this.added({
      sid: 'DenyRoles',
      actions: DENY_ATTACH_ACTIONS,
      resources: [roleArn],
      conditions: { ArnEquals: { 'iam:PolicyARN': this.denial.managedPolicyArn } },
    });
    this.roles.addResources(roleArn);
  }

  public addMapping(mappingArn: string): void {
    this.mappings ??= this.added({ sid: 'SwitchTriggers', actions: MAPPING_SWITCH_ACTIONS, resources: [mappingArn] });
    this.mappings.addResources(mappingArn);
  }

  private added(props: iam.PolicyStatementProps): iam.PolicyStatement {
    const statement = new iam.PolicyStatement(props);
    this.control.role.addToPrincipalPolicy(statement);
    return statement;
  }
}
