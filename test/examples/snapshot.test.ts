import { Template } from 'aws-cdk-lib/assertions';
import { App, Stack } from 'aws-cdk-lib/core';
import { EXAMPLES } from '../../examples';

/** Asset hashes change with every build of what is bundled; everything else in a template is meant to be reviewed. */
function withoutAssetHashes(template: Template): unknown {
  return JSON.parse(JSON.stringify(template.toJSON()).replace(/[0-9a-f]{64}/g, '<hash>'));
}

test.each(EXAMPLES)('the templates of $name change only on purpose', ({ add }) => {
  const app = new App();
  add(app, { account: '111122223333', region: 'us-east-1' });
  const stacks = app.node.findAll().filter((node) => Stack.isStack(node));
  expect(stacks).not.toHaveLength(0);
  for (const stack of stacks) {
    expect(withoutAssetHashes(Template.fromStack(stack))).toMatchSnapshot(stack.node.path);
  }
});
