import { createHash } from 'crypto';
import * as fs from 'fs';
import * as path from 'path';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { KEY_WRITE_ACTIONS, PROMPT_STORE_ACTIONS, START_EXECUTION_ACTIONS } from '../identity/perms';
import { acknowledgeIam5 } from '../identity/acknowledge-iam5';
import { MAX_INLINE_BYTES } from '../contracts/turn';
import { copyHandler, handlerHash, handlerName, type HandlerCode } from '../function/handler-code';
import { consumeStatements } from '../function/event-queue';
import { HandlerFunction } from '../function/handler-function';
import { logRetention } from '../lifecycle/log-retention';
import { kmsViaService } from '../function/kms-via-service';
import type { ParsedPrompt } from './prompt-template';
import { STARTER_VARIABLES } from '../contracts/handler-variables';
import { STARTER_CONFIGURATION_FILE, type StarterConfiguration } from '../contracts/starter';
import { TriggerQueues } from './trigger-queues';
import { FOLDER_WILDCARD } from '../workflow/wildcard-arns';

const TIMEOUT = Duration.seconds(30);

/** Assumed length of a deploy-time value, which is a name or an ARN; longer ones are rare. */
const BINDING_CHARACTERS = 2_048;

export interface StarterProps {
  readonly agentName: string;
  readonly stateMachine: IStateMachine;
  readonly encryptionKey: kms.IKey;
  /** The bucket for prompts that are too large for the request, and its key. */
  readonly promptBucket: IBucket;
  readonly configuration: StarterConfiguration;
  readonly prompt: ParsedPrompt;
  readonly maxAttempts: number;
}

/**
 * Starts a turn for each event in the queue. The queue loses no events when Lambda or Step Functions throttle: a
 * message stays until its turn is started or its attempts are used up. An asynchronous invocation is retried for at
 * most six hours and twice for errors.
 */
export class Starter extends Construct {
  public readonly queues: TriggerQueues;
  public readonly handler: HandlerFunction;
  /** Id of the event source mapping between queue and function. */
  public readonly mappingId: string;

  constructor(scope: Construct, id: string, props: StarterProps) {
    super(scope, id);
    const { encryptionKey, stateMachine, promptBucket, prompt } = props;
    this.queues = new TriggerQueues(this, 'Queues', {
      encryptionKey,
      maxAttempts: props.maxAttempts,
      functionTimeout: TIMEOUT,
    });
    const storesPrompts = mayOutgrowRequest(prompt);
    const prompts = promptBucket.arnForObjects('prompts/*');
    this.handler = withStarterCode(
      props.configuration,
      (code) =>
        new HandlerFunction(this, 'Handler', {
          description: `Starts the turns of the trigger ${props.configuration.trigger.id}`,
          code,
          environment: {
            [STARTER_VARIABLES.stateMachineArn]: stateMachine.stateMachineArn,
            [STARTER_VARIABLES.agentName]: props.agentName,
            ...(prompt.bindings.length > 0
              ? { [STARTER_VARIABLES.bindings]: Stack.of(this).toJsonString(prompt.bindings) }
              : {}),
            ...(storesPrompts ? { [STARTER_VARIABLES.promptBucket]: promptBucket.bucketName } : {}),
          },
          encryptionKey,
          logRetention: logRetention(this),
          timeout: TIMEOUT,
          statements: [
            new iam.PolicyStatement({
              sid: 'StartTurns',
              actions: START_EXECUTION_ACTIONS,
              resources: [stateMachine.stateMachineArn],
            }),
            ...consumeStatements(this, this.queues.events, encryptionKey),
            ...(storesPrompts
              ? [
                  new iam.PolicyStatement({
                    sid: 'StoreLargePrompts',
                    actions: PROMPT_STORE_ACTIONS,
                    // One object per part; the folder is the name of the turn.
                    resources: [prompts],
                  }),
                  kmsViaService(this, promptBucket.encryptionKey ?? encryptionKey, 's3', KEY_WRITE_ACTIONS),
                ]
              : []),
          ],
        }),
    );
    if (storesPrompts) {
      acknowledgeIam5(this.handler.policy, prompts, FOLDER_WILDCARD);
    }

    const mapping = new lambda.EventSourceMapping(this, 'Mapping', {
      target: this.handler.function,
      eventSourceArn: this.queues.events.queueArn,
      batchSize: 10,
      reportBatchItemFailures: true,
      // The smallest possible value. Starting a turn takes a fraction of a second; the turns themselves wait for slots.
      maxConcurrency: 2,
    });
    this.mappingId = mapping.eventSourceMappingId;
  }
}

/**
 * Whether an event can result in a prompt that is too large for the request. A character of a rendered prompt has at
 * most three bytes in the request: each character of an escape is counted, and quotation marks are escaped.
 */
function mayOutgrowRequest({ maxCharacters, bindings }: ParsedPrompt): boolean {
  return 3 * (maxCharacters + BINDING_CHARACTERS * bindings.length) > MAX_INLINE_BYTES;
}

/** The starter's code, to which each trigger adds its configuration: copied once, as an app has many triggers. */
let directory: string | undefined;

/**
 * Creates the starter's code with the configuration of one trigger. The configuration is in the code, not in a
 * variable: templates can exceed the 4 KB of all variables, and the hash of the code then includes the prompt template.
 *
 * @param make uses the code at once: the next trigger writes its configuration to the same place
 */
function withStarterCode<T>(configuration: StarterConfiguration, make: (code: HandlerCode) => T): T {
  directory ??= copyHandler('starter');
  const text = `${JSON.stringify(configuration, undefined, 2)}\n`;
  fs.writeFileSync(path.join(directory, STARTER_CONFIGURATION_FILE), text);
  // Named by its content. Otherwise, CDK would read all files again for each trigger, and use one asset for one
  // directory.
  const assetHash = createHash('sha256').update(handlerHash('starter')).update(text).digest('hex');
  return make({ code: lambda.Code.fromAsset(directory, { assetHash }), handler: handlerName('starter') });
}
