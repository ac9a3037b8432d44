/**
 * Buckets of AWS that the services of an agent read through the S3 endpoint of the caller's VPC. Without them in the
 * endpoint policy, image pulls, session storage or package downloads fail. `{partition}` and `{region}` are filled in.
 *
 * Sources, read 2026-11-23:
 * - image layers, code and session storage: docs.aws.amazon.com/bedrock-agentcore/latest/devguide/agentcore-vpc.html and
 *   runtime-filesystem-configurations.html (the page prints these patterns and the service-principal condition)
 */
export const IMAGE_LAYER_OBJECTS = ['arn:{partition}:s3:::prod-{region}-starport-layer-bucket/*'];

/** See {@link IMAGE_LAYER_OBJECTS}. Code archives of AgentCore (agents that are not container images). */
export const AGENTCORE_CODE_BUCKETS = [
  'arn:{partition}:s3:::acr-code-*-{region}-an',
  'arn:{partition}:s3:::acr-code-*-{region}-an/*',
];

/** See {@link IMAGE_LAYER_OBJECTS}. Session storage of AgentCore Runtimes. */
export const AGENTCORE_STORAGE_BUCKETS = [
  'arn:{partition}:s3:::acr-storage-*-{region}-an',
  'arn:{partition}:s3:::acr-storage-*-{region}-an/*',
];

/**
 * Buckets that CodeArtifact serves package files from.
 * Source: docs.aws.amazon.com/codeartifact/latest/ug/create-s3-gateway-endpoint.html, read 2026-11-23 (BMA Regions only).
 */
export const CODEARTIFACT_ASSET_BUCKETS: Readonly<Record<string, string>> = {
  'us-east-1': 'assets-193858265520-us-east-1',
  'us-east-2': 'assets-250872398865-us-east-2',
  'us-west-2': 'assets-787052242323-us-west-2',
};
