import { Names } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { AGENTCORE_LIMITS } from '../facts/agentcore-limits';

/** A name that AgentCore accepts, from the path of a construct: unique in the app, and the same in every synthesis. */
export function derivedName(construct: IConstruct): string {
  const unique = Names.uniqueResourceName(construct, { maxLength: AGENTCORE_LIMITS.nameMaxLength, separator: '_' });
  return unique.replace(/^[^a-zA-Z]/, 'a');
}
