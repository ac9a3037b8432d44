import { arnOf } from '../../model/templates';
import { ACCOUNT, bucketPolicy, document, may, of, ref, roleOf, sub } from './app';
import { type Change, type Pair, pair, policyFor } from './pair';

const EXECUTION = 'ExecutionRole';
const WORKER = 'WorkerRole';
/** The same for the execution role and for a role that is unrelated to the agent. */
const forRole = (rules: string, name: string, change: (id: string) => Change): Pair =>
  pair(rules, name, EXECUTION, WORKER, change);
const evidenceFor = (Principal: unknown, rest: object = {}): Change => ({
  add: {
    EvidencePolicy: bucketPolicy('Evidence', {
      ...may(['s3:PutObject', 's3:DeleteObject'], sub('${Evidence.Arn}/*'), rest),
      Principal,
    }),
  },
});
const exported = (id: string) => ({ 'Fn::ImportValue': id === EXECUTION ? 'execution-name' : 'worker-name' });

/** Policies and other permissions that don't name a role by its ARN. */
export const NAMED_PRINCIPALS: readonly Pair[] = [
  forRole('MA-ID7', 'a bucket policy names sessions of the role', (id) =>
    evidenceFor({ AWS: sub(`arn:aws:sts::\${AWS::AccountId}:assumed-role/\${${id}}/commands`) }),
  ),
  forRole('MA-ID7', 'a bucket policy names the id of the role', (id) => evidenceFor({ AWS: arnOf(id, 'RoleId') })),
  forRole('MA-ID7', 'a condition names the id of the role', (id) =>
    evidenceFor('*', {
      Condition: {
        StringLike: { 'aws:userid': sub(`\${${id}.RoleId}:*`) },
        StringEquals: { 'aws:PrincipalAccount': ACCOUNT },
      },
    }),
  ),
  forRole('MA-ID7', 'the policy of a secret lets the role change it', (id) => ({
    add: {
      SecretPolicy: of('AWS::SecretsManager::ResourcePolicy', {
        SecretId: ref('Secret'),
        ResourcePolicy: document({ ...may('secretsmanager:PutSecretValue', '*'), Principal: { AWS: arnOf(id) } }),
      }),
    },
  })),
  forRole('MA-READ1', 'an access entry of a cluster is for the role', (id) => ({
    add: {
      Entry: of('AWS::EKS::AccessEntry', {
        ClusterName: 'platform',
        PrincipalArn: arnOf(id),
        AccessPolicies: [
          {
            PolicyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
            AccessScope: { Type: 'cluster' },
          },
        ],
      }),
    },
  })),
  forRole('MA-READ1', 'Lake Formation gives the role a database', (id) => ({
    add: {
      Lake: of('AWS::LakeFormation::PrincipalPermissions', {
        Principal: { DataLakePrincipalIdentifier: arnOf(id) },
        Resource: { Database: { CatalogId: ACCOUNT, Name: 'facts' } },
        Permissions: ['ALL'],
        PermissionsWithGrantOption: ['ALL'],
      }),
    },
  })),
  forRole('MA-READ1', 'an access grant of S3 is for the role', (id) => ({
    add: {
      Grant: of('AWS::S3::AccessGrant', {
        AccessGrantsLocationId: 'default',
        Permission: 'READWRITE',
        Grantee: { GranteeType: 'IAM', GranteeIdentifier: arnOf(id) },
      }),
    },
  })),
  forRole('MA-READ1', 'a data policy of a search collection names the role', (id) => ({
    add: {
      Search: of('AWS::OpenSearchServerless::AccessPolicy', {
        Name: 'a',
        Type: 'data',
        Policy: {
          'Fn::Join': [
            '',
            [
              '[{"Rules":[{"ResourceType":"index","Resource":["index/*/*"],"Permission":["aoss:*"]}],"Principal":["',
              arnOf(id),
              '"]}]',
            ],
          ],
        },
      }),
    },
  })),
  forRole('MA-READ1', 'a remediation of another stack attaches a policy to the role', (id) => ({
    other: {
      Remedy: of('AWS::Config::RemediationConfiguration', {
        ConfigRuleName: 'r',
        TargetType: 'SSM_DOCUMENT',
        TargetId: 'AWSConfigRemediation-AttachIAMPolicy',
        Parameters: { RoleName: { StaticValue: { Values: [exported(id)] } } },
      }),
    },
  })),
  forRole('MA-READ1', 'a product of Service Catalog gets the role', (id) => ({
    other: {
      Product: of('AWS::ServiceCatalog::CloudFormationProvisionedProduct', {
        ProductName: 'policy',
        ProvisioningArtifactName: 'v1',
        ProvisioningParameters: [{ Key: 'Role', Value: exported(id) }],
      }),
    },
  })),
  pair(
    'MA-READ1',
    'a custom resource decides which role a policy is for',
    may('s3:*', '*'),
    may('s3:GetObject', 'arn:aws:s3:::team-data/*'),
    (statement) => ({
      other: {
        Lookup: of('Custom::Lookup', { ServiceToken: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:lookup` }),
        More: policyFor(arnOf('Lookup', 'RoleName'), statement),
      },
    }),
  ),
  forRole('MA-ID7', 'an administrator trusts sessions of the role by reference', (id) => ({
    add: {
      Mighty: of('AWS::IAM::Role', {
        ...roleOf('x').Properties,
        AssumeRolePolicyDocument: document({
          Effect: 'Allow',
          Principal: { AWS: sub(`arn:aws:sts::\${AWS::AccountId}:assumed-role/\${${id}}/x`) },
          Action: 'sts:AssumeRole',
        }),
        ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
      }),
    },
  })),
];
