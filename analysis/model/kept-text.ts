import { literalOf } from './compose-text';
import { expressionIn, LITERALS, withoutComments } from './jsonata';
import type { Node } from './node';
import type { State } from './state-machine';

/** Functions of JSONata whose value has the text in it that they are given, or the parts of it that they select. */
const KEEPS =
  /^\$(?:string|join|merge|append|map|each|spread|sift|trim|lookup|filter|reduce|single|sort|reverse|distinct|zip|uppercase|lowercase|pad|split|parse|number|substring|substringBefore|substringAfter|sum|max|min|round|floor|ceil|abs)$/;
/** Functions that a condition asks: their value is no text. */
const ASKS = /^\$(?:exists|count|length|type|boolean|not|contains|match)$/;
/** The same of JSONPath. */
const KEEPS_IN_JSON_PATH =
  /^States\.(?:Format|JsonToString|StringToJson|JsonMerge|Array|ArrayPartition|ArrayUnique|ArrayGetItem|StringSplit|Base64Decode)$/;

/**
 * Whether what a step screens has lost the text that it was made of: encoded, replaced, or left out in one case. A guardrail
 * finds nothing in it then. Functions that are not known count as such.
 */
export function losesText({ call }: State): boolean {
  const blocks = (call?.arguments ?? []).flatMap((node) => node.at('Content')).flatMap((node) => node.items());
  if (blocks.length > 0 && blocks.every(isOnlyForComparison)) {
    return true;
  }
  const leaves = (node: Node, key: string): boolean =>
    node.kind === 'object'
      ? node.entries().some(([name, value]) => leaves(value, name))
      : node.kind === 'list'
        ? node.items().some((item) => leaves(item, key))
        : node.texts().some(({ value }) => isLost(literalOf(value) ?? '', key));
  return ['Content', 'Content.$'].some((key) =>
    (call?.arguments ?? []).flatMap((node) => node.at(key)).some((node) => leaves(node, key)),
  );
}

/**
 * Whether a step gives the guardrail images and no text, so that no text is judged in it.
 * Source: docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_GuardrailContentBlock.html
 */
export function judgesImagesOnly({ call }: State): boolean {
  const blocks = (call?.arguments ?? []).flatMap((node) => node.at('Content')).flatMap((node) => node.items());
  return (
    blocks.length > 0 &&
    blocks.every(
      (block) => ['Image', 'Image.$'].some((key) => block.at(key).length > 0) && block.at('Text').length === 0,
    )
  );
}

/**
 * Whether a block of text has a qualifier, but not the one for a text to guard: the others say what an answer is compared
 * with. Whether the filters judge such a block isn't documented.
 * Source: docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_GuardrailConverseTextBlock.html (`qualifiers`)
 */
function isOnlyForComparison(block: Node): boolean {
  const qualifiers = block
    .at('Text', 'Qualifiers')
    .flatMap((node) => node.items())
    .flatMap((node) => node.texts())
    .map(({ value }) => literalOf(value));
  return qualifiers.length > 0 && qualifiers.every((each) => each !== undefined && each !== 'guard_content');
}

function isLost(text: string, key: string): boolean {
  const code = expressionIn(text);
  if (code !== undefined) {
    const plain = withoutComments(code.replace(LITERALS, "''"));
    const called = [...plain.matchAll(/(\$\w+)\s*\(/g)].map(([, name]) => name);
    return called.some((name) => !KEEPS.test(name) && !ASKS.test(name)) || leavesOut(plain);
  }
  return (
    key.endsWith('.$') &&
    [...text.replace(/'(?:[^'\\]|\\.)*'/g, "''").matchAll(/(States\.\w+)\s*\(/g)].some(
      ([, name]) => !KEEPS_IN_JSON_PATH.test(name) && !ABOUT.test(name),
    )
  );
}

/** They tell about a value that is the rest of the text: where they are all there is, the text counts as constant. */
const ABOUT = /^States\.(?:ArrayLength|ArrayContains|ArrayRange|Hash|UUID|MathRandom|MathAdd)$/;

/** `$flag ? '' : $text`: a choice whose one side has no text, unless it only asks whether there is one. */
function leavesOut(code: string): boolean {
  const [, condition, one, other] = /^([^?]*)\?([^:]*):(.*)$/s.exec(code) ?? [];
  if (condition === undefined) {
    return false;
  }
  const named = (part: string) => part.match(/\$\w+(?:\.\w+)+|\$\w+(?!\w*\s*\()/g) ?? [];
  const sides = [named(one), named(other)];
  return (
    sides.some((side) => side.length === 0) &&
    !sides.flat().some((path) => named(condition).some((asked) => path === asked || path.startsWith(`${asked}.`)))
  );
}
