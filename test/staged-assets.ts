/*
 * test/setup-env.js synthesizes without copies of assets in cdk.out. What reads them there says so: the statement and the cost
 * of an agent, a local cloud, and assertions on the files themselves.
 */

const DISABLED = 'aws:cdk:disable-asset-staging';

/** Apps that are made from now on in this suite copy their assets to cdk.out. */
export function stageAssets(): void {
  process.env.CDK_CONTEXT_JSON = JSON.stringify({ ...context(), [DISABLED]: false });
}

/** The app that `make` makes copies its assets to cdk.out. */
export function withStagedAssets<T>(make: () => T): T {
  const before = process.env.CDK_CONTEXT_JSON;
  stageAssets();
  try {
    return make();
  } finally {
    process.env.CDK_CONTEXT_JSON = before;
  }
}

function context(): Record<string, unknown> {
  return JSON.parse(process.env.CDK_CONTEXT_JSON ?? '{}') as Record<string, unknown>;
}
