import * as fs from 'node:fs';
import * as path from 'node:path';
import { IntrinsicResolver } from '../local/iam/intrinsics';
import type { SessionDefinition } from '../lib/agent/session-contract';
import { loadSessionDefinition } from '../runtime/session-client/definition';
import type { SynthesizedStack } from './cloud-assembly';

/** Account and Region that a synthesized stack is thought to be deployed to. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
  readonly partition: string;
}

/**
 * The session definition of the only agent of a synthesized stack, read as the runtime half reads a deployed one: the
 * binding from the SSM parameter, the file from the assets, the hash checked, the placeholders filled.
 *
 * @throws Error when the stack holds no session definition or several.
 */
export function synthesizedDefinition(stack: SynthesizedStack, place: Place): Promise<SessionDefinition> {
  const parameters = Object.values(stack.resources).filter(
    ({ Type, Properties }) =>
      Type === 'AWS::SSM::Parameter' && JSON.stringify(Properties).includes('session-binding/1'),
  );
  if (parameters.length !== 1) {
    throw new Error(`${stack.name} holds ${parameters.length} session definitions; a local run needs exactly one.`);
  }
  const resolver = new IntrinsicResolver({ Resources: stack.resources }, place, stack.name);
  return loadSessionDefinition({
    readBinding: () => Promise.resolve(resolver.text(parameters[0].Properties?.Value)),
    readFile: ({ key }) => fs.promises.readFile(path.join(path.dirname(stack.templateFile), `asset.${key}`)),
  });
}
