/**
 * The clients of the functions, configured from their environment. Created once per execution environment of a
 * function.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { LOCAL_VARIABLES, TURN_VARIABLES } from '../../../lib/contracts/handler-variables';
import { SessionClient } from '../../session-client';
import { Ledger } from './ledger';
import { type Environment, setting } from './settings';
import { TextStore } from './text-store';

/**
 * A client repeats a call for a few seconds; after that, the state machine repeats it. Without its own limit, a
 * silently closed connection would block the function until Lambda ends it.
 */
const CLIENT = {
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
};

/**
 * The Managed Agents service. `BMA_MANAGED_AGENTS_ENDPOINT` is for tests against the local service: the client accepts
 * only https, or http to this machine.
 */
export function sessionClient(environment: Environment = process.env): SessionClient {
  const endpoint = environment[LOCAL_VARIABLES.managedAgentsEndpoint];
  return new SessionClient({ environment, ...(endpoint ? { endpoint } : {}) });
}

export function ledger(environment: Environment = process.env): Ledger {
  return new Ledger(new DynamoDBClient(CLIENT), setting(environment, TURN_VARIABLES.ledgerTable));
}

export function textStore(environment: Environment = process.env): TextStore {
  const forcePathStyle = environment[LOCAL_VARIABLES.s3PathStyle] === 'true';
  return new TextStore(
    new S3Client({ ...CLIENT, ...(forcePathStyle ? { forcePathStyle } : {}) }),
    setting(environment, TURN_VARIABLES.evidenceBucket),
  );
}
