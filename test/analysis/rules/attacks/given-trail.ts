import { arnOf } from '../../model/templates';
import { may, of, ref, roleOf, sub } from './app';
import { type Pair, pair } from './pair';

const STOPS = 'cloudtrail:StopLogging';
const READS = 'cloudtrail:GetTrailStatus';
/** A service does something under a role that may change the trail. */
const told = (name: string, service: string, resource: (action: string) => object, extra: object = {}): Pair =>
  pair('MA-READ1', name, STOPS, READS, (action) => ({
    add: { Operations: roleOf(service, may(action, arnOf('Trail'))), Told: resource(action), ...extra },
  }));

/** Resources that change the trail as soon as they are deployed, by a service that does what it is told. */
export const GIVEN_TRAIL: readonly Pair[] = [
  told('an association runs an automation', 'ssm.amazonaws.com', () =>
    of('AWS::SSM::Association', {
      Name: 'AWS-DisableCloudTrail',
      Parameters: { AutomationAssumeRole: [arnOf('Operations')], TrailName: [ref('Trail')] },
    }),
  ),
  told('a document calls an API', 'ssm.amazonaws.com', (action) =>
    of('AWS::SSM::Document', {
      DocumentType: 'Automation',
      Content: {
        schemaVersion: '0.3',
        assumeRole: arnOf('Operations'),
        mainSteps: [
          {
            name: 'call',
            action: 'aws:executeAwsApi',
            inputs: { Service: 'cloudtrail', Api: action.split(':')[1], Name: ref('Trail') },
          },
        ],
      },
    }),
  ),
  told('a remediation runs by itself', 'ssm.amazonaws.com', () =>
    of('AWS::Config::RemediationConfiguration', {
      ConfigRuleName: 'trail',
      TargetId: 'Document',
      TargetType: 'SSM_DOCUMENT',
      Automatic: true,
      Parameters: {
        AutomationAssumeRole: { StaticValue: { Values: [arnOf('Operations')] } },
        Trail: { StaticValue: { Values: [ref('Trail')] } },
      },
    }),
  ),
  told('an experiment runs an automation', 'ssm.amazonaws.com', () =>
    of('AWS::FIS::ExperimentTemplate', {
      Description: 'test',
      RoleArn: 'arn:aws:iam::111122223333:role/experiments',
      StopConditions: [{ Source: 'none' }],
      Targets: {},
      Actions: {
        run: {
          ActionId: 'aws:ssm:start-automation-execution',
          Parameters: {
            documentParameters: sub('{"TrailName":"${Trail}","AutomationAssumeRole":"${Operations.Arn}"}'),
          },
        },
      },
    }),
  ),
  pair(
    'MA-READ1',
    'a task of a window changes the bucket of the trail',
    's3:PutBucketPolicy',
    's3:GetBucketPolicy',
    (action) => ({
      add: {
        Operations: roleOf('ssm.amazonaws.com', may(action, arnOf('TrailBucket'))),
        Told: of('AWS::SSM::MaintenanceWindowTask', {
          WindowId: 'mw-0123456789abcdef0',
          Priority: 1,
          TaskType: 'AUTOMATION',
          TaskArn: 'Document',
          ServiceRoleArn: arnOf('Operations'),
          TaskInvocationParameters: {
            MaintenanceWindowAutomationParameters: { Parameters: { Bucket: [ref('TrailBucket')] } },
          },
        }),
      },
    }),
  ),
  pair('MA-READ1', 'the target of a rule runs an automation', STOPS, READS, (action) => ({
    add: {
      Operations: roleOf('events.amazonaws.com', may(action, '*')),
      Told: of('AWS::Events::Rule', {
        ScheduleExpression: 'rate(1 day)',
        Targets: [
          {
            Id: 'run',
            Arn: 'arn:aws:ssm:us-east-1:111122223333:automation-definition/AWS-DisableCloudTrail:$DEFAULT',
            RoleArn: arnOf('Operations'),
            Input: sub('{"TrailName":["${Trail}"]}'),
          },
        ],
      }),
    },
  })),
  pair(
    'MA-AUD2',
    'a role of another stack bypasses locks of buckets by a pattern',
    ['s3:Bypass*'],
    ['s3:GetObject*'],
    (actions) => ({
      set: {
        'TrailBucket.BucketName': 'the-trail',
        'TrailBucket.ObjectLockConfiguration.Rule.DefaultRetention.Mode': 'GOVERNANCE',
      },
      other: { Operations: roleOf('ec2.amazonaws.com', may(actions, 'arn:aws:s3:::the-*/*')) },
    }),
  ),
];
