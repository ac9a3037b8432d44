import { Template } from 'aws-cdk-lib/assertions';
import { App } from 'aws-cdk-lib/core';
import { addCiPipelineAgent } from '../../examples/ci-pipeline-agent';

/** Asset hashes change with every build of what is bundled; everything else in a template is meant to be reviewed. */
function withoutAssetHashes(template: Template): unknown {
  return JSON.parse(JSON.stringify(template.toJSON()).replace(/[0-9a-f]{64}/g, '<hash>'));
}

test('the templates of ci-pipeline-agent change only on purpose', () => {
  const { network, agent } = addCiPipelineAgent(new App(), { account: '111122223333', region: 'us-east-1' });
  expect(withoutAssetHashes(Template.fromStack(network))).toMatchSnapshot('network');
  expect(withoutAssetHashes(Template.fromStack(agent))).toMatchSnapshot('agent');
});
