import { ALWAYS, and, NEVER, not, or, type Truth, UNKNOWN, verdictOf } from '../policy/truth';
import { literalOf } from './compose-text';
import type { Node } from './node';
import { type State, textAt } from './state-machine';

/**
 * The states that a choice can lead to after a guardrail has intervened. A condition on something other than the
 * verdict may hold or not.
 *
 * Source: docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ApplyGuardrail.html (`action`).
 */
export function afterIntervention({ node }: State): ReadonlySet<string> {
  const found = new Set<string>();
  for (const option of node.at('Choices').flatMap((each) => each.items())) {
    const verdict = verdictOf(ofRule(option));
    const next = textAt(option, 'Next');
    if (verdict !== 'no' && next !== undefined) {
      found.add(next);
    }
    if (verdict === 'yes') {
      return found;
    }
  }
  const preset = textAt(node, 'Default');
  return preset === undefined ? found : found.add(preset);
}

const CLEAN = 'NONE';
const INTERVENED = 'GUARDRAIL_INTERVENED';

/** Whether a rule of a choice in JSONPath, or its `Condition` in JSONata, holds after a guardrail has intervened. */
function ofRule(rule: Node): Truth {
  const [inverted] = rule.at('Not');
  if (inverted) {
    return not(ofRule(inverted));
  }
  const rules = (key: string) => rule.at(key).flatMap((each) => each.items().map(ofRule));
  for (const [key, combine] of [
    ['And', and],
    ['Or', or],
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
  return value === undefined ? UNKNOWN : isVerdict(value);
}

/** Whether the verdict after an intervention equals a text. */
function isVerdict(value: string): Truth {
  return value === INTERVENED ? ALWAYS : value === CLEAN ? NEVER : UNKNOWN;
}

/** Splits an expression of JSONata at a word, except inside parentheses and texts. */
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

/** Conditions that people write aren't nested more deeply than this. */
const DEEPEST = 20;

function ofExpression(written: string, depth = 0): Truth {
  const expression = written.trim();
  if (depth > DEEPEST) {
    return UNKNOWN;
  }
  for (const [word, combine] of [
    ['or', or],
    ['and', and],
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
    return expression === 'true' ? ALWAYS : NEVER;
  }
  const [, first, operator, last] = /^([^=!<>]+?)\s*(!?=)\s*([^=!<>]+)$/.exec(expression) ?? [];
  const [text] = [first, last]
    .flatMap((each) => /^\s*(?:"([^"]*)"|'([^']*)')\s*$/.exec(each ?? '') ?? [])
    .slice(1)
    .filter(Boolean);
  const truth = text === undefined ? UNKNOWN : isVerdict(text);
  return operator === '!=' ? not(truth) : truth;
}
