import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { copyHandler, handlerName, type HandlerCode } from '../function/handler-code';
import { STARTER_CONFIGURATION_FILE, type StarterConfiguration } from '../contracts/starter';

/**
 * Makes something of the starter's code with the configuration of one trigger beside it. In the code rather than in a
 * variable: templates outgrow the 4 KB that variables may have together, and the hash of the code covers what the agent
 * is asked to do.
 */
export function withStarterCode<T>(configuration: StarterConfiguration, make: (code: HandlerCode) => T): T {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'starter-'));
  try {
    copyHandler('starter', directory);
    const file = path.join(directory, STARTER_CONFIGURATION_FILE);
    fs.writeFileSync(file, `${JSON.stringify(configuration, undefined, 2)}\n`);
    return make({ code: Code.fromAsset(directory), handler: handlerName('starter') });
  } finally {
    // The function has copied its code to the cloud assembly by now.
    fs.rmSync(directory, { recursive: true, force: true });
  }
}
