import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { type Duration, Names, Stack } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';
import type { IManagedAgent } from '../agent';
import type { IAgentBaseline } from '../baseline';
import { allowLogs } from '../encryption/key-statements';
import { AgentGuardrail, type IAgentGuardrail } from '../guardrail';
import { injectedProps } from '../injection/injected-props';
import { requireInput } from '../validation/input-error';
import { requireStandardTopic } from '../validation/notification-topic';
import { agentOutput } from './agent-output';
import { ApproveFunction } from './approve-function';
import { ImportedTurnWorkflow } from './imported-turn-workflow';
import { SessionExpiry } from './session-expiry';
import type { OperatedWorkflow, TurnStarter } from './operated-workflow';
import { TurnApproval } from './turn-approval';
import { TurnBus } from './turn-bus';
import type { TurnFunctionSetting } from './turn-function';
import { TurnFunctions } from './turn-functions';
import { turnMachines } from './turn-machines';
import { turnSettings } from './turn-settings';
import type { TurnStepHost } from './turn-step';
import { denyEvidenceKey } from './evidence-key-denial';
import { evidenceBucket, turnLedger } from './turn-stores';
import { TurnWorkflowGrants } from './turn-workflow-grants';
import { TurnWorkflowMetrics } from './turn-workflow-metrics';
import type { TurnWorkflowAttributes, TurnWorkflowProps } from './turn-workflow-props';
import type { IAgentTrigger, ITurnWorkflow } from './turn-workflow-ref';
import { checkInputsOf } from '../validation/checked-inputs';

/** Step Functions keeps the name of an execution for 90 days; the ledger keeps a turn a little longer. */
const RECORD_SECONDS = 100 * 24 * 60 * 60;

/**
 * Runs each event as exactly one governed turn: a state machine that triggers, and callers with `grants.startTurns`,
 * start with one execution per turn. It screens the input, requests approval, acquires a slot, opens or resumes the
 * session, submits the prompt, waits, collects evidence, screens and publishes the output, and releases session and
 * slot. Every turn ends with one outcome on the agent's bus and a released slot.
 *
 * @resource AWS::StepFunctions::StateMachine
 */
export class TurnWorkflow extends Construct implements ITurnWorkflow {
  static {
    checkInputsOf(this, 'TurnWorkflow');
  }

  /** Identifies this class to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-bedrock-managed-agents.TurnWorkflow';

  /** A workflow that is defined elsewhere, in the account and Region of the scope's stack. */
  public static fromTurnWorkflowAttributes(scope: Construct, id: string, attrs: TurnWorkflowAttributes): ITurnWorkflow {
    return new ImportedTurnWorkflow(scope, id, attrs);
  }

  /** The agent whose turns these are. */
  public readonly agent: IManagedAgent;
  public readonly stateMachine: IStateMachine;
  public readonly eventBus: IEventBus;
  public readonly evidenceBucket: IBucket;
  public readonly encryptionKey: IKey;
  /** The ledger with slots, conversations and turns. */
  public readonly ledger: ITable;
  /** Settles executions that were stopped, timed out or failed. */
  public readonly settlement: IStateMachine;
  /** Executions that could not be settled. Should be empty. */
  public readonly settlementDeadLetters: IQueue;
  /** Events that the bus could not handle. Should be empty. */
  public readonly busDeadLetters: IQueue;
  /** The URL for decisions of approvers, or undefined without an approval step. */
  public readonly approveUrl?: string;
  /** The function of `approveUrl`. */
  public readonly approveFunction?: IFunction;
  /** Longest time of a turn. */
  public readonly turnDeadline: Duration;
  /** Number of turns that can run at the same time. */
  public readonly maxConcurrency: number;
  /** Permissions for turns. */
  public readonly grants: TurnWorkflowGrants = TurnWorkflowGrants.fromTurnWorkflow(this);
  /** Metrics of turns. */
  public readonly metrics: TurnWorkflowMetrics = TurnWorkflowMetrics.fromTurnWorkflow(this);

  private readonly functions: TurnFunctions;
  private readonly expiry: SessionExpiry;
  private readonly starters: TurnStarter[] = [];
  private readonly starterCallbacks: ((starter: TurnStarter) => void)[] = [];

