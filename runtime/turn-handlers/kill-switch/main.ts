import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { KillStepAnswer, KillStepPayload } from '../../../lib/contracts/kill-switch';
import { killStep } from './kill-step';

const clients = {
  dynamo: new DynamoDBClient({}),
  iam: new IAMClient({}),
  lambda: new LambdaClient({}),
  states: new SFNClient({}),
};

/** Lambda: one step of engaging or releasing the kill switch. */
export const handler = (
  payload: KillStepPayload,
  context: { getRemainingTimeInMillis(): number },
): Promise<KillStepAnswer> => killStep(payload, { ...clients, timeLeft: () => context.getRemainingTimeInMillis() });
