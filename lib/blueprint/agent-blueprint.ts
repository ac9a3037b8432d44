import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ManagedAgent } from '../agent';
import { requireAgentName } from '../agent/agent-name';
import { AgentBaseline, type IAgentBaseline } from '../baseline';
import { isDevelopment } from '../development/enabled-scopes';
import { objectRetention } from '../lifecycle/object-retention';
import { protectedBucket } from '../encryption/protected-bucket';
import { REMOVAL, removalPolicy } from '../lifecycle/removal';
import { AgentCompute } from '../environment';
import { derivedName } from '../environment/derived-name';
import { AgentGuardrail, type IAgentGuardrail } from '../guardrail';
import { InputError, requireInput, requireWholeNumber } from '../validation/input-error';
import { isInAnotherRegion } from '../validation/same-place';
import type { AgentBudget } from '../operations';
import { TurnWorkflow } from '../workflow';
import { BlueprintBudget } from './blueprint-budget';
import type { AgentBlueprintDefinition, AgentBlueprintProps, OutputBucketOptions } from './agent-blueprint-props';
import { checkedProps, checkInputsOf } from '../validation/checked-inputs';

/** The resources that `define` creates. */
interface DefinedParts {
  readonly agent: ManagedAgent;
  readonly workflow: TurnWorkflow;
  readonly budget?: AgentBudget;
}

/**
 * The extension point of this library: an agent for one kind of work. A subclass defines the work with one call of
 * `define`, and inherits the security settings: network, keys, guardrail, roles, workflow, evidence.
 *
 * ```
 * class LicenceAuditor extends AgentBlueprint {
 *   constructor(scope: Construct, id: string, props: AgentBlueprintProps = {}) {
 *     super(scope, id, props);
 *     const reports = this.addOutputBucket('Reports');
 *     this.define({
 *       model: AgentModel.GPT_5_6_LUNA,
 *       instructions: 'Report the licences of …',
 *       tools: [AgentTool.outputs({ bucket: reports, prefix: 'licences/' })],
 *       triggers: [AgentTrigger.onSchedule('Nightly', ScheduleExpression.cron({ minute: '0', hour: '3' }))],
 *     });
 *   }
 * }
 * ```
 */
export abstract class AgentBlueprint extends Construct {
  static {
    checkInputsOf(this, 'AgentBlueprint');
  }

  /** Network, keys, trail and log settings of the agent. */
  public readonly baseline: IAgentBaseline;
  /** Screens the input of turns and the published output. */
  public readonly guardrail: IAgentGuardrail;

  private readonly governance: AgentBlueprintProps;
  private defined?: DefinedParts;

  constructor(scope: Construct, id: string, props: AgentBlueprintProps = {}) {
    super(scope, id);
    this.governance = checkedProps('AgentBlueprint', scope, id, props);
    this.baseline = props.baseline ?? new AgentBaseline(this, 'Baseline');
    this.guardrail =
      props.guardrail ?? AgentGuardrail.standard(this, 'Guardrail', { encryptionKey: this.baseline.dataKey });
    this.node.addValidation({
      validate: () =>
        this.defined ? [] : [`${this.node.path} defines no agent. Fix: call this.define({ … }) in its constructor.`],
    });
  }

  /**
   * The agent.
   *
   * @throws InputError before `define`
   */
  public get agent(): ManagedAgent {
    return this.parts('agent').agent;
  }

  /**
   * The workflow that runs its turns.
   *
   * @throws InputError before `define`
   */
  public get workflow(): TurnWorkflow {
    return this.parts('workflow').workflow;
  }

  /** The budget that notifies people; undefined before `define`, and if there is none. */
  public get budget(): AgentBudget | undefined {
    return this.defined?.budget;
  }

