/**
 * The clients of the functions, configured from their environment. Created once per execution environment of a
 * function.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LOCAL_VARIABLES, TURN_VARIABLES } from '../../../lib/contracts/handler-variables';
import { SessionClient } from '../../session-client';
import { CALL_LIMITS } from './call-limits';
import { Ledger } from './ledger';
import { s3Client } from './s3-client';
import { setting } from './settings';
import { TextStore } from './text-store';

/**
 * The Managed Agents service. `BMA_MANAGED_AGENTS_ENDPOINT` is for tests against the local service: the client accepts
 * only https, or http to this machine.
 */
export function sessionClient(): SessionClient {
  const endpoint = process.env[LOCAL_VARIABLES.managedAgentsEndpoint];
  return new SessionClient(endpoint ? { endpoint } : {});
}

export function ledger(): Ledger {
  return new Ledger(new DynamoDBClient(CALL_LIMITS), setting(process.env, TURN_VARIABLES.ledgerTable));
}

export function textStore(): TextStore {
  return new TextStore(s3Client(), setting(process.env, TURN_VARIABLES.evidenceBucket));
}
