import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import type { BudgetSettings } from '../../../lib/contracts/budget';
import { BUDGET_VARIABLES } from '../../../lib/contracts/handler-variables';
import type { QueueBatch, QueueBatchAnswer } from '../starter/handler';
import { log } from '../turn/log';
import { setting } from '../turn/settings';
import { Spending } from './spending';
import { watchBudget } from './watch-budget';

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
export const handler = async (batch: QueueBatch): Promise<QueueBatchAnswer> => {
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const { messageId, body } of batch.Records) {
    try {
      await watchBudget(JSON.parse(body) as Parameters<typeof watchBudget>[0], parts);
    } catch (error) {
      batchItemFailures.push({ itemIdentifier: messageId });
      log('watch-budget', 'not counted', { messageId, error: (error as Error).name });
    }
  }
  return { batchItemFailures };
};
