import { isCustomResource } from '../facts/custom-resources';
import { isKnownType } from '../facts/known-types';
import type { Resource } from '../model/assembly';
import { literalOf } from '../model/compose-text';
import { mentionsBelow } from '../model/mentions';
import { resourcePolicies } from '../model/resource-policies';
import { ROLE_PROPERTY } from '../model/runs-as';
import type { TemplateModel } from '../model/template-model';
import { type AgentRole, agentRoles } from './agent-roles';
import type { Unread } from './unread';

/**
 * Services whose resources give permissions to roles by policies only, which are read, or work under them. Any other
 * service may have permissions of its own (Lake Formation, EKS access entries, S3 Access Grants), or changes what it is
 * given (AWS Config, Service Catalog).
 */
const BY_POLICY_ONLY =
  /^AWS::(?:ApiGateway|ApiGatewayV2|ApplicationAutoScaling|AppSync|AutoScaling|Backup|Bedrock|BedrockAgentCore|BedrockMantle|Budgets|CDK|CertificateManager|CloudFront|CloudTrail|CloudWatch|CodeArtifact|CodeBuild|CodeCommit|CodePipeline|Cognito|DynamoDB|EC2|ECR|ECS|EFS|ElasticLoadBalancing|ElasticLoadBalancingV2|Events|IAM|KMS|Kinesis|KinesisFirehose|Lambda|Logs|Pipes|RDS|Route53|Route53Resolver|S3Express|S3Tables|S3Vectors|SES|SNS|SQS|Scheduler|SecretsManager|StepFunctions|Synthetics|VpcLattice|XRay)::|^AWS::S3::(?:Bucket|BucketPolicy|AccessPoint|MultiRegionAccessPoint|MultiRegionAccessPointPolicy|StorageLens)$|^AWS::SSM::Parameter$|^AWS::CloudFormation::/;

/** What is only told to code, and what says under which role a resource works itself. */
const TOLD = /^(?:Environment|EnvironmentVariables|Variables|Metadata|Tags|Description)$/;

/** Resources that are given a role of an agent by a property whose meaning nobody here knows. */
export function noteGivenRoles(model: TemplateModel, unread: Unread): void {
  const roles = agentRoles(model).filter(({ identity, kinds }) => identity.resource && !isOnly(kinds, 'client role'));
  const byPolicy = new Set(resourcePolicies(model).map(({ holder }) => holder));
  for (const resource of model.resources) {
    if (
      BY_POLICY_ONLY.test(resource.type) ||
      isCustomResource(resource.type) ||
      !isKnownType(resource.type) ||
      byPolicy.has(resource)
    ) {
      continue;
    }
    for (const role of roles.filter((each) => isGiven(model, resource, each))) {
      const hint = `nobody here knows what ${resource.type} lets the role do that it is given`;
      const origin = { stack: resource.stack, resource, path: 'Type' };
      role.subjects.forEach((subject) => unread.note(subject, undefined, { origin, reason: 'unknown type', hint }));
    }
  }
}

const isOnly = (kinds: AgentRole['kinds'], kind: string) => [...kinds].every((each) => each === kind);

function isGiven(model: TemplateModel, resource: Resource, { identity }: AgentRole): boolean {
  const worksUnder = (key: string, depth: number) => depth === 0 && ROLE_PROPERTY.test(key);
  return (
    mentionsBelow(model, resource, (key, depth) => !TOLD.test(key) && !worksUnder(key, depth)).some(
      (mention) => mention.resource === identity.resource,
    ) || isNamed(resource, identity.resource!)
  );
}

/** Whether a text of a resource is the name of a role: mentions are references and ARNs. */
export function isNamed(resource: Resource, role: Resource): boolean {
  return role.properties
    .at('RoleName')
    .flatMap((node) => node.texts())
    .some(({ value }) => {
      const name = literalOf(value);
      return name !== undefined && JSON.stringify(resource.raw.Properties ?? {}).includes(`"${name}"`);
    });
}
