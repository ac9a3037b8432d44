import { Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { AGENTCORE_LIMITS } from '../facts/agentcore-limits';
import { requireInput, requirePattern } from '../validation/input-error';

/** Refuses a name that an agent can't have, before the Runtime takes the name and refuses it as its own. */
export function requireAgentName(where: IConstruct, name: string): void {
  requireInput(!Token.isUnresolved(name), where, {
    input: 'agentName',
    value: 'a value that only the deployment knows',
    allowed: 'a name that is known at synth, because parameters, keys and alarms are named after it',
    fix: 'write the name, or leave agentName out for a unique one',
  });
  requirePattern(
    where,
    'agentName',
    name,
    AGENTCORE_LIMITS.namePattern,
    'a letter, then letters, digits and underscores, at most 48 characters',
    "replace other characters, for example '-' by '_'",
  );
}
