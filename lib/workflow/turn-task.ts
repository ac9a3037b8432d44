import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  FieldUtils,
  IntegrationPattern,
  JsonPath,
  TaskStateBase,
  type TaskMetricsConfig,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Arn, ArnFormat, type Duration, Stack, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { EXECUTION_JOB_ACTIONS, JOB_RULE_ACTIONS, KEY_READ_ACTIONS, START_EXECUTION_ACTIONS } from '../identity/perms';
import { requireInput, requireSeconds } from '../validation/input-error';
import { requireApprovalStep } from './approval-step';
import { MAX_PART_CHARACTERS, SUBJECT_LIMITS, TURN_REQUEST_FORMAT } from '../contracts/turn';
import type { ITurnWorkflow } from './turn-workflow-ref';
import { checkedProps, checkInputsOf } from '../validation/checked-inputs';

/** Properties of a {@link TurnTask}. */
export interface TurnTaskProps {
  /** Runs the turn. */
  readonly workflow: ITurnWorkflow;

  /**
   * The message to the agent: a text, or a text of the state with `JsonPath.stringAt('$.prompt')`. At most 10,000
   * characters; a longer text of the state ends the turn as Rejected.
   */
  readonly prompt: string;

  /**
   * Whether the guardrail screens the prompt. Leave it on for text that others may have written. A prompt-attack filter
   * treats instructions as an attack.
   *
   * @default - true for a text of the state, false for a text that is known at synth
   */
  readonly screenPrompt?: boolean;

  /**
   * Names the conversation; later turns with the same key resume its session.
   *
   * @default - the turn has its own session
   */
  readonly sessionKey?: string;

  /**
   * Two tasks with the same key are one turn; the second fails with `StepFunctions.ExecutionAlreadyExistsException`.
   *
   * @default - one turn each time the state is entered; a retry of the state starts no second turn
   */
  readonly deduplicationKey?: string;

  /**
   * Values for the workflow's staging and delivery, for evidence and outcome events, by name; values of the state with
   * `JsonPath.stringAt('$.commit')`. Never part of the message. At most 16 names in lower camel case, values of 1 to
   * 2,400 visible ASCII characters.
   *
   * @default - none
   */
  readonly subject?: { [name: string]: string };

  /**
   * Longest time of the turn. At most the deadline of the workflow.
   *
   * @default - the deadline of the workflow
   */
  readonly deadline?: Duration;

  /**
   * Whether a person approves the turn. The workflow must have an approval step.
   *
   * @default false
   */
  readonly requireApproval?: boolean;

  /**
   * Path of the result in the state. Its member `result` is the detail of the outcome event: `result.outcome`,
   * `result.reason`, `result.output`, `result.evidence`. A turn that didn't complete doesn't fail the state: use a
   * Choice state on `result.outcome`.
   *
   * @default '$.turn'
   */
  readonly resultPath?: string;
}

/**
 * A turn as a state of your own state machine: starts it and waits for its outcome (`startExecution.sync:2` on the
 * workflow).
 */
export class TurnTask extends TaskStateBase {
  static {
    checkInputsOf(this, 'TurnTask');
  }

  protected readonly taskMetrics?: TaskMetricsConfig = undefined;
  protected readonly taskPolicies?: PolicyStatement[];

  /** @throws InputError when the prompt is empty or too long, or a value of the subject is refused */
  constructor(
    scope: Construct,
    id: string,
    private readonly turn: TurnTaskProps,
  ) {
    checkedProps('TurnTask', scope, id, turn);
    super(scope, id, { integrationPattern: IntegrationPattern.RUN_JOB, resultPath: turn.resultPath ?? '$.turn' });
    requireInput(
      Token.isUnresolved(turn.prompt) || (turn.prompt !== '' && turn.prompt.length <= MAX_PART_CHARACTERS),
      this,
      {
        input: 'prompt',
        value: turn.prompt,
        allowed: `1 to ${MAX_PART_CHARACTERS} characters`,
        fix: 'shorten it, or put the material where the agent can read it and name the place',
      },
    );
    if (turn.requireApproval) {
      requireApprovalStep(this, turn.workflow);
    }
    if (turn.deadline) {
      this.checkDeadline(turn.deadline);
    }
    this.checkSubject(turn.subject ?? {});
    this.taskPolicies = this.policies();
  }

