import { PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ManagedAgent } from '../agent';
import { AgentKey } from '../encryption';
import { protectedBucket } from '../encryption/protected-bucket';
import { REMOVAL } from '../lifecycle/removal';
import { AgentCoreEnvironment, AgentImage } from '../environment';
import { AgentGuardrail, type IAgentGuardrail } from '../guardrail';
import { attachPolicy } from '../identity/attach-policy';
import { AgentNetwork, type IAgentNetwork } from '../network';
import { InputError, requireInput, requireWholeNumber } from '../validation/input-error';
import { TurnWorkflow } from '../workflow';
import type { AgentBlueprintDefinition, AgentBlueprintProps, OutputBucketOptions } from './agent-blueprint-props';

/**
 * The extension point of this library: an agent for one kind of work. A subclass says what the work is, in one call of
 * `define`, and inherits everything that governs it: network, key, guardrail, roles, workflow, evidence.
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
  /** The network that the agent runs in. */
  public readonly network: IAgentNetwork;
  /** Key of everything the blueprint stores. */
  public readonly encryptionKey: IKey;
  /** Screens what comes in and what is published. */
  public readonly guardrail: IAgentGuardrail;

  private readonly governance: AgentBlueprintProps;
  private defined?: { readonly agent: ManagedAgent; readonly workflow: TurnWorkflow };

  constructor(scope: Construct, id: string, props: AgentBlueprintProps = {}) {
    super(scope, id);
    this.governance = props;
    this.encryptionKey =
      props.encryptionKey ?? new AgentKey(this, 'Key', { protects: `everything that ${this.node.path} stores` });
    this.network = props.network ?? new AgentNetwork(this, 'Network', { encryptionKey: this.encryptionKey });
    this.guardrail =
      props.guardrail ?? AgentGuardrail.standard(this, 'Guardrail', { encryptionKey: this.encryptionKey });
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

  /**
   * Makes the agent, its workflow and its triggers. Called once, in the constructor of the subclass.
   *
   * @throws InputError when it is called again, and for whatever agent, workflow, tools and triggers refuse.
   */
  protected define(definition: AgentBlueprintDefinition): void {
    requireInput(this.defined === undefined, this, {
      input: 'define',
      value: this.defined?.agent.node.path,
      allowed: 'one agent per blueprint',
      fix: 'Make another blueprint for another agent',
    });
    const { governance, encryptionKey } = this;
    const agent = this.makeAgent(definition);
    if (definition.permissions?.length) {
      attachPolicy(this, 'Permissions', agent.executionRole, 'execution role', definition.permissions);
    }
    const workflow = new TurnWorkflow(this, 'Turns', {
      agent,
      guardrail: this.guardrail,
      encryptionKey,
      maxConcurrency: governance.maxConcurrency ?? definition.maxConcurrency,
      turnDeadline: governance.turnDeadline ?? definition.turnDeadline,
      approval: governance.approval,
      evidenceLock: governance.evidenceLock,
      sessionRetention: definition.sessionRetention,
      accessLogsBucket: governance.accessLogsBucket,
      staging: definition.staging,
      delivery: definition.delivery,
    });
    this.defined = { agent, workflow };
    definition.triggers?.forEach((trigger) => workflow.addTrigger(trigger));
    governance.auditTrail?.watchSessionRole(agent, agent.sessionRole);
    if (governance.permissionsBoundary) {
      PermissionsBoundary.of(this).apply(governance.permissionsBoundary);
    }
  }

  /**
   * A bucket as this library makes every one: private, versioned, TLS-only, under the key of the blueprint, retained.
   *
   * @param id of the construct
   * @throws InputError when objects are kept for a shorter time than they are locked
   */
  protected addOutputBucket(id: string, options: OutputBucketOptions = {}): Bucket {
    const retention = options.retention ?? Duration.days(365);
    const days = retention.toDays({ integral: false });
    requireWholeNumber(this, 'retention', days, 1, 36_500, 'days');
    const locked = options.lock?.period?.toDays() ?? 0;
    requireInput(days >= locked, this, {
      input: 'retention',
      value: `${days} days`,
      allowed: `at least the ${locked} days that objects are locked`,
      fix: 'Keep objects longer, or lock them for a shorter time',
    });
    return protectedBucket(this, id, {
      removalPolicy: REMOVAL.recordBucket.policy,
      encryptionKey: this.encryptionKey,
      retention,
      restorable: Duration.days(30),
      lock: options.lock?._retention,
      accessLogsBucket: this.governance.accessLogsBucket,
    });
  }

  private makeAgent(definition: AgentBlueprintDefinition): ManagedAgent {
    const { governance, encryptionKey, network } = this;
    const common = {
      agentName: governance.agentName,
      model: governance.model ?? definition.model,
      instructions: definition.instructions,
      tools: definition.tools,
      encryptionKey,
    };
    if (!definition.skills?.length) {
      return new ManagedAgent(this, 'Agent', { ...common, network });
    }
    const environment = new AgentCoreEnvironment(this, 'Environment', {
      network,
      encryptionKey,
      runtimeName: governance.agentName,
      image: AgentImage.bundled({ skills: definition.skills }),
    });
    return new ManagedAgent(this, 'Agent', { ...common, environment });
  }

  private parts(input: string): { readonly agent: ManagedAgent; readonly workflow: TurnWorkflow } {
    if (!this.defined) {
      throw new InputError(this, {
        input,
        value: undefined,
        allowed: 'a blueprint whose define was called',
        fix: 'Call this.define({ … }) in the constructor of the subclass first',
      });
    }
    return this.defined;
  }
}
