import * as path from 'path';
import { SynthesizedAccount } from '../../../iam/synthesized-account';
import type { TriggerScene } from '../../../lib/trigger/trigger-scene';
import { stageAssets } from '../../../staged-assets';

stageAssets();

/** The starter of the only trigger as it is deployed to Lambda: its code, its configuration and its variables. */
export interface PublishedStarter {
  /** Directory of the asset: `starter.js`, the parts it shares and `trigger.json`. */
  readonly directory: string;
  readonly variables: Record<string, string>;
  /** Attempts before the dead-letter queue. */
  readonly maxReceiveCount: number;
}

export type Handler = (batch: {
  Records: { messageId: string; body: string }[];
}) => Promise<{ batchItemFailures: { itemIdentifier: string }[] }>;

/** Reads the published starter from the synthesized assembly, as a deployment would. */
export function publishedStarter(scene: TriggerScene): PublishedStarter {
  const assembly = scene.app.synth();
  const account = new SynthesizedAccount(scene.stack);
  const [{ properties }] = account
    .all('AWS::Lambda::Function')
    .filter(({ properties: { Description } }) => String(Description).startsWith('Starts the turns'));
  const hash = String(properties.Code.S3Key).replace(/\.zip$/, '');
  const queue = account.all('AWS::SQS::Queue').find((each) => each.properties.RedrivePolicy)!;
  return {
    directory: path.join(assembly.directory, `asset.${hash}`),
    variables: properties.Environment.Variables as Record<string, string>,
    maxReceiveCount: queue.properties.RedrivePolicy.maxReceiveCount as number,
  };
}

/** Loads the bundle as Lambda does at a cold start: its own module state, its variables in the environment. */
export function coldStart(starter: PublishedStarter, endpoint: string): Handler {
  const before = process.env;
  process.env = {
    ...before,
    ...starter.variables,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
    AWS_SESSION_TOKEN: 'session-token',
    AWS_ENDPOINT_URL: endpoint,
    AWS_MAX_ATTEMPTS: '2',
    AWS_CONFIG_FILE: '/nonexistent',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  };
  let handler: Handler;
  jest.isolateModules(() => {
    ({ handler } = jest.requireActual<{ handler: Handler }>(path.join(starter.directory, 'starter.js')));
  });
  // The clients read their configuration on the first request: the caller restores the environment.
  return handler!;
}