  /** @internal */
  protected _renderTask(): object {
    const { turn } = this;
    const { workflow } = turn;
    const key =
      turn.deduplicationKey ??
      JsonPath.format(
        '{}#{}#{}',
        JsonPath.stringAt('$$.Execution.Id'),
        JsonPath.stringAt('$$.State.Name'),
        JsonPath.stringAt('$$.State.EnteredTime'),
      );
    return {
      Resource: `arn:${Stack.of(this).partition}:states:::states:startExecution.sync:2`,
      Parameters: FieldUtils.renderObject({
        StateMachineArn: workflow.stateMachine.stateMachineArn,
        // The name of turnExecutionName().
        Name: JsonPath.format('turn-{}', JsonPath.hash(key, 'SHA-256')),
        Input: {
          format: TURN_REQUEST_FORMAT,
          agentName: workflow.agent.agentName,
          deduplicationKey: key,
          ...(turn.sessionKey === undefined ? {} : { sessionKey: turn.sessionKey }),
          trigger: {
            type: 'direct',
            id: JsonPath.stringAt('$$.State.Name'),
            source: JsonPath.stringAt('$$.Execution.Id'),
            time: JsonPath.stringAt('$$.State.EnteredTime'),
          },
          ...(turn.subject === undefined ? {} : { subject: turn.subject }),
          prompt: [{ text: turn.prompt, ...(this.screensPrompt() ? {} : { trusted: true }) }],
          ...(turn.deadline === undefined ? {} : { deadlineSeconds: turn.deadline.toSeconds() }),
          ...(turn.requireApproval ? { approval: 'required' } : {}),
        },
      }),
      ResultSelector: { 'result.$': '$.Output' },
    };
  }

  /** A text that is known at synth comes from the deployment. */
  private screensPrompt(): boolean {
    return this.turn.screenPrompt ?? Token.isUnresolved(this.turn.prompt);
  }

  private checkDeadline(deadline: Duration): void {
    requireSeconds(this, 'deadline', deadline, 60, this.turn.workflow.turnDeadline.toSeconds());
  }

  private checkSubject(subject: { [name: string]: string }): void {
    const { names, name, value } = SUBJECT_LIMITS;
    const entries = Object.entries(subject);
    const wrong = entries.find(([key, fact]) => !name.test(key) || (!Token.isUnresolved(fact) && !value.test(fact)));
    requireInput(entries.length <= names && wrong === undefined, this, {
      input: 'subject',
      value: wrong ?? entries.map(([key]) => key),
      allowed: `at most ${names} names in lower camel case, values of 1 to 2,400 visible ASCII characters`,
      fix: 'name what identifies the subject, and let staging read the rest from its source',
    });
  }

  private policies(): PolicyStatement[] {
    const stack = Stack.of(this);
    const { stateMachineArn } = this.turn.workflow.stateMachine;
    const name = Arn.split(stateMachineArn, ArnFormat.COLON_RESOURCE_NAME).resourceName;
    return [
      new PolicyStatement({ actions: START_EXECUTION_ACTIONS, resources: [stateMachineArn] }),
      new PolicyStatement({
        actions: EXECUTION_JOB_ACTIONS,
        resources: [`arn:${stack.partition}:states:${stack.region}:${stack.account}:execution:${name}:*`],
      }),
      // Describing an execution includes its definition, which is encrypted (DescribeExecution, Step Functions API).
      new PolicyStatement({
        actions: KEY_READ_ACTIONS,
        resources: [this.turn.workflow.encryptionKey.keyArn],
        conditions: { StringEquals: { 'kms:EncryptionContext:aws:states:stateMachineArn': stateMachineArn } },
      }),
      new PolicyStatement({
        actions: JOB_RULE_ACTIONS,
        // The rule that Step Functions creates for this integration (docs: concepts-nested-workflows.html).
        resources: [
          stack.formatArn({
            service: 'events',
            resource: 'rule',
            resourceName: 'StepFunctionsGetEventsForStepFunctionsExecutionRule',
          }),
        ],
      }),
    ];
  }
}
