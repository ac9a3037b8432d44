import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { ModelListPrice } from '../agent';
import { BUDGET_KEY, type BudgetSettings } from '../contracts/budget';
import { BUDGET_VARIABLES } from '../contracts/handler-variables';
import { TURN_EVENT_SOURCE } from '../contracts/turn';
import { turnLedgerKey } from '../contracts/turn-ledger';
import { allowQueueForEventBridge } from '../encryption/key-statements';
import { deadLetterQueue } from '../function/dead-letter-queue';
import { consumeStatements, eventQueue } from '../function/event-queue';
import { handlerCode } from '../function/handler-code';
import { HandlerFunction } from '../function/handler-function';
import { kmsViaService } from '../function/kms-via-service';
import {
  BUDGET_TABLE_ACTIONS,
  LEDGER_CHANGE_ACTIONS,
  LEDGER_KEY_ACTIONS,
  LEDGER_READ_ACTIONS,
  START_EXECUTION_ACTIONS,
  TOPIC_PUBLISH_ACTIONS,
} from '../identity/perms';
import { injectedProps } from '../injection/injected-props';
import { logRetention } from '../lifecycle/log-retention';
import { REMOVAL, removalPolicy } from '../lifecycle/removal';
import { checkInputsOf } from '../validation/checked-inputs';
import { requireInput } from '../validation/input-error';
import { requireStandardTopic } from '../validation/notification-topic';
import type { TurnWorkflow } from '../workflow/turn-workflow';
import type { AgentBudgetAction } from './agent-budget-action';
import { admitRules, deliverToQueue } from '../function/rule-delivery';
import { onlyItems } from '../identity/ledger-items';
import { budgetedWorkflow, budgetLimits } from './budget-limits';
import { requireOnlyOne, requireWorkflows } from './require-workflows';

/**
 * The limits of agents' token cost, and the actions at these limits.
 *
 * @experimental
 */
export interface AgentBudgetProps {
  /** The workflows whose turns are counted together. */
  readonly workflows: TurnWorkflow[];

  /** US dollars that the turns of a calendar month (UTC) may cost. */
  readonly monthlyLimitUsd: number;

  /**
   * US dollars per day (UTC).
   *
   * @default - a quarter of the monthly limit
   */
  readonly dailyLimitUsd?: number;

  /**
   * Limit in US dollars per hour. A loop between an agent and its trigger reaches it first.
   *
   * @default - a tenth of the monthly limit
   */
  readonly hourlyLimitUsd?: number;

  /** The actions at shares of a limit. Shares apply to each of the three limits. */
  readonly actions: AgentBudgetAction[];

  /**
   * Maximum cost of a turn in US dollars: counted for each running turn, and for a turn without reported usage. The service
   * doesn't document a maximum, so choose more than your longest turn costs.
   *
   * @default - 4 million input tokens and 100,000 output tokens at list price, ten times the turn of the cost estimate
   */
  readonly maxTurnUsd?: number;

  /**
   * Price of the tokens.
   *
   * @default - the list price of each agent's model
   */
  readonly tokenPrice?: ModelListPrice;
}

const TIMEOUT = Duration.seconds(60);

/**
 * Limits the token cost of agents per hour, day and month, based on the usage that the service reports at the end of a
 * turn. From its start to its end, a turn counts with its maximum, so that concurrent turns can't exceed a limit
 * together. A turn without reported usage keeps that maximum: it is never counted as 0. Every message shows the
 * reported part of a sum and the part that is a maximum. The compute of AgentCore isn't counted.
 *
 * @resource AWS::DynamoDB::Table
 * @experimental
 */
export class AgentBudget extends Construct {
  static {
    checkInputsOf(this, 'AgentBudget');
  }

  /** Identifies this class to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-bedrock-managed-agents.AgentBudget';

  /** Events that could not be counted. Should be empty: their turns are missing in the sums. */
  public readonly deadLetters: sqs.IQueue;

