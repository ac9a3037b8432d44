import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type Tags, type YAMLParseError } from 'yaml';

/** Tags of YAML 1.1 that CloudFormation does not support: a policy version stays the text `2012-10-17`. */
const UNSUPPORTED = new Set(['timestamp', 'binary', 'omap', 'pairs', 'set'].map((name) => `tag:yaml.org,2002:${name}`));

/**
 * The short forms of functions: `!Sub` is `Fn::Sub`. Source:
 * docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html, and for the functions of
 * Rules intrinsic-function-reference-rules.html there.
 */
const SHORT_FORMS = new Set([
  ...['Ref', 'Condition', 'Base64', 'Cidr', 'FindInMap', 'GetAtt', 'GetAZs', 'GetStackOutput', 'ImportValue', 'Join'],
  ...['Length', 'Select', 'Split', 'Sub', 'ToJsonString', 'Transform', 'And', 'Equals', 'If', 'Not', 'Or', 'ForEach'],
  ...['Contains', 'EachMemberEquals', 'EachMemberIn', 'RefAll', 'ValueOf', 'ValueOfAll'],
]);

/** Tags of the types that values have without a tag. */
const CORE_TAGS = new Set([
  '!',
  ...['map', 'seq', 'str', 'int', 'float', 'bool', 'null'].map((name) => `tag:yaml.org,2002:${name}`),
]);

/**
 * Parses a template in YAML, with the short forms of functions (`!Sub` is `Fn::Sub`). Not in the bundle of the analysis:
 * only programs that read template files need a YAML parser.
 *
 * @throws Error with the line when the text isn't YAML, or has something that CloudFormation doesn't support
 */
export function parseYamlTemplate(text: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, { ...TEMPLATE_YAML, lineCounter: lines });
  const [error] = document.errors;
  if (error) {
    throw new Error(sentence(error, lines), { cause: error });
  }
  return new Reader(lines).jsonOf(document.contents);
}

/**
 * How to mend what some parsers of YAML accept. It is refused because the rest of the template could be read as something
 * else. Which of the values of a repeated key CloudFormation uses is not documented.
 */
const FIXES: Readonly<Partial<Record<YAMLParseError['code'], string>>> = {
  BAD_INDENT: 'Fix: indent every line of the value, the last bracket included, more than its key.',
  DUPLICATE_KEY: 'Fix: delete one of the two.',
  MISSING_CHAR: 'Fix: end the text with a quote, and indent every line of it more than its key.',
};

function sentence({ code, message, pos }: YAMLParseError, lines: LineCounter): string {
  const { line } = lines.linePos(pos[0]);
  const what =
    code === 'DUPLICATE_KEY' ? `A map has the key at line ${line} twice` : message.split('\n')[0].replace(/:$/, '');
  return [`${what}.`, ...(code in FIXES ? [FIXES[code]] : [])].join(' ');
}

/** How templates in YAML are parsed. */
export const TEMPLATE_YAML = {
  version: '1.1',
  merge: false,
  customTags: (tags: Tags) => tags.filter((tag) => typeof tag === 'string' || !UNSUPPORTED.has(tag.tag)),
  // The short forms are tags that aren't in any schema.
  logLevel: 'error',
} as const;

class Reader {
  constructor(private readonly lines: LineCounter) {}

  public jsonOf(node: unknown): unknown {
    if (isMap(node)) {
      // Object.fromEntries treats `__proto__` as an ordinary key.
      const entries = node.items.map(({ key, value }): [string, unknown] => [
        String(this.jsonOf(key)),
        this.jsonOf(value),
      ]);
      return this.tagged(node, Object.fromEntries(entries));
    }
    if (isSeq(node)) {
      return this.tagged(
        node,
        node.items.map((item) => this.jsonOf(item)),
      );
    }
    if (isScalar(node)) {
      // A number as it is written: an account id must not lose its zeros.
      return this.tagged(node, typeof node.value === 'number' ? (node.source ?? String(node.value)) : node.value);
    }
    if (node === null || node === undefined) {
      return null;
    }
    throw new Error(`CloudFormation supports no YAML aliases${this.at(node as Node)}. Fix: write the value out.`);
  }

  private tagged(node: Node & { tag?: string }, value: unknown): unknown {
    if (node.tag === undefined || CORE_TAGS.has(node.tag)) {
      return value;
    }
    const name = node.tag.replace(/^!/, '');
    if (!SHORT_FORMS.has(name)) {
      throw new Error(
        `The tag ${node.tag}${this.at(node)} isn't a function of CloudFormation. Fix: write the value without the tag.`,
      );
    }
    return { [name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`]: value };
  }

  private at({ range }: Node): string {
    return range ? ` at line ${this.lines.linePos(range[0]).line}` : '';
  }
}