  /**
   * Creates the agent, its workflow, its triggers and its budget. Call it once, in the constructor of the subclass.
   * @throws InputError when it is called again, or when agent, workflow, tools or triggers refuse an input.
   */
  protected define(definition: AgentBlueprintDefinition): void {
    requireInput(this.defined === undefined, this, {
      input: 'define',
      value: this.defined?.agent.node.path,
      allowed: 'one agent per blueprint',
      fix: 'make another blueprint for another agent',
    });
    const { governance } = this;
    const agent = this.makeAgent(definition);
    const maxConcurrency = governance.maxConcurrency ?? definition.maxConcurrency ?? 4;
    const workflow = new TurnWorkflow(this, 'Turns', {
      agent,
      guardrail: this.guardrail,
      maxConcurrency,
      turnDeadline: governance.turnDeadline ?? definition.turnDeadline,
      approval: governance.approval,
      evidenceLock: governance.evidenceLock,
      sessionRetention: definition.sessionRetention,
      staging: definition.staging,
      delivery: definition.delivery,
      finalAnswer: definition.finalAnswer,
    });
    const { model } = agent;
    const topic = definition.notify ?? this.alarmTopic();
    const usual = topic && model.listPrice ? BlueprintBudget.notify(topic) : undefined;
    const budget = (governance.budget ?? usual)?._bind(this, workflow, model, maxConcurrency);
    this.defined = { agent, workflow, budget };
    definition.triggers?.forEach((trigger) => workflow.addTrigger(trigger));
  }

  /**
   * A bucket with the same protection as every bucket of this library: private, versioned, TLS-only, encrypted with the
   * data key, and retained.
   *
   * @param id of the construct
   * @throws InputError when objects are kept for a shorter time than they are locked
   */
  protected addOutputBucket(id: string, options: OutputBucketOptions = {}): Bucket {
    const retention = objectRetention(this, options.retention, Duration.days(365));
    const days = retention.toDays({ integral: false });
    requireWholeNumber(this, 'retention', days, 1, 36_500, 'days');
    const lock = isDevelopment(this) ? undefined : options.lock;
    const locked = lock?.period?.toDays() ?? 0;
    requireInput(days >= locked, this, {
      input: 'retention',
      value: `${days} days`,
      allowed: `at least the ${locked} days that objects are locked`,
      fix: 'keep objects longer, or lock them for a shorter time',
    });
    return protectedBucket(this, id, {
      removalPolicy: removalPolicy(this, REMOVAL.recordBucket),
      encryptionKey: this.baseline.dataKey,
      retention,
      restorable: Duration.days(30),
      lock: lock?._retention,
      accessLogsBucket: this.baseline.accessLogsBucket,
    });
  }

  /** The alarm topic of the trail, if it is in this Region: a trail can be in another one. */
  private alarmTopic(): ITopic | undefined {
    const topic = this.baseline.auditTrail?.alarmTopic;
    return topic && !isInAnotherRegion(this, topic, topic.topicArn) ? topic : undefined;
  }

  private makeAgent(definition: AgentBlueprintDefinition): ManagedAgent {
    const { governance, baseline } = this;
    const { compute } = governance;
    if (governance.agentName !== undefined) requireAgentName(this, governance.agentName);
    const common = {
      agentName: governance.agentName,
      model: governance.model ?? definition.model,
      instructions: definition.instructions,
      tools: definition.tools,
      sessionRole: governance.sessionRole,
    };
    // Also without skills, so that the first skill doesn't change the construct path of the Runtime, which would
    // replace it.
    const environment = (compute ?? AgentCompute.agentCore())._environment(this, 'Environment', {
      baseline,
      name: governance.agentName ?? derivedName(this),
      skills: definition.skills,
    });
    return new ManagedAgent(this, 'Agent', { ...common, environment });
  }

  private parts(input: string): DefinedParts {
    if (!this.defined) {
      throw new InputError(this, {
        input,
        value: undefined,
        allowed: 'a blueprint whose define was called',
        fix: 'call this.define({ … }) in the constructor of the subclass first',
      });
    }
    return this.defined;
  }
}
