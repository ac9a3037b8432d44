import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IProject } from 'aws-cdk-lib/aws-codebuild';
import type { IRepository } from 'aws-cdk-lib/aws-codecommit';
import type { IPipeline } from 'aws-cdk-lib/aws-codepipeline';
import type { EventPattern } from 'aws-cdk-lib/aws-events';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Stack, Token } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { InputError, requireInput, requirePattern } from '../validation/input-error';
import type { IAgentTrigger, ITurnWorkflow } from '../workflow/turn-workflow-ref';
import type { AgentTriggerOptions } from './agent-trigger-options';
import { BoundTrigger } from './bound-trigger';
import type { IGitHubWebhook } from './github-webhook';
import { alarmTrigger, type AlarmTriggerOptions } from './kinds/alarm';
import { buildFailedTrigger, pipelineFailedTrigger } from './kinds/build-failed';
import { codeCommitPullRequestTrigger, type PullRequestTriggerOptions } from './kinds/code-commit-pull-request';
import { eventTrigger, type EventTriggerOptions } from './kinds/event';
import type { FindingSource } from './kinds/finding';
import { gitHubCommandTrigger, type GitHubCommandTriggerOptions } from './kinds/github-command';
import { gitHubPullRequestTrigger, type GitHubPullRequestTriggerOptions } from './kinds/github-pull-request';
import { objectCreatedTrigger, type ObjectCreatedTriggerOptions } from './kinds/object-created';
import { scheduleTrigger, type ScheduleTriggerOptions } from './kinds/schedule';
import { turnOutcomeTrigger, type TurnOutcomeTriggerOptions } from './kinds/turn-outcome';
import type { TriggerDefinition } from './trigger-definition';
import { checkInputsOf } from '../validation/checked-inputs';
import { idFrom } from './trigger-id';

/** The construct below an agent, or below a workflow in another stack than its agent, that contains triggers. */
const TRIGGERS = 'Triggers';

/**
 * Starts turns of an agent: `workflow.addTrigger(AgentTrigger.onPullRequest(repository))`.
 *
 * Every trigger is a rule or a schedule, a queue, a dead-letter queue and a small function, the starter, encrypted with
 * the key of the agent's workflow. The starter creates a message from the event, in which the text of the event is
 * fenced as data, and starts one turn per subject. A repeated event starts no turn. Events that can't be delivered, or
 * that fail to start a turn, go to the dead-letter queue, so no event is lost.
 */
export class AgentTrigger implements IAgentTrigger {
  static {
    checkInputsOf(this, 'AgentTrigger');
  }

  /**
   * Starts turns at certain times, by EventBridge Scheduler. One turn per scheduled time.
   *
   * @param id id of the trigger in its agent
   * @param schedule for example `ScheduleExpression.cron({ minute: '0', hour: '6', timeZone: TimeZone.EUROPE_BERLIN })`
   */
  public static onSchedule(
    id: string,
    schedule: ScheduleExpression,
    options: ScheduleTriggerOptions = {},
  ): AgentTrigger {
    return new AgentTrigger(scheduleTrigger(id, schedule, options));
  }

  /**
   * Any event of EventBridge. One turn per event, unless you name another deduplication key.
   *
   * @param id id of the trigger in its agent
   * @param pattern the pattern of the events; at least one of source, detailType, resources and detail
   */
  public static onEvent(id: string, pattern: EventPattern, options: EventTriggerOptions = {}): AgentTrigger {
    return new AgentTrigger(eventTrigger(id, pattern, options));
  }

  /**
   * An alarm that changes its state. One turn per change; all turns of one alarm are one conversation.
   *
   * @param alarm refused if it is known to watch no metric
   */
  public static onAlarm(alarm: IAlarm, options: AlarmTriggerOptions = {}): AgentTrigger {
    return new AgentTrigger(alarmTrigger(idFrom('Alarm', alarm), [alarm], options));
  }

  /**
   * Several alarms that change their state, with one rule and one queue. One turn per change; all turns of one alarm are
   * one conversation.
   *
   * @param id id of the trigger in its agent
   * @param alarms 1 to 100, in as many rules as their ARNs need; refused if one is known to watch no metric
   */
  public static onAlarms(id: string, alarms: IAlarm[], options: AlarmTriggerOptions = {}): AgentTrigger {
    return new AgentTrigger(alarmTrigger(id, alarms, options));
  }

  /**
   * New pull requests of a CodeCommit repository and new commits on them. One turn per change;
   * all turns of one pull request are one conversation.
   */
  public static onPullRequest(repository: IRepository, options: PullRequestTriggerOptions = {}): AgentTrigger {
    return new AgentTrigger(codeCommitPullRequestTrigger(repository, options));
  }

  /**
   * Pull requests of GitHub that are opened, reopened, made ready for review or get new commits. One turn per
   * change: `opened` and `ready_for_review` of one commit are one change, a commit that is pushed again is another; all
   * turns of one pull request are one conversation.
   */
  public static onGitHubPullRequest(webhook: IGitHubWebhook, options: GitHubPullRequestTriggerOptions): AgentTrigger {
    return new AgentTrigger(gitHubPullRequestTrigger(webhook, options));
  }

