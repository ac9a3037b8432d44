import { readFileSync } from 'node:fs';
import path from 'node:path';
import { STARTER_VARIABLES } from '../../../lib/contracts/handler-variables';
import { STARTER_CONFIGURATION_FILE, STARTER_FORMAT, type StarterConfiguration } from '../../../lib/contracts/starter';

/** The configuration of the starter. */
export interface Starter {
  readonly configuration: StarterConfiguration;
  readonly stateMachineArn: string;
  readonly agentName: string;
  readonly bindings: readonly string[];
  readonly promptBucket?: string;
}

/** Reads the published configuration and the deploy-time values. Fails at cold start rather than at the first event. */
export function readStarter(directory: string, environment: NodeJS.ProcessEnv): Starter {
  const file = readFileSync(path.join(directory, STARTER_CONFIGURATION_FILE), 'utf8');
  const configuration = JSON.parse(file) as StarterConfiguration;
  if (configuration.format !== STARTER_FORMAT) {
    throw new Error(`${STARTER_CONFIGURATION_FILE} has another format than this starter reads`);
  }
  const variable = (name: string): string => {
    const value = environment[name];
    if (!value) {
      throw new Error(`the environment variable ${name} is missing`);
    }
    return value;
  };
  return {
    configuration,
    stateMachineArn: variable(STARTER_VARIABLES.stateMachineArn),
    agentName: variable(STARTER_VARIABLES.agentName),
    bindings: JSON.parse(environment[STARTER_VARIABLES.bindings] ?? '[]') as string[],
    promptBucket: environment[STARTER_VARIABLES.promptBucket],
  };
}