  /** @throws InputError when a limit is not positive, there is no workflow or action, or a model has no list price */
  constructor(scope: Construct, id: string, props: AgentBudgetProps) {
    super(scope, id);
    props = injectedProps(AgentBudget.PROPERTY_INJECTION_ID, scope, id, props);
    const { workflows, actions } = props;
    requireWorkflows(this, workflows);
    requireInput(actions.length > 0, this, {
      input: 'actions',
      value: '0 entries',
      allowed: 'at least an action',
      fix: 'pass AgentBudgetAction.refuseTurns(100)',
    });
    // Several budgets would remove each other's refusals. A budget that only notifies writes no refusal.
    if (actions.some(({ _refuse }) => _refuse)) requireOnlyOne(this, 'AgentBudget with refuseTurns', workflows);
    this.requireStopped(actions, workflows);
    const limitsUsd = budgetLimits(this, props);
    for (const { _topic: topic } of actions) {
      if (topic) requireStandardTopic(this, 'actions', topic);
    }
    const [{ encryptionKey }] = workflows;
    const table = new dynamodb.Table(this, 'Spending', {
      partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED,
      encryptionKey,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'expiresAt',
      removalPolicy: removalPolicy(this, REMOVAL.spending),
    });
    this.deadLetters = deadLetterQueue(this, 'DeadLetters', encryptionKey);
    const queue = this.eventsOf(workflows);
    const settings: BudgetSettings = {
      name: `Budget of ${workflows.map(({ agent }) => agent.agentName).join(', ')}`,
      table: table.tableName,
      workflows: workflows.map((workflow) => budgetedWorkflow(this, workflow, props, limitsUsd.hour)),
      limitsUsd,
      steps: actions.map(({ _percent, _topic, _refuse, _killSwitch }) => ({
        percent: _percent,
        topicArn: _topic?.topicArn,
        refuse: _refuse,
        engageMachineArn: _killSwitch?.engageMachine.stateMachineArn,
      })),
    };
    const { function: handler } = new HandlerFunction(this, 'Watch', {
      description: 'Counts what turns cost',
      code: handlerCode('watch-budget'),
      environment: { [BUDGET_VARIABLES.settings]: Stack.of(this).toJsonString(settings) },
      encryptionKey,
      logRetention: logRetention(this),
      timeout: TIMEOUT,
      memoryMegabytes: 256,
      statements: this.statements(table, queue, workflows, actions),
    });
    new lambda.EventSourceMapping(this, 'Mapping', {
      target: handler,
      eventSourceArn: queue.queueArn,
      batchSize: 10,
      reportBatchItemFailures: true,
      maxConcurrency: 2,
    });
  }

  /** A kill switch of other agents would not stop the agents of the budget. */
  private requireStopped(actions: AgentBudgetAction[], workflows: TurnWorkflow[]): void {
    for (const [index, { _killSwitch }] of actions.entries()) {
      const left = _killSwitch && workflows.find((workflow) => !_killSwitch._workflows.includes(workflow));
      requireInput(left === undefined, this, {
        input: `actions[${index}].killSwitch`,
        value: _killSwitch?.node.path,
        allowed: `a kill switch of all workflows of the budget; it does not stop ${left?.node.path}`,
        fix: 'pass the same workflows to both',
      });
    }
  }

  /** One queue for the events of all workflows, which the function counts. */
  private eventsOf(workflows: TurnWorkflow[]): sqs.Queue {
    const [{ encryptionKey }] = workflows;
    const queue = eventQueue(this, 'Events', {
      encryptionKey,
      deadLetters: this.deadLetters,
      maxAttempts: 20,
      functionTimeout: TIMEOUT,
    });
    const ruleArns = workflows.map(({ eventBus, agent }, index) => {
      const rule = new events.Rule(this, `Turns${index}`, {
        description: `Turns of the agent ${agent.agentName} for its budget`,
        eventBus,
        eventPattern: { source: [TURN_EVENT_SOURCE] },
      });
      deliverToQueue(rule, queue, this.deadLetters);
      return rule.ruleArn;
    });
    admitRules(queue, ...ruleArns);
    admitRules(this.deadLetters, ...ruleArns);
    allowQueueForEventBridge(encryptionKey, this);
    return queue;
  }

  private statements(
    table: dynamodb.Table,
    queue: sqs.Queue,
    workflows: TurnWorkflow[],
    actions: AgentBudgetAction[],
  ): iam.PolicyStatement[] {
    const keys = [...new Set(workflows.map(({ encryptionKey }) => encryptionKey))];
    const ledgers = workflows.map(({ ledger }) => ledger.tableArn);
    const topics = [...new Set(actions.flatMap(({ _topic }) => _topic ?? []))];
    const topicKeys = [...new Set(topics.flatMap(({ masterKey }) => masterKey ?? []))];
    const switches = actions.flatMap(({ _killSwitch }) => _killSwitch?.engageMachine.stateMachineArn ?? []);
    return [
      new iam.PolicyStatement({ sid: 'Count', actions: BUDGET_TABLE_ACTIONS, resources: [table.tableArn] }),
      new iam.PolicyStatement({
        sid: 'ReadTurns',
        actions: LEDGER_READ_ACTIONS,
        resources: ledgers,
        conditions: onlyItems('StringLike', turnLedgerKey('*')),
      }),
      ...(actions.some(({ _refuse }) => _refuse)
        ? [
            new iam.PolicyStatement({
              sid: 'RefuseTurns',
              actions: LEDGER_CHANGE_ACTIONS,
              resources: ledgers,
              conditions: onlyItems('StringLike', BUDGET_KEY),
            }),
          ]
        : []),
      ...keys.map((key) => kmsViaService(this, key, 'dynamodb', LEDGER_KEY_ACTIONS)),
      ...consumeStatements(this, queue, workflows[0].encryptionKey),
      ...(topics.length > 0
        ? [
            new iam.PolicyStatement({
              sid: 'Notify',
              actions: TOPIC_PUBLISH_ACTIONS,
              resources: topics.map(({ topicArn }) => topicArn),
            }),
          ]
        : []),
      ...topicKeys.map((key) => kmsViaService(this, key, 'sns', ['kms:Decrypt', 'kms:GenerateDataKey'])),
      ...(switches.length > 0
        ? [new iam.PolicyStatement({ sid: 'Engage', actions: START_EXECUTION_ACTIONS, resources: switches })]
        : []),
    ];
  }
}
