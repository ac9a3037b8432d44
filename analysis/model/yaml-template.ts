import { isMap, isScalar, isSeq, parseDocument } from 'yaml';

/** Tags of YAML 1.1 that CloudFormation does not support: a policy version stays the text `2012-10-17`. */
const UNSUPPORTED = new Set(['timestamp', 'binary', 'omap', 'pairs', 'set'].map((name) => `tag:yaml.org,2002:${name}`));

/**
 * Parses a template in YAML, with the short forms of functions (`!Sub` is `Fn::Sub`). Not in the bundle of the analysis:
 * only programs that read template files need a YAML parser.
 *
 * @throws Error with line and column when the text isn't YAML
 */
export function parseYamlTemplate(text: string): unknown {
  const document = parseDocument(text, {
    version: '1.1',
    merge: false,
    customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || !UNSUPPORTED.has(tag.tag)),
    // The short forms are tags that no schema knows.
    logLevel: 'error',
  });
  const [error] = document.errors;
  if (error) {
    throw error;
  }
  return jsonOf(document.contents);
}

function jsonOf(node: unknown): unknown {
  if (isMap(node)) {
    // Object.fromEntries makes `__proto__` a key like any other.
    const entries = node.items.map(({ key, value }): [string, unknown] => [String(jsonOf(key)), jsonOf(value)]);
    return tagged(node.tag, Object.fromEntries(entries));
  }
  if (isSeq(node)) {
    return tagged(node.tag, node.items.map(jsonOf));
  }
  if (isScalar(node)) {
    // A number as it is written: an account id must not lose its zeros.
    return tagged(node.tag, typeof node.value === 'number' ? (node.source ?? String(node.value)) : node.value);
  }
  if (node === null || node === undefined) {
    return null;
  }
  throw new Error('CloudFormation supports no YAML aliases. Fix: write the value out.');
}

function tagged(tag: string | undefined, value: unknown): unknown {
  if (tag === undefined || !/^![A-Za-z]/.test(tag)) {
    return value;
  }
  const name = tag.slice(1);
  return { [name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`]: value };
}
