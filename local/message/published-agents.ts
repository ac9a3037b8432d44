import { readFileSync } from 'node:fs';
import { SESSION_BINDING_FORMAT } from '../../lib/contracts/session-binding';
import type { SessionDefinition } from '../../lib/contracts/session';
import { parseBinding, resolveSessionDefinition } from '../../runtime/session-client/definition';
import type { Deployment } from '../cloud/deployment';
import { OptionError } from '../options';

/** An agent of a cloud assembly, as its deployment publishes it. */
export interface PublishedAgent {
  readonly name: string;
  /** The session definition that its workflow uses. */
  readonly definition: SessionDefinition;
}

/** The name of the parameter that points to a session definition, see lib/agent/definition-parameter.ts. */
const PARAMETER_NAME = /^\/managed-agents\/(.+)\/session-definition$/;

/**
 * The agent of this name, or the only one.
 *
 * @throws OptionError when there is none, or several and no name
 * @throws SessionDefinitionError when its definition can't be used
 */
export function publishedAgent(deployment: Deployment, wanted?: string): PublishedAgent {
  const all = deployment.all('AWS::SSM::Parameter').flatMap(({ properties }) => {
    const [, name] = PARAMETER_NAME.exec(String(properties['Name'])) ?? [];
    const binding = String(properties['Value']);
    return name !== undefined && binding.includes(SESSION_BINDING_FORMAT) ? [{ name, binding }] : [];
  });
  const names = all.map(({ name }) => name).join(', ');
  if (all.length === 0) {
    throw new OptionError(
      '--template has no agent. Fix: give the cdk.out directory of an app with a ManagedAgent or a blueprint.',
    );
  }
  const found = wanted === undefined && all.length === 1 ? all[0] : all.find(({ name }) => name === wanted);
  if (found === undefined) {
    throw new OptionError(
      wanted === undefined
        ? `--template has several agents. Fix: add --agent with one of: ${names}.`
        : `--agent is "${wanted}", which isn't in the template. Fix: give one of: ${names}.`,
    );
  }
  const binding = parseBinding(found.binding);
  const file = readAsset(deployment, binding.bucket, binding.key);
  return { name: found.name, definition: resolveSessionDefinition(binding, file) };
}

function readAsset({ assets }: Deployment, bucket: string, key: string): Uint8Array {
  const asset = assets.find((each) => each.bucket === bucket && each.key === key);
  if (asset === undefined) {
    throw new OptionError(
      `--template lacks the session definition ${key}. Fix: give the whole cdk.out directory, not one template.`,
    );
  }
  return readFileSync(asset.path);
}
