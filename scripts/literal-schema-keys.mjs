/**
 * An esbuild plugin: the keys in the schemas of the AWS SDK as literals.
 *
 * Each client of the SDK describes the shapes of all its operations in one module, as `{ [_hC]: … }` with constants for
 * keys. To evaluate a computed key can have an effect, so esbuild keeps every shape of the service for the one or two
 * operations that a bundle uses: 66 kB for S3. With literal keys the same objects have no effect, and what is not used
 * is left out.
 */
import { readFile } from 'node:fs/promises';

const SCHEMAS = /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]schemas[\\/][^\\/]+\.js$/;

export const literalSchemaKeys = {
  name: 'literal-schema-keys',
  setup(build) {
    build.onLoad({ filter: SCHEMAS }, async ({ path }) => ({
      contents: withLiteralKeys(await readFile(path, 'utf8')),
      loader: 'js',
    }));
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
