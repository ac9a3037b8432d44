import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readWebhook } from './configuration';
import { receive, type UrlAnswer, type UrlRequest } from './handler';
import { WebhookSecret } from './webhook-secret';

const webhook = readWebhook(process.env);
const secret = new WebhookSecret(new SecretsManagerClient({}), webhook.secretArn);
let queues: SQSClient | undefined;
const clients = { events: new EventBridgeClient({}), queues: () => (queues ??= new SQSClient({})) };

/** Lambda calls this. An error becomes a 502 without a body: its text is for our log only. */
export function handler(request: UrlRequest): Promise<UrlAnswer> {
  return receive(request, webhook, secret, clients, new Date(), (line) => console.log(JSON.stringify(line)));
}
