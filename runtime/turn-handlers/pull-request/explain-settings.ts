import { REVIEW_VARIABLES } from '../../../lib/contracts/handler-variables';
import { type Environment, setting } from '../turn/settings';
import type { ExplainParts } from './explain-outcome';
import { repositoriesOf } from './staging-settings';

/** The settings of the function that explains outcomes, from its variables, for every host. */
export function explainParts(environment: Environment = process.env): Omit<ExplainParts, 'publisher'> {
  const command = environment[REVIEW_VARIABLES.command];
  return {
    agentName: setting(environment, REVIEW_VARIABLES.agentName),
    repositories: repositoriesOf(environment),
    ...(command ? { command } : {}),
  };
}
