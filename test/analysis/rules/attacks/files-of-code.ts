import { arnOf } from '../../model/templates';
import { ACCOUNT, document, functionOf, may, of, ref, roleOf, sub } from './app';
import { type Change, type Pair, pair, policyFor } from './pair';

const PARAMETER = `arn:aws:ssm:us-east-1:${ACCOUNT}:parameter/app/image`;

const roleFor = (service: string, isAdmin: boolean) =>
  roleOf(service, isAdmin ? may(['s3:*', 'iam:*'], '*') : may('s3:GetObject', sub('${Data.Arn}/*')));

/** The execution role writes files of code; something takes them and works under an administrator, or not. */
const taken = (name: string, service: string, resources: Record<string, any>): Pair =>
  pair('MA-ID7', name, true, false, (isAdmin): Change => ({
    add: {
      Power: roleFor(service, isAdmin),
      Profile: of('AWS::IAM::InstanceProfile', { Roles: [ref('Power')] }),
      ...resources,
      More: policyFor(
        ref('ExecutionRole'),
        may('s3:PutObject', sub('${Data.Arn}/code/*')),
        may('ssm:PutParameter', PARAMETER),
      ),
    },
  }));

const job = (argument: string): Pair =>
  taken(`writes what the argument ${argument} of a job names`, 'glue.amazonaws.com', {
    Job: of('AWS::Glue::Job', {
      Role: arnOf('Power'),
      Command: { Name: 'glueetl', ScriptLocation: 's3://scripts/job.py' },
      DefaultArguments: { [argument]: sub('s3://${Data}/code/part') },
    }),
  });

/** The policy of an API that names the execution role. */
const api = (isAdmin: boolean, path: string): Change => ({
  add: {
    Power: roleFor('lambda.amazonaws.com', isAdmin),
    Handler: functionOf('Power'),
    Api: of('AWS::ApiGateway::RestApi', {
      Name: 'tools',
      Policy: document({ ...may('execute-api:Invoke', path), Principal: { AWS: arnOf('ExecutionRole') } }),
    }),
    Method: of('AWS::ApiGateway::Method', {
      RestApiId: ref('Api'),
      ResourceId: arnOf('Api', 'RootResourceId'),
      HttpMethod: 'GET',
      AuthorizationType: 'AWS_IAM',
      Integration: {
        Type: 'AWS_PROXY',
        IntegrationHttpMethod: 'POST',
        Uri: sub('arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${Handler.Arn}/invocations'),
      },
    }),
  },
});

/** Files and values that become code, or are sent to it, in forms that are seldom used. */
export const FILES_OF_CODE: readonly Pair[] = [
  ...['--extra-py-files', '--extra-jars', '--additional-python-modules'].map(job),
  taken('writes the plugin of a connector', 'kafkaconnect.amazonaws.com', {
    Plugin: of('AWS::KafkaConnect::CustomPlugin', {
      Name: 'plugin',
      ContentType: 'ZIP',
      Location: { S3Location: { BucketArn: arnOf('Data'), FileKey: 'code/plugin.zip' } },
    }),
    Connector: of('AWS::KafkaConnect::Connector', {
      ConnectorName: 'connector',
      ServiceExecutionRoleArn: arnOf('Power'),
      Plugins: [{ CustomPlugin: { CustomPluginArn: arnOf('Plugin', 'CustomPluginArn'), Revision: 1 } }],
    }),
  }),
  taken('writes a component of an image that is built', 'ec2.amazonaws.com', {
    Component: of('AWS::ImageBuilder::Component', {
      Name: 'component',
      Platform: 'Linux',
      Version: '1.0.0',
      Uri: sub('s3://${Data}/code/component.yml'),
    }),
    Recipe: of('AWS::ImageBuilder::ImageRecipe', {
      Name: 'recipe',
      Version: '1.0.0',
      ParentImage: 'ami-1',
      Components: [{ ComponentArn: ref('Component') }],
    }),
    Place: of('AWS::ImageBuilder::InfrastructureConfiguration', {
      Name: 'place',
      InstanceProfileName: ref('Profile'),
    }),
    Pipeline: of('AWS::ImageBuilder::ImagePipeline', {
      Name: 'pipeline',
      ImageRecipeArn: ref('Recipe'),
      InfrastructureConfigurationArn: ref('Place'),
    }),
  }),
  taken('writes the parameter that names the image of instances', 'ec2.amazonaws.com', {
    Image: of('AWS::SSM::Parameter', { Type: 'String', Name: '/app/image', Value: 'ami-1' }),
    Template: of('AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: { ImageId: 'resolve:ssm:/app/image', IamInstanceProfile: { Arn: arnOf('Profile') } },
    }),
  }),
  ...['execute-api:/*', 'execute-api:/prod/GET/'].map((path) =>
    pair('MA-ID7', `the policy of an API names the execution role for ${path}`, true, false, (isAdmin) =>
      api(isAdmin, path),
    ),
  ),
  pair(
    'MA-READ1',
    'a task of an administrator by a policy of AWS is told the role',
    'execution-name',
    'machine-arn',
    (name) => ({
      other: {
        Power: of('AWS::IAM::Role', {
          AssumeRolePolicyDocument: document({
            Effect: 'Allow',
            Principal: { Service: 'ecs-tasks.amazonaws.com' },
            Action: 'sts:AssumeRole',
          }),
          ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
        }),
        Task: of('AWS::ECS::TaskDefinition', {
          TaskRoleArn: arnOf('Power'),
          ContainerDefinitions: [{ Name: 'tool', Image: 'tool', Command: ['attach', { 'Fn::ImportValue': name }] }],
        }),
      },
    }),
  ),
  pair(
    'MA-ID8',
    'a secret is resolved into a script of a machine',
    '{{resolve:secretsmanager:github}}',
    'github',
    (token) => ({
      add: {
        Template: of('AWS::EC2::LaunchTemplate', {
          LaunchTemplateData: { UserData: { 'Fn::Base64': `login --with ${token}` } },
        }),
      },
    }),
  ),
];
