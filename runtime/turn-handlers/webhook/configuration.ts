import { WEBHOOK_VARIABLES } from '../../../lib/contracts/handler-variables';
import type { WebhookSubscription } from '../../../lib/contracts/webhook';

/** The configuration of the handler. */
export interface Webhook {
  readonly secretArn: string;
  readonly eventBusName: string;
  readonly deadLetterQueueUrl: string;
  readonly replayWindowSeconds: number;
  readonly maxBodyBytes: number;
  /** Absent if the accepted events of the triggers are unknown. */
  readonly subscriptions?: readonly WebhookSubscription[];
}

/** Reads the configuration. Fails at cold start rather than at the first delivery. */
export function readWebhook(environment: NodeJS.ProcessEnv): Webhook {
  const variable = (name: string): string => {
    const value = environment[name];
    if (!value) {
      throw new Error(`the environment variable ${name} is missing`);
    }
    return value;
  };
  const wholeNumber = (name: string): number => {
    const value = Number(variable(name));
    if (!Number.isSafeInteger(value) || value <= 0) {
      throw new Error(`the environment variable ${name} is not a positive whole number`);
    }
    return value;
  };
  const subscriptions = environment[WEBHOOK_VARIABLES.subscriptions];
  return {
    secretArn: variable(WEBHOOK_VARIABLES.secretArn),
    eventBusName: variable(WEBHOOK_VARIABLES.eventBusName),
    deadLetterQueueUrl: variable(WEBHOOK_VARIABLES.deadLetterQueueUrl),
    replayWindowSeconds: wholeNumber(WEBHOOK_VARIABLES.replayWindowSeconds),
    maxBodyBytes: wholeNumber(WEBHOOK_VARIABLES.maxBodyBytes),
    ...(subscriptions ? { subscriptions: JSON.parse(subscriptions) as WebhookSubscription[] } : {}),
  };
}
