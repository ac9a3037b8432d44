/*
 * What no suite synthesizes unless it asks for it: together they are half of the time that an app takes in a test, and hardly
 * an assertion reads them.
 */

// The built-in CloudFormation validation; test/examples/governance.test.ts turns it on for every example.
process.env.CDK_VALIDATION ??= 'false';
// The stack traces of annotations.
process.env.CDK_DISABLE_STACK_TRACE ??= '1';
process.env.CDK_CONTEXT_JSON ??= JSON.stringify({
  // Copies of assets in cdk.out: test/staged-assets.ts switches them on. Templates and hashes are the same without them.
  'aws:cdk:disable-asset-staging': true,
  // The stack traces of constructs.
  'aws:cdk:disable-creation-stack-traces': true,
});
// The file tree.json of the assembly, which nothing here reads: the hook that CDK calls with every new app.
globalThis[Symbol.for('@aws-cdk/core.App#initHook')] = (app) => {
  app._treeMetadata = false;
};
