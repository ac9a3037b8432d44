import { arnOf } from '../../model/templates';
import { ACCOUNT, document, may, of, ref, roleOf, sub } from './app';
import { type Change, type Pair, execution, pair, policyFor } from './pair';

/** DNS Firewall that lets one name pass and blocks the others, with properties added to the rule that blocks. */
const firewall = (block: object, ...before: readonly object[]): Change => ({
  add: {
    Names: of('AWS::Route53Resolver::FirewallDomainList', { Domains: ['bedrock-mantle.us-east-1.api.aws'] }),
    All: of('AWS::Route53Resolver::FirewallDomainList', { Domains: ['*'] }),
    Group: of('AWS::Route53Resolver::FirewallRuleGroup', {
      FirewallRules: [
        ...before,
        { Action: 'ALLOW', Priority: 100, FirewallDomainListId: arnOf('Names', 'Id') },
        {
          Action: 'BLOCK',
          BlockResponse: 'NXDOMAIN',
          Priority: 200,
          FirewallDomainListId: arnOf('All', 'Id'),
          ...block,
        },
      ],
    }),
    Limits: of('AWS::Route53Resolver::FirewallRuleGroupAssociation', {
      FirewallRuleGroupId: arnOf('Group', 'Id'),
      VpcId: ref('Vpc'),
      Priority: 101,
    }),
  },
});

