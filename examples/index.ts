import type { App, Environment } from 'aws-cdk-lib/core';
import { addCiPipelineAgent } from './ci-pipeline-agent';
import { addCustomBlueprint } from './custom-blueprint';
import { addIncidentResponse } from './incident-response';
import { addScheduledSecurityAudit } from './scheduled-security-audit';

/** An example of this folder: stacks that can be deployed. */
export interface Example {
  /** Its folder. */
  readonly name: string;
  /** Adds its stacks to an app. */
  readonly add: (app: App, env: Environment) => void;
}

/**
 * Every example, each an app of its own. A row here is all it takes to be deployed by `npx cdk`, drawn, and judged like the
 * others: the templates are compared with the reviewed ones, every pack must find nothing, and a consumer of the published
 * package compiles it.
 */
export const EXAMPLES: readonly Example[] = [
  { name: 'ci-pipeline-agent', add: addCiPipelineAgent },
  { name: 'custom-blueprint', add: addCustomBlueprint },
  { name: 'incident-response', add: addIncidentResponse },
  { name: 'scheduled-security-audit', add: addScheduledSecurityAudit },
];

/** @throws Error that lists the examples when there is none of this name */
export function exampleNamed(name: string): Example {
  const found = EXAMPLES.find((example) => example.name === name);
  if (!found) {
    throw new Error(`There is no example '${name}'. Allowed: ${EXAMPLES.map((example) => example.name).join(', ')}.`);
  }
  return found;
}
