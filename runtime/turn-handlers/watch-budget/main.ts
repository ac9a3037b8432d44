import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import type { BudgetSettings } from '../../../lib/contracts/budget';
import { BUDGET_VARIABLES } from '../../../lib/contracts/handler-variables';
import { log } from '../turn/log';
import { forEachMessage, type QueueBatch, type QueueBatchAnswer } from '../turn/queue-batch';
import { setting } from '../turn/settings';
import { Spending } from './spending';
import { type TurnEvent, watchBudget } from './watch-budget';

const settings = JSON.parse(setting(process.env, BUDGET_VARIABLES.settings)) as BudgetSettings;
const dynamo = new DynamoDBClient({});
const parts = {
  settings,
  dynamo,
  spending: new Spending(dynamo, settings.table),
  topics: new SNSClient({}),
  states: new SFNClient({}),
};

/** Lambda: counts the turns of the agents of a budget, from the queue of their events. */
export const handler = (batch: QueueBatch): Promise<QueueBatchAnswer> =>
  forEachMessage(
    batch,
    ({ body }) => watchBudget(JSON.parse(body) as TurnEvent, parts),
    (messageId, error) => log('watch-budget', 'not counted', { messageId, error: (error as Error).name }),
  );
