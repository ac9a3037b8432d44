import { REVIEW_VARIABLES } from '../../../lib/contracts/handler-variables';
import { setting } from '../turn/settings';
import type { ExplainParts } from './explain-outcome';
import { repositories } from './staging-settings';

/** The settings of the function that explains outcomes, from its variables, for every host. */
export function explainParts(): Omit<ExplainParts, 'publisher'> {
  const command = process.env[REVIEW_VARIABLES.command];
  return {
    agentName: setting(process.env, REVIEW_VARIABLES.agentName),
    repositories: repositories(),
    ...(command ? { command } : {}),
  };
}
