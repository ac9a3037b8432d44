/**
 * Quotas of AWS: a request that exceeds one fails as in AWS. The DynamoDB-compatible server enforces those of items.
 */
import { AwsError, type Fields } from './aws-error';

const KIB = 1024;

/** Input or output of a task, a state or an execution. Source: docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const STATE_BYTES = 262_144;
/** Events of one execution. Source: docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const HISTORY_EVENTS = 25_000;
/** All entries of one request. Source: docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
const EVENT_BYTES = 256 * KIB;
/** Value of a standard parameter. Source: docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html */
export const PARAMETER_BYTES = 4 * KIB;

const bytes = (value: unknown): number =>
  value === undefined ? 0 : Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value));

type Check = (input: Fields) => void;

const startExecution: Check = ({ input }) => {
  if (bytes(input) > STATE_BYTES) {
    throw new AwsError('InvalidExecutionInput', `The input is ${bytes(input)} bytes; allowed are ${STATE_BYTES}`);
  }
};
const taskOutput: Check = ({ output }) => {
  if (bytes(output) > STATE_BYTES) {
    throw new AwsError('InvalidOutput', `The output is ${bytes(output)} bytes; allowed are ${STATE_BYTES}`);
  }
};
/** The size is computed as on the page: source, detail type, detail and resources, and 14 bytes for a time. */
const putEvents: Check = ({ Entries }) => {
  const size = (Entries as Fields[])
    .map(
      ({ Time, Source, DetailType, Detail, Resources = [] }) =>
        (Time === undefined ? 0 : 14) +
        [Source, DetailType, Detail, ...(Resources as unknown[])].reduce<number>((sum, part) => sum + bytes(part), 0),
    )
    .reduce((sum, entry) => sum + entry, 0);
  if (size > EVENT_BYTES) {
    throw new AwsError('ValidationException', `Total size of the entries in the request is over the limit: ${size}`);
  }
};
const CHECKS: Readonly<Record<string, Check>> = {
  'states:StartExecution': startExecution,
  'states:SendTaskSuccess': taskOutput,
  'events:PutEvents': putEvents,
};

/** @throws AwsError when a request is larger than the service allows */
export function checkLimits(name: string, input: Fields): void {
  if (Object.hasOwn(CHECKS, name)) CHECKS[name](input);
}
