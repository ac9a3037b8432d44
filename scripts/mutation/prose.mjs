/**
 * Sentences for people are not mutated: the wording of an error or a finding is reviewed by reading it, and a test that repeats
 * it proves nothing. A sentence is a text of three words or more; keys, names, ARNs and patterns have no spaces. Text with an
 * expression in it that decides something (`${a ? b : c}`) is mutated.
 */
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

const REASON = 'A sentence for people.';
const isProse = (text) => /\p{L}[^\p{L}]* +[^\p{L}]*\p{L}.* +[^\p{L}]*\p{L}/u.test(text);
const isPlain = ({ type, computed, object }) =>
  type === 'Identifier' || type === 'ThisExpression' || (type === 'MemberExpression' && !computed && isPlain(object));

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'prose', {
    shouldIgnore({ node }) {
      if (node.type === 'StringLiteral') return isProse(node.value) ? REASON : undefined;
      if (node.type !== 'TemplateLiteral' || !node.expressions.every(isPlain)) return undefined;
      return isProse(node.quasis.map(({ value }) => value.cooked ?? '').join('x')) ? REASON : undefined;
    },
  }),
];
