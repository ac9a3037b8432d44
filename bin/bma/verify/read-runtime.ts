import { GetAgentRuntimeCommand, GetResourcePolicyCommand } from '@aws-sdk/client-bedrock-agentcore-control';
import { createHash } from 'node:crypto';
import { literalOf } from '../../../analysis/model/compose-text';
import { type AccountReader, orNone, policies, property, values } from './comparison';

interface NetworkConfiguration {
  readonly NetworkMode?: string;
  readonly NetworkModeConfig?: { readonly Subnets?: string[]; readonly SecurityGroups?: string[] };
}

/** AgentCore Runtimes: role, network, image, lifecycle and environment. */
export const RUNTIME_READER: AccountReader = {
  types: ['AWS::BedrockAgentCore::Runtime'],
  permissions: ['bedrock-agentcore:GetAgentRuntime'],
  async read(runtime, { clients: { agentCore }, physicalId }) {
    const found = await agentCore.send(new GetAgentRuntimeCommand({ agentRuntimeId: physicalId(runtime)! }));
    const network = property(runtime, 'NetworkConfiguration') as NetworkConfiguration | undefined;
    const deployedNetwork = found.networkConfiguration;
    const artifact = property(runtime, 'AgentRuntimeArtifact') as
      { readonly ContainerConfiguration?: { readonly ContainerUri: string } } | undefined;
    const lifecycle = property(runtime, 'LifecycleConfiguration') as
      { readonly IdleRuntimeSessionTimeout?: number; readonly MaxLifetime?: number } | undefined;
    return [
      values(runtime, 'execution role', property(runtime, 'RoleArn'), found.roleArn),
      values(
        runtime,
        'network',
        {
          mode: network?.NetworkMode,
          subnets: network?.NetworkModeConfig?.Subnets ?? [],
          securityGroups: network?.NetworkModeConfig?.SecurityGroups ?? [],
        },
        {
          mode: deployedNetwork?.networkMode,
          subnets: deployedNetwork?.networkModeConfig?.subnets ?? [],
          securityGroups: deployedNetwork?.networkModeConfig?.securityGroups ?? [],
        },
      ),
      values(
        runtime,
        'image',
        artifact?.ContainerConfiguration?.ContainerUri,
        found.agentRuntimeArtifact?.containerConfiguration?.containerUri,
      ),
      values(
        runtime,
        'lifecycle in seconds',
        { idle: lifecycle?.IdleRuntimeSessionTimeout ?? 900, longest: lifecycle?.MaxLifetime ?? 28_800 },
        {
          idle: found.lifecycleConfiguration?.idleRuntimeSessionTimeout,
          longest: found.lifecycleConfiguration?.maxLifetime,
        },
      ),
      values(
        runtime,
        'environment variables',
        hashed(property(runtime, 'EnvironmentVariables')),
        hashed(found.environmentVariables),
      ),
    ];
  },
};

/** Resource policies of a Runtime and its endpoint. */
export const RESOURCE_POLICY_READER: AccountReader = {
  types: ['AWS::BedrockAgentCore::Runtime', 'AWS::BedrockAgentCore::RuntimeEndpoint'],
  alongside: ['AWS::BedrockAgentCore::ResourcePolicy'],
  permissions: ['bedrock-agentcore:GetResourcePolicy'],
  async read(resource, { model, clients: { agentCore } }) {
    const resourceArn = literalOf(model.arn(resource)[0].value)!;
    const found = await orNone(
      agentCore.send(new GetResourcePolicyCommand({ resourceArn })),
      'ResourceNotFoundException',
    );
    const expected = model
      .ofType('AWS::BedrockAgentCore::ResourcePolicy')
      .find((each) => property(each, 'ResourceArn') === resourceArn);
    return [
      policies(resource, 'resource policy', expected && property(expected, 'Policy'), found?.policy, 'RESOURCE_POLICY'),
    ];
  },
};

/** Values may contain a secret, so only their equality is reported, not their text. */
function hashed(variables: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries((variables ?? {}) as Record<string, string>).map(([name, value]) => [
      name,
      `SHA-256 ${createHash('sha256').update(String(value)).digest('hex').slice(0, 16)}`,
    ]),
  );
}
