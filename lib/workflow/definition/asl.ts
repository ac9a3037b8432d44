/**
 * Helpers for the Amazon States Language (JSONPath) of the definitions. They are data, not L2 states: the code shows
 * the deployed definition, and the same JSON runs in a local interpreter.
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

/** The resources in the definitions; ARNs and names are tokens at synth. */
export interface Targets {
  readonly partition: string;
  readonly table: string;
  readonly bucket: string;
  readonly eventBus: string;
  readonly guardrailId: string;
  readonly guardrailVersion: string;
  readonly definitionParameter: string;
  readonly functions: Readonly<Record<TurnFunctionName, string>>;
  /** Number of repetitions of a step: as long as the deadline of a turn allows. */
  readonly stepAttempts: number;
  /** Staging and delivery functions, and the function of the environment that starts compute. */
  readonly steps: { readonly staging?: string; readonly compute?: string; readonly delivery?: string };
}

/** Waits between attempts grow from one second to a minute, with random jitter. */
const SPREAD = { IntervalSeconds: 1, BackoffRate: 2, MaxDelaySeconds: 60, JitterStrategy: 'FULL' };

/**
 * Number of attempts, which last about half an hour with random waits of up to a minute, longer than an outage of ten
 * minutes. An ended turn must not fail because of a temporary outage of the stores.
 */
export const OUTAGE_ATTEMPTS = 60;

/** The services that the definitions call, each with the prefixes that Step Functions adds to its errors. */
const SERVICES = {
  // The optimized integration and the SDK integration name the errors differently.
  dynamodb: ['DynamoDB', 'DynamoDb'],
  s3: ['S3'],
  ssm: ['Ssm', 'SSM'],
  bedrockruntime: ['BedrockRuntime'],
  events: ['EventBridge'],
  sns: ['SNS'],
} as const;

type Service = keyof typeof SERVICES;

/** An action of a service: `dynamodb:updateItem`, `aws-sdk:s3:getObject`. */
type Integration = `${Service}:${string}` | `aws-sdk:${Service}:${string}`;

const MISSING: Readonly<Partial<Record<Service, readonly string[]>>> = {
  s3: ['NoSuchKeyException', 'NoSuchBucketException'],
  ssm: ['ParameterNotFoundException'],
};

/**
 * The errors with which the service of a call refuses it. A few attempts remain, because a permission takes a moment to
 * propagate.
 */
function refusals(resource: Integration): string[] {
  const service = resource.replace('aws-sdk:', '').split(':')[0] as Service;
  const names = [
    'AccessDeniedException',
    'ValidationException',
    'ResourceNotFoundException',
    ...(MISSING[service] ?? []),
  ];
  return SERVICES[service].flatMap((prefix) => names.map((name) => `${prefix}.${name}`));
}

/**
 * For a function of this workflow: Lambda's own failures, and the error with which a function requests a repetition.
 * Other errors of a function are refusals or defects, for which a repetition wouldn't help.
 *
 * @param attempts number of attempts; a function that knows the deadline of its turn stops by itself
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
      // (docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html), otherwise the reason in
      // Lambda's logs.
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

/**
 * A call that changes nothing, or that a condition makes repeatable. All errors except known refusals (throttling, 5xx, a
 * timeout, an undocumented name) are repeated for as long as an outage may last.
 *
 * @param results errors that are results, so that the call isn't repeated
 * @param attempts number of attempts after an error that is not a known refusal
 */
export function call(
  targets: Pick<Targets, 'partition'>,
  resource: Integration,
  parameters: object,
  rest: object,
  results: readonly string[] = [],
  attempts = OUTAGE_ATTEMPTS,
): State {
  return {
    Type: 'Task',
    Resource: `arn:${targets.partition}:states:::${resource}`,
    Parameters: parameters,
    Retry: [
      ...(results.length > 0 ? [{ ErrorEquals: results, MaxAttempts: 0 }] : []),
      { ErrorEquals: refusals(resource), MaxAttempts: 3, ...SPREAD },
      { ErrorEquals: ['States.ALL'], MaxAttempts: attempts, ...SPREAD },
    ],
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
