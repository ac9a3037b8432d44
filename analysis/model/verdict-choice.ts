import { literalOf } from './compose-text';
import type { Node } from './node';
import { type State, textAt } from './state-machine';

/** Whether a condition holds after a guardrail has intervened; undefined when that isn't known. */
type Truth = boolean | undefined;

/**
 * The states that a choice can lead to after a guardrail has intervened. A condition that asks for something else than
 * the verdict may hold or not.
 *
 * Source: docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ApplyGuardrail.html (`action`).
 */
export function afterIntervention({ node }: State): ReadonlySet<string> {
  const found = new Set<string>();
  for (const option of node.at('Choices').flatMap((each) => each.items())) {
    const truth = ofRule(option);
    const next = textAt(option, 'Next');
    if (truth !== false && next !== undefined) {
      found.add(next);
    }
    if (truth === true) {
      return found;
    }
  }
  const preset = textAt(node, 'Default');
  return preset === undefined ? found : found.add(preset);
}

const CLEAN = 'NONE';
const INTERVENED = 'GUARDRAIL_INTERVENED';

const not = (truth: Truth): Truth => (truth === undefined ? undefined : !truth);
const all = (truths: readonly Truth[]): Truth =>
  truths.includes(false) ? false : truths.includes(undefined) ? undefined : true;
const any = (truths: readonly Truth[]): Truth => not(all(truths.map(not)));

/** A rule of a choice in JSONPath, or its `Condition` in JSONata. */
function ofRule(rule: Node): Truth {
  const [inverted] = rule.at('Not');
  if (inverted) {
    return not(ofRule(inverted));
  }
  const rules = (key: string) => rule.at(key).flatMap((each) => each.items().map(ofRule));
  for (const [key, combine] of [
    ['And', all],
    ['Or', any],
  ] as const) {
    if (rule.at(key).length > 0) {
      return combine(rules(key));
    }
  }
  const condition = textAt(rule, 'Condition');
  if (condition !== undefined) {
    return ofExpression(condition.replace(/^\s*\{%|%\}\s*$/g, ''));
  }
  const [value] = rule
    .at('StringEquals')
    .flatMap((each) => each.texts())
    .map((text) => literalOf(text.value));
  return value === undefined ? undefined : isVerdict(value);
}

/** Whether the verdict is the one that something is compared with. */
function isVerdict(value: string): Truth {
  return value === INTERVENED ? true : value === CLEAN ? false : undefined;
}

/** The parts of an expression of JSONata between a word, outside of parentheses and texts. */
function partsOf(expression: string, word: 'and' | 'or'): string[] {
  const parts: string[] = [];
  const pattern = new RegExp(`"[^"]*"|'[^']*'|[()[\\]{}]|\\b${word}\\b`, 'g');
  let depth = 0;
  let start = 0;
  for (const { 0: token, index } of expression.matchAll(pattern)) {
    if (/^[([{]$/.test(token)) {
      depth += 1;
    } else if (/^[)\]}]$/.test(token)) {
      depth -= 1;
    } else if (token === word && depth === 0) {
      parts.push(expression.slice(start, index));
      start = index + token.length;
    }
  }
  return [...parts, expression.slice(start)];
}

/** Deeper than this no condition is nested that anybody wrote. */
const DEEPEST = 20;

function ofExpression(written: string, depth = 0): Truth {
  const expression = written.trim();
  if (depth > DEEPEST) {
    return undefined;
  }
  for (const [word, combine] of [
    ['or', any],
    ['and', all],
  ] as const) {
    const parts = partsOf(expression, word);
    if (parts.length > 1) {
      return combine(parts.map((part) => ofExpression(part, depth + 1)));
    }
  }
  const [, negation, inner] = /^(\$not)?\s*\(([^()]*)\)$/.exec(expression) ?? [];
  if (inner !== undefined) {
    const truth = ofExpression(inner, depth + 1);
    return negation ? not(truth) : truth;
  }
  if (expression === 'true' || expression === 'false') {
    return expression === 'true';
  }
  const [, first, operator, last] = /^([^=!<>]+?)\s*(!?=)\s*([^=!<>]+)$/.exec(expression) ?? [];
  const [text] = [first, last]
    .flatMap((each) => /^\s*(?:"([^"]*)"|'([^']*)')\s*$/.exec(each ?? '') ?? [])
    .slice(1)
    .filter(Boolean);
  const truth = text === undefined ? undefined : isVerdict(text);
  return operator === '!=' ? not(truth) : truth;
}
