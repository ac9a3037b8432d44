import * as path from 'path';
import { Code } from 'aws-cdk-lib/aws-lambda';

/** Bundled at build time: `assets/handlers/<name>/index.js`. Same depth from lib/ and build/. */
const HANDLERS = path.join(__dirname, '..', '..', 'assets', 'handlers');

/** Directory of a handler that ships with this library. */
export function handlerDirectory(name: string): string {
  return path.join(HANDLERS, name);
}

/** Code of a handler that needs no other file in its directory. */
export function handlerCode(name: string): Code {
  return Code.fromAsset(handlerDirectory(name));
}
