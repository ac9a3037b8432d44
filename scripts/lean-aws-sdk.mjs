/**
 * An esbuild plugin: of the AWS SDK's clients, what a bundle uses.
 *
 * Each client describes the shapes of all its operations in one module, as `{ [_hC]: … }` with constants for keys. To
 * evaluate a computed key can have an effect, so esbuild keeps every shape of the service for the one or two operations
 * that a bundle uses: 66 kB for S3. With literal keys the same objects have no effect, and what is not used is left out.
 * Of its package.json, 2.5 kB each, a client reads the version.
 */
import { readFile } from 'node:fs/promises';

const SCHEMAS = /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]schemas[\\/][^\\/]+\.js$/;
const PACKAGE = /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]package\.json$/;

/**
 * Errors that are registered, for services that have many. Any other error of the service is of the client's base class
 * instead of one of its own, with the same name, message, metadata and fault; it lacks members of its own. Systems
 * Manager has 140 errors, 55 kB, and OpsItems are all that functions of this library make there.
 */
const REGISTERED_ERRORS = { 'client-ssm': /^OpsItem/ };

export const leanAwsSdk = {
  name: 'lean-aws-sdk',
  setup(build) {
    build.onLoad({ filter: SCHEMAS }, async ({ path }) => {
      const [, client] = /[\\/]@aws-sdk[\\/](client-[^\\/]+)/.exec(path);
      const source = withLiteralKeys(await readFile(path, 'utf8'));
      return { contents: withErrors(source, REGISTERED_ERRORS[client]), loader: 'js' };
    });
    build.onLoad({ filter: PACKAGE }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

function withLiteralKeys(source) {
  const constants = new Map();
  for (const [, name, text] of source.matchAll(/^const (_\w+) = ("[^"\\]*");$/gm)) {
    // The one key that means something else when it is a literal.
    if (text !== '"__proto__"') constants.set(name, text);
  }
  return source.replace(/\[(_\w+)\]:/g, (key, name) => (constants.has(name) ? `${constants.get(name)}:` : key));
}

function withErrors(source, registered) {
  if (registered === undefined) return source;
  return source.replace(/^n0_registry\.registerError\((\w+)\$, \w+\);$/gm, (line, name) =>
    registered.test(name) ? line : '',
  );
}
