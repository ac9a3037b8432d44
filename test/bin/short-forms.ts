import { Document, isMap, isNode, isScalar, visit } from 'yaml';

/** A template as YAML, with the short forms of its functions. */
export function shortForms(template: object): string {
  const document = new Document(template, { version: '1.1' });
  visit(document, {
    Map(_, node) {
      const [pair, ...others] = node.items;
      const key = isScalar(pair?.key) ? String(pair.key.value) : '';
      // Nested short forms on one line aren't valid YAML, so only lists and texts are written with a tag.
      if (others.length === 0 && /^(Ref|Fn::\w+)$/.test(key) && isNode(pair.value) && !isMap(pair.value)) {
        const value = pair.value;
        value.tag = `!${key.replace('Fn::', '')}`;
        return value;
      }
      return undefined;
    },
  });
  return document.toString({ lineWidth: 0 });
}