  /**
   * Comments on pull requests of GitHub that begin with a command, such as `/review`, by people with push access. Also
   * select "Issue comments" in the settings of the webhook. One turn per comment, in the conversation of the pull
   * request.
   */
  public static onGitHubCommand(webhook: IGitHubWebhook, options: GitHubCommandTriggerOptions): AgentTrigger {
    return new AgentTrigger(gitHubCommandTrigger(webhook, options));
  }

  /** New objects in a bucket. This enables the bucket's events to EventBridge. One turn per write of a key. */
  public static onObjectCreated(bucket: IBucket, options: ObjectCreatedTriggerOptions = {}): AgentTrigger {
    return new AgentTrigger(objectCreatedTrigger(bucket, options));
  }

  /** Security findings. One turn per finding and severity; all turns of one finding are one conversation. */
  public static onFinding(source: FindingSource, options: AgentTriggerOptions = {}): AgentTrigger {
    return new AgentTrigger(source._definition(options));
  }

  /** Builds of a CodeBuild project that fail or time out. One turn per build. */
  public static onBuildFailed(project: IProject, options: AgentTriggerOptions = {}): AgentTrigger {
    return new AgentTrigger(buildFailedTrigger(project, options));
  }

  /** Executions of a pipeline that fail. One turn per failure; all turns of one execution are one conversation. */
  public static onPipelineFailed(pipeline: IPipeline, options: AgentTriggerOptions = {}): AgentTrigger {
    return new AgentTrigger(pipelineFailedTrigger(pipeline, options));
  }

  /**
   * The end of turns of another agent, so that agents run one after the other. One turn per turn of the other agent.
   * @param source the workflow of the other agent; refused if this agent starts its turns, directly or through other
   * agents of this app
   */
  public static onTurnOutcome(source: ITurnWorkflow, options: TurnOutcomeTriggerOptions = {}): AgentTrigger {
    return new AgentTrigger(turnOutcomeTrigger(source, options));
  }

  private readonly definition: TriggerDefinition;
  private bound?: BoundTrigger;

  private constructor(definition: TriggerDefinition) {
    this.definition = definition;
  }

  /**
   * The queue for events that could not be delivered, or whose turn could not be started. Add an alarm for it.
   *
   * @throws InputError before the trigger was added to a workflow
   */
  public get deadLetterQueue(): IQueue {
    return this.placed('deadLetterQueue').queues.deadLetters;
  }

  /**
   * The queue in which events wait for the start of their turn.
   *
   * @throws InputError before the trigger was added to a workflow
   */
  public get eventQueue(): IQueue {
    return this.placed('eventQueue').queues.events;
  }

  public bind(workflow: ITurnWorkflow): void {
    const { agent } = workflow;
    const id = this.definition.options.triggerId ?? this.definition.defaultId;
    // A trigger names the state machine. In the stack of the agent, it would make that stack depend on the workflow's.
    const host = Stack.of(agent) === Stack.of(workflow) ? agent : workflow;
    const where = `${host.node.path}/${TRIGGERS}/${id}`;
    requireInput(!Token.isUnresolved(id), where, {
      input: 'triggerId',
      value: 'a value that only the deployment knows',
      allowed: 'an id that is known at synth',
      fix: 'write the id',
    });
    requirePattern(
      where,
      'triggerId',
      id,
      /^[A-Za-z][A-Za-z0-9-]{0,63}$/,
      '1 to 64 letters, digits and dashes, beginning with a letter',
      'pass triggerId to the trigger',
    );
    requireInput(this.bound === undefined, where, {
      input: 'trigger',
      value: this.bound?.node.path,
      allowed: 'a trigger that no workflow has yet',
      fix: 'make one trigger per workflow',
    });
    const triggers = host.node.tryFindChild(TRIGGERS) ?? new Construct(host, TRIGGERS);
    requireInput(triggers.node.tryFindChild(id) === undefined, where, {
      input: 'triggerId',
      value: id,
      allowed: 'an id that no other trigger of the agent has',
      fix: 'pass another triggerId to one of them',
    });
    this.bound = new BoundTrigger(triggers, id, this.definition, {
      workflow,
      agentName: agent.agentName,
      stateMachine: workflow.stateMachine,
      encryptionKey: workflow.encryptionKey,
      promptBucket: workflow.evidenceBucket,
      turnDeadline: workflow.turnDeadline,
    });
  }

  private placed(input: string): BoundTrigger {
    if (!this.bound) {
      throw new InputError(`AgentTrigger ${this.definition.defaultId}`, {
        input,
        value: undefined,
        allowed: 'a trigger that was added to a workflow',
        fix: 'call workflow.addTrigger(trigger) first',
      });
    }
    return this.bound;
  }
}