/** Types, properties and functions that came to CloudFormation in 2025 and 2026, and old ones in a form that is seldom used. */
export const NEWER_FORMS: readonly Pair[] = [
  pair('MA-NET6', 'the rule of DNS Firewall that blocks is disabled', 'DISABLED', 'ENABLED', (Status) =>
    firewall({ Status }),
  ),
  pair('MA-NET6', 'a property of the rule that blocks, newer than the tables', { Sampling: 50 }, {}, firewall),
  pair('MA-NET6', 'a rule of DNS Firewall lets a category of names pass', 'ALLOW', 'BLOCK', (Action) =>
    firewall(
      {},
      {
        Action,
        Priority: 50,
        FirewallRuleType: { FirewallAdvancedContentCategory: { Category: 'TECHNOLOGY' } },
      },
    ),
  ),
  pair('MA-NET6', 'a rule of DNS Firewall only reports tunnels', 'ALERT', 'BLOCK', (Action) =>
    firewall({}, { Action, Priority: 50, DnsThreatProtection: 'DNS_TUNNELING', ConfidenceThreshold: 'LOW' }),
  ),
  pair('MA-READ1', 'a loop over an export of another stack', 'iam:CreateAccessKey', 's3:GetObject', (action) => ({
    other: {
      Transform: 'AWS::LanguageExtensions',
      Resources: {
        'Fn::ForEach::More': [
          'Name',
          [{ 'Fn::ImportValue': 'execution-name' }],
          {
            'More${Name}': of('AWS::IAM::RolePolicy', {
              RoleName: ref('Name'),
              PolicyName: 'more',
              PolicyDocument: document(may(action, 'arn:aws:s3:::data/*')),
            }),
          },
        ],
      } as any,
    },
  })),
  pair('MA-READ1', 'the template of a change set names the execution role', 'reviewer-exec', 'somebody', (name) => ({
    set: { 'ExecutionRole.RoleName': 'reviewer-exec' },
    other: {
      Change: of('AWS::CloudFormation::ChangeSet', {
        ChangeSetName: 'change',
        StackName: 'elsewhere',
        TemplateBody: JSON.stringify({ Resources: { More: of('AWS::IAM::Policy', { Roles: [name] }) } }),
      }),
    },
  })),
  pair(
    'MA-READ1',
    'the template of a conformance pack names the execution role',
    'reviewer-exec',
    'somebody',
    (name) => ({
      set: { 'ExecutionRole.RoleName': 'reviewer-exec' },
      other: {
        Pack: of('AWS::Config::ConformancePack', {
          ConformancePackName: 'pack',
          TemplateBody: `Resources: {Fix: {Type: AWS::Config::RemediationConfiguration, Properties: {Parameters: {Role: ${name}}}}}`,
        }),
      },
    }),
  ),
  pair(
    'MA-READ1',
    'an instance under a role that may change the execution role is told its name',
    'execution-name',
    'worker-name',
    (name) => ({
      other: {
        Changing: roleOf('ec2.amazonaws.com', may('iam:PutRolePolicy', { 'Fn::ImportValue': 'execution-arn' })),
        Profile: of('AWS::IAM::InstanceProfile', { Roles: [ref('Changing')] }),
        Instance: of('AWS::EC2::Instance', {
          ImageId: 'ami-1',
          IamInstanceProfile: ref('Profile'),
          UserData: {
            'Fn::Base64': {
              'Fn::Sub': ['aws iam put-role-policy --role-name ${R}', { R: { 'Fn::ImportValue': name } }],
            },
          },
        }),
      },
    }),
  ),
  pair(
    'MA-READ1',
    'an automation gets the execution role, and a role that may change it',
    'execution-name',
    'worker-name',
    (name) => ({
      other: {
        Changing: roleOf('ssm.amazonaws.com', may('iam:AttachRolePolicy', { 'Fn::ImportValue': 'execution-arn' })),
        Association: of('AWS::SSM::Association', {
          Name: 'attach',
          Parameters: { AutomationAssumeRole: [arnOf('Changing')], RoleName: [{ 'Fn::ImportValue': name }] },
        }),
      },
    }),
  ),
  pair(
    'MA-READ1',
    'a schedule tells the execution role to a function that may change it',
    'execution-name',
    'worker-name',
    (name) => ({
      other: {
        Changing: roleOf('lambda.amazonaws.com', may('iam:AttachRolePolicy', { 'Fn::ImportValue': 'execution-arn' })),
        Attach: of('AWS::Lambda::Function', {
          Role: arnOf('Changing'),
          Code: { ZipFile: 'x' },
          Handler: 'index.x',
          Runtime: 'nodejs22.x',
        }),
        SchedulerRole: roleOf('scheduler.amazonaws.com', may('lambda:InvokeFunction', arnOf('Attach'))),
        Nightly: of('AWS::Scheduler::Schedule', {
          ScheduleExpression: 'rate(1 day)',
          FlexibleTimeWindow: { Mode: 'OFF' },
          Target: {
            Arn: arnOf('Attach'),
            RoleArn: arnOf('SchedulerRole'),
            Input: { 'Fn::Sub': ['{"role":"${R}"}', { R: { 'Fn::ImportValue': name } }] },
          },
        }),
      },
    }),
  ),
  pair('MA-READ1', 'a schedule starts an automation with the execution role', 'reviewer-exec', 'somebody', (name) => ({
    set: { 'ExecutionRole.RoleName': 'reviewer-exec' },
    other: {
      SchedulerRole: roleOf(
        'scheduler.amazonaws.com',
        may('ssm:StartAutomationExecution', `arn:aws:ssm:us-east-1:${ACCOUNT}:automation-definition/attach:*`),
      ),
      Nightly: of('AWS::Scheduler::Schedule', {
        ScheduleExpression: 'rate(1 day)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Arn: 'arn:aws:scheduler:::aws-sdk:ssm:startAutomationExecution',
          RoleArn: arnOf('SchedulerRole'),
          Input: JSON.stringify({ DocumentName: 'attach', Parameters: { Role: [name] } }),
        },
      }),
    },
  })),
  pair(
    'MA-READ1',
    'a setup of Systems Manager has the execution role in JSON',
    'reviewer-exec',
    'somebody',
    (name) => ({
      set: { 'ExecutionRole.RoleName': 'reviewer-exec' },
      other: {
        Setup: of('AWS::SSMQuickSetup::ConfigurationManager', {
          ConfigurationDefinitions: [
            { Type: 'AWSQuickSetupType-Scheduler', Parameters: { Targets: JSON.stringify({ role: name }) } },
          ],
        }),
      },
    }),
  ),
  pair(
    'MA-ID7',
    'the agent takes messages out of its own queue',
    'sqs:ReceiveMessage',
    'sqs:GetQueueAttributes',
    (action) => execution(may(action, arnOf('Queue'))),
  ),
  pair('MA-ID7', 'the agent writes the evidence through a multi-Region access point', 'Evidence', 'Data', (id) => ({
    add: {
      Everywhere: of('AWS::S3::MultiRegionAccessPoint', { Regions: [{ Bucket: ref(id) }] }),
      More: policyFor(
        ref('ExecutionRole'),
        may('s3:PutObject', sub(`arn:aws:s3::${ACCOUNT}:accesspoint/\${Everywhere.Alias}/object/*`)),
      ),
    },
  })),
  pair(
    'MA-ID7',
    'the agent writes a parameter that the starter is configured with',
    'ssm:PutParameter',
    'ssm:GetParameter',
    (action) => ({
      set: { 'Starter.Environment.Variables.MODE': '{{resolve:ssm:/agents/mode}}' },
      add: {
        Mode: of('AWS::SSM::Parameter', { Type: 'String', Name: '/agents/mode', Value: 'a' }),
        More: policyFor(ref('ExecutionRole'), may(action, `arn:aws:ssm:us-east-1:${ACCOUNT}:parameter/agents/mode`)),
      },
    }),
  ),
  pair('MA-NET2', 'the endpoint is of another Region', 'eu-west-1', 'us-east-1', (region) => ({
    set: { 'Mantle.ServiceRegion': region },
  })),
  pair(
    'MA-NET2',
    'the private names of an endpoint are limited to other domains',
    { PrivateDnsPreference: 'SPECIFIED_DOMAINS_ONLY' },
    { DnsRecordIpType: 'ipv4' },
    (options: object) => ({
      set: { 'Mantle.DnsOptions': options },
    }),
  ),
  pair(
    'MA-READ1',
    'a rule starts an automation outside of the app with the execution role',
    'reviewer-exec',
    'somebody',
    (name) => ({
      set: { 'ExecutionRole.RoleName': 'reviewer-exec' },
      other: {
        Nightly: of('AWS::Events::Rule', {
          ScheduleExpression: 'rate(1 day)',
          Targets: [
            {
              Id: 'attach',
              Arn: `arn:aws:ssm:us-east-1:${ACCOUNT}:automation-definition/attach:$DEFAULT`,
              RoleArn: `arn:aws:iam::${ACCOUNT}:role/events`,
              Input: JSON.stringify({ Role: [name] }),
            },
          ],
        }),
      },
    }),
  ),
  pair(
    'MA-READ1',
    'a rule tells a function outside of the app the execution role',
    { Arn: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:fix` },
    { Arn: `arn:aws:sns:us-east-1:${ACCOUNT}:alerts` },
    (target: object) => ({
      set: { 'ExecutionRole.RoleName': 'reviewer-exec' },
      other: {
        Nightly: of('AWS::Events::Rule', {
          EventPattern: { detail: { roleName: ['reviewer-exec'] } },
          Targets: [{ Id: 'told', InputTransformer: { InputTemplate: '{"role":"reviewer-exec"}' }, ...target }],
        }),
      },
    }),
  ),
  pair(
    'MA-READ1',
    'a schedule starts a build outside of the app with the execution role',
    'reviewer-exec',
    'somebody',
    (name) => ({
      set: { 'ExecutionRole.RoleName': 'reviewer-exec' },
      other: {
        SchedulerRole: roleOf(
          'scheduler.amazonaws.com',
          may('codebuild:StartBuild', `arn:aws:codebuild:us-east-1:${ACCOUNT}:project/fix`),
        ),
        Nightly: of('AWS::Scheduler::Schedule', {
          ScheduleExpression: 'rate(1 day)',
          FlexibleTimeWindow: { Mode: 'OFF' },
          Target: {
            Arn: 'arn:aws:scheduler:::aws-sdk:codebuild:startBuild',
            RoleArn: arnOf('SchedulerRole'),
            Input: JSON.stringify({
              ProjectName: 'fix',
              EnvironmentVariablesOverride: [{ Name: 'ROLE', Value: name }],
            }),
          },
        }),
      },
    }),
  ),
  pair('MA-ID7', 'the agent reads the trail through a multi-Region access point', 'TrailBucket', 'Data', (id) => ({
    add: {
      Everywhere: of('AWS::S3::MultiRegionAccessPoint', { Regions: [{ Bucket: ref(id) }] }),
      More: policyFor(
        ref('ExecutionRole'),
        may('s3:GetObject', sub(`arn:aws:s3::${ACCOUNT}:accesspoint/\${Everywhere.Alias}/object/*`)),
      ),
    },
  })),
  pair(
    'MA-READ1',
    'a schedule tells a function outside of the app the execution role',
    'reviewer-exec',
    'somebody',
    (name) => ({
      set: { 'ExecutionRole.RoleName': 'reviewer-exec' },
      other: {
        Nightly: of('AWS::Scheduler::Schedule', {
          ScheduleExpression: 'rate(1 day)',
          FlexibleTimeWindow: { Mode: 'OFF' },
          Target: {
            Arn: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:fix`,
            RoleArn: `arn:aws:iam::${ACCOUNT}:role/scheduler`,
            Input: JSON.stringify({ role: name }),
          },
        }),
      },
    }),
  ),
  pair('MA-READ1', 'the enrichment of a pipe is told the execution role', 'reviewer-exec', 'somebody', (name) => ({
    set: { 'ExecutionRole.RoleName': 'reviewer-exec' },
    other: {
      Pipe: of('AWS::Pipes::Pipe', {
        RoleArn: `arn:aws:iam::${ACCOUNT}:role/pipes`,
        Source: `arn:aws:sqs:us-east-1:${ACCOUNT}:in`,
        Enrichment: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:fix`,
        EnrichmentParameters: { InputTemplate: JSON.stringify({ role: name }) },
        Target: `arn:aws:sqs:us-east-1:${ACCOUNT}:out`,
      }),
    },
  })),
];
