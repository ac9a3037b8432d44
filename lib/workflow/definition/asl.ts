/**
 * The few words of the Amazon States Language (JSONPath) that the definitions are written in. They are data, not L2
 * states: what is deployed can be read here, and the same JSON runs in a local interpreter.
 */

import type { TurnFunctionName } from '../turn-step-table';

export type State = { readonly Type: string; readonly [field: string]: unknown };
export type States = Record<string, State>;

export interface Machine {
  readonly Comment?: string;
  readonly StartAt: string;
  readonly States: States;
  readonly QueryLanguage?: 'JSONPath';
  readonly TimeoutSeconds?: number;
}

/** What the definitions point to; ARNs and names are tokens at synth. */
export interface Targets {
  readonly partition: string;
  readonly table: string;
  readonly bucket: string;
  readonly eventBus: string;
  readonly guardrailId: string;
  readonly guardrailVersion: string;
  readonly definitionParameter: string;
  readonly functions: Readonly<Record<TurnFunctionName, string>>;
  /** How often a step is repeated: as long as the deadline of a turn allows. */
  readonly stepAttempts: number;
  /** Functions of the user or of a blueprint around the turn, and the one of the environment that starts compute. */
  readonly steps: { readonly staging?: string; readonly compute?: string; readonly delivery?: string };
}

/** Waits between attempts grow from one second to a minute and are spread at random. */
const SPREAD = { IntervalSeconds: 1, BackoffRate: 2, MaxDelaySeconds: 60, JitterStrategy: 'FULL' };

/**
 * Attempts that outlast an outage of ten minutes many times over: with waits of up to a minute, chosen at random, about
 * half an hour. A turn that is over must not fail because what records it was away for a while.
 */
export const OUTAGE_ATTEMPTS = 60;

/** Names that Step Functions puts in front of an error, for the services that the definitions call themselves. */
const SERVICES = ['DynamoDB', 'DynamoDb', 'S3', 'Ssm', 'SSM', 'BedrockRuntime', 'EventBridge', 'SNS', 'SQS'];

/** The service understood the call and refuses it. A few attempts remain, because a permission takes a moment to spread. */
const REFUSED = SERVICES.flatMap((service) =>
  ['AccessDeniedException', 'ValidationException', 'ResourceNotFoundException'].map((name) => `${service}.${name}`),
).concat('S3.NoSuchKeyException', 'S3.NoSuchBucketException', 'Ssm.ParameterNotFoundException');

/**
 * For a call that changes nothing, or that a condition makes repeatable. What is not known to be a refusal (throttling,
 * 5xx, a time limit, a name that nobody documents) is repeated for as long as an outage may last.
 */
export const REPEATABLE = [
  { ErrorEquals: REFUSED, MaxAttempts: 3, ...SPREAD },
  { ErrorEquals: ['States.ALL'], MaxAttempts: OUTAGE_ATTEMPTS, ...SPREAD },
];

/**
 * For a function of this workflow: Lambda's own failures, and the error by which a function says that the ledger makes
 * its repetition safe. Everything else a function throws is a refusal or a defect, and repeating it would not help.
 *
 * @param attempts how often; a function that knows the deadline of its turn stops by itself
 */
const repeatableStep = (attempts: number) => [
  {
    ErrorEquals: [
      'TransientStepError',
      'Lambda.ServiceException',
      'Lambda.AWSLambdaException',
      'Lambda.SdkClientException',
      'Lambda.TooManyRequestsException',
      'Lambda.ClientExecutionTimeoutException',
      // The function ran out of time or memory, or its process ended: Lambda.Unknown by the documentation
      // (docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html), else what Lambda's own logs say.
      'Lambda.Unknown',
      'Sandbox.Timedout',
      'Runtime.ExitError',
      'Runtime.OutOfMemory',
      'States.Timeout',
    ],
    MaxAttempts: attempts,
    ...SPREAD,
  },
];

/** The optimized integration and the SDK integration name the error differently. */
export const CONDITION_FAILED = [
  'DynamoDB.ConditionalCheckFailedException',
  'DynamoDb.ConditionalCheckFailedException',
];

export function invoke(targets: Targets, name: TurnFunctionName, payload: object, rest: object): State {
  return invokeFunction(targets, targets.functions[name], payload, rest, targets.stepAttempts);
}

/** A function by its ARN. */
export function invokeFunction(
  targets: Pick<Targets, 'partition'>,
  functionArn: string,
  payload: object,
  rest: object,
  attempts = OUTAGE_ATTEMPTS,
): State {
  return {
    Type: 'Task',
    Resource: `arn:${targets.partition}:states:::lambda:invoke`,
    Parameters: { FunctionName: functionArn, Payload: payload },
    Retry: repeatableStep(attempts),
    ...rest,
  };
}

export function call(targets: Pick<Targets, 'partition'>, resource: string, parameters: object, rest: object): State {
  return {
    Type: 'Task',
    Resource: `arn:${targets.partition}:states:::${resource}`,
    Parameters: parameters,
    Retry: REPEATABLE,
    ...rest,
  };
}

export function pass(parameters: object | undefined, rest: object): State {
  return { Type: 'Pass', ...(parameters ? { Parameters: parameters } : {}), ...rest };
}

export function choice(choices: readonly object[], otherwise: string): State {
  return { Type: 'Choice', Choices: choices, Default: otherwise };
}

/** The ending of a turn as a constant. */
export function ending(outcome: string, code: string, message: string): object {
  return { outcome, reason: { code, message } };
}
