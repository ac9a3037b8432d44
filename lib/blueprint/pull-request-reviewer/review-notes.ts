import * as lambda from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { REVIEW_VARIABLES as VARIABLES } from '../../contracts/handler-variables';
import { TURN_EVENT_SOURCE, turnEventType } from '../../contracts/turn';
import { handlerCode } from '../../function/handler-code';
import { HandlerFunction } from '../../function/handler-function';
import { consumeStatements } from '../../function/event-queue';
import { EventRule } from '../../trigger/event-rule';
import { TriggerQueues } from '../../trigger/trigger-queues';
import { TurnOutcome } from '../../trigger';
import type { TurnWorkflow } from '../../workflow';
import type { HostAccess } from './bound-code-host';

export interface ReviewNotesProps {
  readonly access: HostAccess;
  readonly workflow: TurnWorkflow;
  readonly repositories: string[];
  readonly command?: string;
}

const TIMEOUT = Duration.minutes(2);

/**
 * Explains on a pull request why there is no review, and how to get one. It uses the outcome events of turns, so it
 * also explains turns that failed, and its own failures don't affect turns. It runs outside the network, like staging
 * and delivery.
 */
export class ReviewNotes extends Construct {
  /** Outcomes that could not be posted. */
  public readonly deadLetterQueue: IQueue;

  constructor(scope: Construct, id: string, { access, workflow, repositories, command }: ReviewNotesProps) {
    super(scope, id);
    const { agent, encryptionKey, eventBus } = workflow;
    const queues = new TriggerQueues(this, 'Queues', {
      encryptionKey,
      maxAttempts: 5,
      functionTimeout: TIMEOUT,
    });
    this.deadLetterQueue = queues.deadLetters;
    const handler = new HandlerFunction(this, 'Handler', {
      description: `Explains outcomes of the managed agent ${agent.agentName} on pull requests`,
      code: handlerCode(access.code),
      environment: {
        [VARIABLES.agentName]: agent.agentName,
        [VARIABLES.repositories]: Stack.of(this).toJsonString(repositories),
        ...(command === undefined ? {} : { [VARIABLES.command]: command }),
        ...access.environment,
      },
      encryptionKey,
      logRetention: RetentionDays.ONE_YEAR,
      timeout: TIMEOUT,
      statements: [...access.statements, ...consumeStatements(this, queues.events, encryptionKey)],
    });
    // Comments on CodeCommit are from sessions of this role.
    handler.function.addEnvironment(VARIABLES.ownRoleName, handler.role.roleName);
    new EventRule(this, 'Outcomes', {
      queues,
      encryptionKey,
      enabled: true,
      description: `Outcomes of turns of ${agent.agentName}, for its pull requests`,
      source: {
        eventBus,
        pattern: {
          source: [TURN_EVENT_SOURCE],
          detailType: Object.values(TurnOutcome).map((outcome) => turnEventType(outcome)),
          detail: { agentName: [agent.agentName] },
        },
      },
    });
    new lambda.EventSourceMapping(this, 'Mapping', {
      target: handler.function,
      eventSourceArn: queues.events.queueArn,
      batchSize: 1,
      reportBatchItemFailures: true,
      maxConcurrency: 2,
    });
  }
}