  /**
   * @throws InputError when a number is out of range, the baseline is missing, the guardrail is in another stack, or
   * the agent already has a workflow.
   */
  constructor(scope: Construct, id: string, props: TurnWorkflowProps) {
    super(scope, id);
    props = injectedProps(TurnWorkflow.PROPERTY_INJECTION_ID, scope, id, props);
    const { agent } = props;
    requireOneWorkflow(this, agent);
    this.agent = agent;
    const settings = turnSettings(this, props);
    const { deadlineSeconds } = settings;
    this.maxConcurrency = settings.maxConcurrency;
    this.turnDeadline = settings.turnDeadline;
    const approval = props.approval ?? TurnApproval.none();
    if (approval.notify) {
      requireStandardTopic(this, 'approval.notify', approval.notify);
    }
    const baseline = this.baselineOf(props);
    const { network, logRetention, dataKey: encryptionKey, evidenceKey } = baseline;
    const guardrail =
      props.guardrail === undefined
        ? AgentGuardrail.standard(this, 'Guardrail', { encryptionKey })
        : this.sameStackGuardrail(props.guardrail);

    this.encryptionKey = encryptionKey;
    denyEvidenceKey(this, agent, baseline);
    this.ledger = turnLedger(this, 'Ledger', encryptionKey);
    this.evidenceBucket = evidenceBucket(this, 'Evidence', {
      encryptionKey: evidenceKey,
      lock: settings.evidenceLock,
      retention: settings.evidenceRetention,
      accessLogsBucket: baseline.accessLogsBucket,
    });
    const bus = new TurnBus(this, 'Outcomes', encryptionKey);
    this.eventBus = bus.eventBus;
    this.busDeadLetters = bus.deadLetters;

    const logPrefix = `/bma/turns/${Names.uniqueResourceName(this, { maxLength: 200, separator: '-' })}-`;
    allowLogs(encryptionKey, this, `${logPrefix}*`);
    const setting: TurnFunctionSetting = { encryptionKey, logRetention, logPrefix };
    const functions = new TurnFunctions(this, 'Steps', {
      ...setting,
      agent,
      network,
      ledger: this.ledger,
      evidence: this.evidenceBucket,
      variables: {
        agentName: agent.agentName,
        guardrailArn: guardrail.guardrailArn,
        guardrailVersion: guardrail.guardrailVersion,
        deadlineSeconds: String(deadlineSeconds),
        sessionRetentionSeconds: String(settings.sessionRetentionSeconds),
        recordSeconds: String(RECORD_SECONDS),
        maxConcurrency: String(this.maxConcurrency),
        slotSeconds: String(settings.slotSeconds),
        approval: approval._mode,
      },
    });
    this.functions = functions;
    const host: TurnStepHost = {
      agent,
      network,
      encryptionKey,
      ledger: this.ledger,
      evidenceBucket: this.evidenceBucket,
      eventBus: this.eventBus,
      logRetention,
    };
    const staging = props.staging?.bind(new Construct(this, 'Staging'), host);
    const delivery = props.delivery?.bind(new Construct(this, 'Delivery'), host);
    const compute = agent.environment?.bindCompute(new Construct(this, 'Compute'));
    this.expiry = new SessionExpiry(this, 'SessionExpiry', functions.expireSessions, encryptionKey);
    if (approval._mode !== 'none') {
      const approve = new ApproveFunction(this, 'Approve', setting, this.ledger);
      this.approveFunction = approve.function.function;
      this.approveUrl = approve.url.url;
    }

    const { turns, settlement } = turnMachines(this, {
      settings,
      approval,
      guardrail,
      baseline,
      functions,
      steps: { staging, compute, delivery },
      finalAnswer: props.finalAnswer,
    });
    this.stateMachine = turns.stateMachine;
    this.settlement = settlement.machine.stateMachine;
    this.settlementDeadLetters = settlement.deadLetters;
    agentOutput(this, this.starters);
  }

  /** @throws InputError when another trigger of the agent has the same id */
  public addTrigger(trigger: IAgentTrigger): void {
    trigger.bind(this);
  }

  /** @internal Called by triggers. */
  public _addStarter(starter: TurnStarter): void {
    this.starters.push(starter);
    for (const found of this.starterCallbacks) found(starter);
  }

  /** @internal */
  public _operated(): OperatedWorkflow {
    const { sessionRole, environment } = this.agent;
    const { 'open-session': open, 'submit-turn': submit } = this.functions.byName;
    return {
      roles: [sessionRole, ...(environment ? [environment.executionRole] : []), open.role, submit.role],
      onStarter: (found) => {
        this.starterCallbacks.push(found);
        this.starters.forEach(found);
      },
      expiry: { handler: this.functions.expireSessions.function, deadLetters: this.expiry.deadLetters },
      endSessionsFunction: (scope, id) => this.functions.endSessions(scope, id).function,
    };
  }

  private baselineOf(props: TurnWorkflowProps): IAgentBaseline {
    const baseline = props.baseline ?? props.agent.environment?.baseline;
    requireInput(baseline !== undefined, this, {
      input: 'baseline',
      value: undefined,
      allowed: 'the baseline of an imported agent, whose environment is not known here',
      fix: 'pass baseline, or the environment to ManagedAgent.fromManagedAgentAttributes',
    });
    return baseline;
  }

  /** Nested stacks get the version as a parameter, which updates; other stacks get it as an export, which doesn't. */
  private sameStackGuardrail(guardrail: IAgentGuardrail): IAgentGuardrail {
    requireInput(!(guardrail instanceof AgentGuardrail) || outermostStack(guardrail) === outermostStack(this), this, {
      input: 'guardrail',
      value: guardrail.node.path,
      allowed:
        'a guardrail in the stack of the workflow, because CloudFormation refuses to replace an exported version that is in use',
      fix: `create the guardrail in the stack ${outermostStack(this).node.path}, or leave guardrail out`,
    });
    return guardrail;
  }
}

function outermostStack(construct: IConstruct): Stack {
  const stack = Stack.of(construct);
  return stack.nestedStackParent ? outermostStack(stack.nestedStackParent) : stack;
}

/** The workflow of each agent of the app. */
const WORKFLOWS = new WeakMap<IManagedAgent, TurnWorkflow>();

/** Slots and conversations are counted per workflow, so a second workflow would exceed the limits of the first. */
function requireOneWorkflow(workflow: TurnWorkflow, agent: IManagedAgent): void {
  const other = WORKFLOWS.get(agent);
  requireInput(other === undefined, workflow, {
    input: 'agent',
    value: agent.node.path,
    allowed: `one workflow per agent; this one has ${other?.node.path ?? ''}`,
    fix: 'remove one of them, or define another agent',
  });
  WORKFLOWS.set(agent, workflow);
}
