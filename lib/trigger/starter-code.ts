import { createHash } from 'crypto';
import * as fs from 'fs';
import * as path from 'path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { copyHandler, handlerHash, handlerName, type HandlerCode } from '../function/handler-code';
import { STARTER_CONFIGURATION_FILE, type StarterConfiguration } from '../contracts/starter';

/** The starter's code, to which each trigger adds its configuration: copied once, as an app has many triggers. */
let directory: string | undefined;

/**
 * Makes something of the starter's code together with the configuration of one trigger. In the code rather than in a
 * variable: templates outgrow the 4 KB that variables may have together, and the hash of the code covers what the agent
 * is asked to do.
 *
 * @param make uses the code at once: the next trigger writes its configuration to the same place
 */
export function withStarterCode<T>(configuration: StarterConfiguration, make: (code: HandlerCode) => T): T {
  directory ??= copyHandler('starter');
  const text = `${JSON.stringify(configuration, undefined, 2)}\n`;
  fs.writeFileSync(path.join(directory, STARTER_CONFIGURATION_FILE), text);
  // Named by what is in it. CDK would read all files again for each trigger, and takes one directory for one asset.
  const assetHash = createHash('sha256').update(handlerHash('starter')).update(text).digest('hex');
  return make({ code: Code.fromAsset(directory, { assetHash }), handler: handlerName('starter') });
}
