import { REVIEW_VARIABLES } from '../../../lib/contracts/handler-variables';
import { type Environment, setting } from '../turn/settings';
import type { ExplainParts } from './explain-outcome';
import { repositoriesOf } from './staging-settings';

/** What the function that explains outcomes reads from its variables, whatever the host. */
export function explainParts(environment: Environment = process.env): Omit<ExplainParts, 'publisher'> {
  const command = environment[REVIEW_VARIABLES.command];
  return {
    agentName: setting(environment, REVIEW_VARIABLES.agentName),
    repositories: repositoriesOf(environment),
    ...(command ? { command } : {}),
  };
}
